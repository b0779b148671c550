import Expressions
import Fields
import Models

extension RunConfiguration {
  /// For each field the fastest rate at which a trace of it would grow in tissue that has none:
  /// the largest `∂R_i/∂u_i` at `u_i = 0`, or 0.
  ///
  /// It is looked for at the corners of the states (every other field absent or at its largest initial value), at the
  /// ends and the middle of each axis, at the start and the end of the run. Where it cannot be known beforehand, because
  /// the rate depends on the whole domain, it counts as infinite.
  ///
  /// - Parameter maxima: largest initial value of each field.
  func growthRates(maxima: [Double]) -> [Double] {
    // What grew in the past counts as if it grew now, which is no slower.
    let rates = model.ratesWithoutInfusions.map(model.undelayed)
    return model.fieldNames.indices.map { field in
      let name = Symbol.field(model.fieldNames[field])
      let parameters = Dictionary(
        uniqueKeysWithValues: model.parameterValues.map { (Symbol.parameter($0.key), Expression.constant($0.value)) })
      let growth = rates[field].derivative(by: name).substituting([name: .constant(0)]).substituting(parameters)
      return samples(for: growth, except: field, maxima: maxima).reduce(0) {
        max($0, growth.value(at: $1) ?? .infinity)
      }
    }
  }

  /// Values of the symbols that the expression depends on.
  private func samples(for growth: Expression, except field: Int, maxima: [Double]) -> [[Symbol: Double]] {
    let others = model.fieldNames.indices.filter {
      $0 != field && maxima[$0] > 0 && growth.dependsOn(.field(model.fieldNames[$0]))
    }
    var samples = corners(of: others).map { present in
      Dictionary(
        uniqueKeysWithValues: model.fieldNames.indices.map {
          (Symbol.field(model.fieldNames[$0]), present.contains($0) ? maxima[$0] : 0)
        })
    }
    for axis in grid.axes where growth.dependsOn(.coordinate(axis.name)) {
      let places = [axis.coordinate(0), axis.origin + axis.length / 2, axis.coordinate(axis.points - 1)]
      samples = samples.flatMap { sample in places.map { sample.merging([.coordinate(axis.name): $0]) { $1 } } }
    }
    guard growth.dependsOn(.time) else { return samples }
    return samples.flatMap { sample in [startTime, endTime].map { sample.merging([.time: $0]) { $1 } } }
  }

  /// Subsets: all of them if they are few, else none, each one, and all.
  private func corners(of others: [Int]) -> [Set<Int>] {
    guard others.count <= 6 else { return [[], Set(others)] + others.map { [$0] } }
    return (0..<(1 << others.count)).map { bits in
      Set(others.enumerated().filter { bits >> $0.offset & 1 == 1 }.map(\.element))
    }
  }
}
