import Documents
import Expressions
import Fields
import Models
import Simulations

extension RunConfiguration {
  /// What is known of the symbols of the rates in the exact solution: fields that nothing can make negative are at least 0.
  ///
  /// Besides the processes that are what is given at the sides and what a dose sets.
  var solutionIntervals: [Symbol: Interval] {
    var known = knownIntervals
    let proven = model.knownIntervals(known)
    for (field, sides) in zip(model.fields, sides)
    where sides.given.contains(where: { !$0.expression.interval(proven).isNonNegative }) {
      known[.field(field.name)] = .all
    }
    for case (.field(let name), let value) in treatments.flatMap(\.changes).map({ ($0.target, $0.value) })
    where !value.interval(proven).isNonNegative {
      known[.field(name)] = .all
    }
    return model.knownIntervals(known)
  }

  /// The expressions as they are computed: defined also where the error of a step or rounding has taken a field slightly below 0
  /// that cannot be negative in the exact solution.
  func keptInDomain(_ expressions: [Expression]) -> [Expression] {
    let intervals = solutionIntervals
    return expressions.map { $0.keptInDomain(intervals, tolerance: domainTolerance) }
  }

  /// By how much, relative to its terms, an argument may leave its domain before that counts: the tolerance of the run, or with a
  /// fixed step that of the reactions.
  private var domainTolerance: Double {
    switch steps {
    case .fixed: reactionTolerance
    case .controlled(let tolerance, _): tolerance.relative.min() ?? reactionTolerance
    }
  }

  /// Fields that grow from next to nothing in no time, whose rate goes to 0 more slowly than they do, as in `u' = sqrt(u)`.
  ///
  /// However little there is, after a while there is the same; where the growth rate is but the logarithm of a density, as in
  /// Gompertz's law, that is not so.
  var fieldsThatGrowAtOnce: Set<Int> {
    let least = 1e-200
    var values: [Symbol: Double] = [.time: startTime]
    for name in model.fieldNames { values[.field(name)] = 1 }
    for (name, value) in model.parameterValues { values[.parameter(name)] = value }
    for axis in grid.axes { values[.coordinate(axis.name)] = axis.origin + 0.5 * axis.length }
    let intervals = solutionIntervals
    return Set(
      model.fieldNames.enumerated().filter { index, name in
        let rate = model.ratesWithoutInfusions[index]
        let isSlow = rate.restrictedParts(intervals).contains { $0.argument.dependsOn(.field(name)) }
        // What depends on the whole domain or on the past counts as 1, like the other fields.
        let plain = Expression.extractingFunctionals(Expression.extractingDistributions([rate]).expressions)
          .expressions[0]
        let others = Dictionary(uniqueKeysWithValues: plain.symbols.map { ($0, 1.0) })
        // What others make of the field is no growth of what is there.
        let slope = plain.derivative(by: .field(name))
        func growth(_ value: Double) -> Double? {
          slope.value(at: others.merging(values) { $1 }.merging([.field(name): value]) { $1 })
        }
        guard isSlow, let few = growth(least), let many = growth(0.01) else { return false }
        return few > 1e5 * max(many, 1 / (endTime - startTime))
      }.map(\.offset))
  }

  /// A part of the rate of a process that is a number for some values only.
  struct RestrictedRate {
    let process: String
    let part: RestrictedPart
  }

  /// Those of all processes.
  var restrictedRates: [RestrictedRate] {
    let intervals = solutionIntervals
    return (model.processes + model.infusions).flatMap { process in
      process.changes.flatMap { ($0.amount * process.rate).restrictedParts(intervals) }
        .map { RestrictedRate(process: process.name, part: $0) }
    }
  }

  /// Refuses initial values below 0 of a field where a rate is not defined for them although nothing else makes the field negative.
  func checkDomains(of state: FieldSet, volumes: PointVolumes) throws {
    var found = Diagnostics()
    let rates = restrictedRates.filter(\.part.isProven)
    for (index, name) in model.fieldNames.enumerated() {
      guard let rate = rates.first(where: { $0.part.argument.dependsOn(.field(name)) }),
        let (row, column) = state.firstPoint(index, where: { $0 < 0 })
      else { continue }
      let value = state.pointer(index, row: row)[column]
      found.error(
        "the initial value of field \(name) is \(Float(value)) at \(description(ofPoint: (row, column))), where "
          + "\(rate.part.part) of \(rate.process) is not defined",
        at: document["initial"]?[name]?.place ?? document.place,
        remedy: "begin with values of at least 0, or write max(\(name), 0) in the rate")
    }
    try found.throwIfErrors()
  }
}
