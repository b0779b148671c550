import Documents
import Expressions
import Fields
import Models
import Rates

extension RunFileReader {
  /// What fields were before the start, as far as it is given.
  mutating func readHistory(_ model: Model, _ axes: [String]) -> [String: Expression] {
    guard let node = root["history"] else { return [:] }
    if model.delays.isEmpty {
      found.error(
        "nothing looks back on the time before the start: no rate contains a delay", at: node.place.opening,
        remedy: "leave \"history\" out, or use delayed(e, tau) in a rate")
    }
    let known = model.fields.filter { $0.stage == nil }.map(\.name)
    var history: [String: Expression] = [:]
    for member in node.members {
      guard known.contains(member.key) else {
        found.error(
          "there is no field \"\(member.key)\"", at: member.keyPlace,
          suggestion: nearestSpelling(of: member.key, among: known),
          remedy: "the fields: " + known.joined(separator: ", "))
        continue
      }
      let isCompartment = model.compartmentNames.contains(member.key)
      let scope = model.scope(coordinates: axes, allows: isCompartment ? .time : [.position, .time])
      let subject = "the history of \(isCompartment ? "compartment" : "field") \(member.key)"
      guard let past = member.value.expression(in: scope, context: "in \(subject)", &found) else { continue }
      checkUnits(of: past, subject, at: member.value.place, as: unit(of: member.key))
      history[member.key] = past
    }
    return history
  }

  /// What a delay cannot be, and where it cannot stand.
  mutating func checkDelays(_ model: Model, _ axes: [String]) {
    for delay in model.delays {
      let (lag, text) = (model.lag(delay.delay), delay.delay.text)
      checkUnits(of: delay.delay.lag, "the delay of \(text)", at: delay.place, as: units?.time)
      if !(lag > 0 && lag.isFinite) {
        found.error("the delay of \(text) is \(JSONText.text(lag)), but must be greater than 0", at: delay.place)
      }
      if delay.delay.stages == nil {
        checkCoordinates(of: delay.delay.argument.symbols, text, axes)
        checkDistributions(delay.delay.argument, text, axes)
        checkConstant(delay, model)
      }
    }
    if let (shortest, longest) = model.delayRange {
      let count = Double(RunFileReader.leastStepsToADelay) * model.lag(longest) / model.lag(shortest)
      if root["time"]?["step"] == nil { checkHistory(of: longest, steps: count, at: root["time"]?.place) }
    }
  }

  /// A constant delay looks at the same point in the past, and at a field that is not found from the present alone.
  private mutating func checkConstant(_ delay: ModelDelay, _ model: Model) {
    let remedy = "use a gamma-distributed delay, delayed(e, tau, k)"
    if model.freeBoundary != nil {
      found.error(
        "constant delays are not available where the boundary of the domain is free, because points move",
        at: delay.place, remedy: remedy)
    }
    for (field, rate) in zip(model.fields, model.rates)
    where field.isQuasiSteady && rate.dependsOn(.field(delay.delay.name)) {
      found.error(
        "\(delay.delay.text) is not available in the equation of the quasi-steady field \(field.name)", at: delay.place,
        remedy: remedy)
    }
  }

  /// A treatment that would change a constant delay.
  mutating func checkDelaysUnderTreatment(_ model: Model) {
    for node in root["treatment"]?.array ?? [] {
      for member in ["multiply", "set"].flatMap({ node[$0]?.members ?? [] }) {
        guard
          let delay = model.constantDelays.first(where: { $0.delay.lag.dependsOn(.parameter(member.key)) })
        else { continue }
        found.error(
          "a treatment cannot change \(member.key), on which the delay of \(delay.delay.text) depends",
          at: member.keyPlace, remedy: "a gamma-distributed delay, delayed(e, tau, k), can change")
      }
    }
  }

  /// With a tolerance a step is at most this part of the shortest delay, so that there are values enough to interpolate
  /// between two times at which the solution is not smooth.
  static let leastStepsToADelay = 4

  /// No step is longer, if steps are chosen; infinite without constant delays.
  func longestStep(_ model: Model) -> Double {
    model.delayRange.map { model.lag($0.shortest) / Double(RunFileReader.leastStepsToADelay) } ?? .infinity
  }

  /// Reports a fixed step that is longer than a delay, or so short that the history would not hold it.
  mutating func checkStep(_ step: Double, _ model: Model, at place: Place) {
    guard let (shortest, longest) = model.delayRange else { return }
    let lag = model.lag(shortest)
    if step > lag {
      found.error(
        "the step \(JSONText.text(step)) is longer than the delay of \(shortest.text), \(JSONText.text(lag))",
        at: place,
        remedy: "take at least \(RunFileReader.leastStepsToADelay) steps to a delay")
    }
    if step > 0 { checkHistory(of: longest, steps: model.lag(longest) / step, at: place) }
  }

  private mutating func checkHistory(of delay: Delay, steps: Double, at place: Place?) {
    guard steps > Double(DelayHistory.mostValues - 10) else { return }
    found.error(
      "the history of \(delay.text) would hold \(JSONText.text(steps.rounded(.up))) steps, more than \(DelayHistory.mostValues)",
      at: place, remedy: "take longer steps, or use a gamma-distributed delay, delayed(e, tau, k)")
  }
}
