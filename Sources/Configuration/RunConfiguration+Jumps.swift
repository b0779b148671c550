import Documents
import Expressions
import Models
import Simulations

extension RunConfiguration {
  /// Finds what of the steps follows from how the equations depend on the time.
  mutating func findTimes() {
    jumps = findJumps()
    stepLimits = findStepLimits()
  }

  /// The times at which something in the equations jumps or bends because of a condition on the time alone.
  private func findJumps() -> JumpTimes {
    let values = Dictionary(uniqueKeysWithValues: model.parameterValues.map { (Symbol.parameter($0.key), $0.value) })
    return JumpTimes(Expression.switchTimes(of: equationParts, parameters: values, from: startTime, to: endTime))
  }

  /// All expressions of the equations.
  var equationParts: [Expression] {
    let movement = model.fields.flatMap { field in
      field.diffusivity.all.map(\.expression) + field.crossDiffusion.map(\.coefficient)
        + field.taxis.map(\.sensitivity) + field.advection.values
    }
    let given = sides.flatMap { ($0.given + $0.permeabilities).map(\.expression) }
    let noise = model.noise.flatMap { $0.changes.map(\.amplitude) }
    return model.rates + movement + given + noise + boundaryLaw
  }

  private var boundaryLaw: [Expression] {
    switch model.freeBoundary?.kind {
    case nil: []
    case .stefan(_, let coefficient): [coefficient]
    case .growth(let rate, _): [rate]
    }
  }

  /// For people: when it jumps.
  var jumpLine: String? {
    let times = jumps.times
    guard let last = times.last else { return nil }
    let shown = times.prefix(times.count <= 6 ? 6 : 4).map(JSONText.text).joined(separator: ", ")
    return "rates jump or bend at t = \(shown)"
      + (times.count > 6 ? ", … to \(JSONText.text(last)), \(times.count) times" : "")
  }
}
