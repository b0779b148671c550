import Expressions

/// The rate of change of one field by all processes, written as `R = P − L u`.
package struct ProductionLoss: Sendable {
  /// Name of the field `u`.
  package let field: String
  /// `P`; non-negative if there are no obstacles, which it contains with their sign, but for those of noise.
  package let production: Expression
  /// `L ≥ 0`.
  package let loss: Expression
  /// What keeps the field from being non-negative for certain: terms that are taken from it whether it is there or not.
  package let obstacles: [(process: String, term: Expression)]

  /// Whether the field has negative values from the start; the parts are then those of the rate at all values.
  package let isSigned: Bool

  /// Whether reactions and noise cannot make the field negative.
  package var isPositive: Bool { obstacles.isEmpty && !isSigned }
}

extension Model {
  /// Splits the rate of each field, process by process, into what is added and the share that is lost.
  ///
  /// Fields count as non-negative, but for those that can become negative by their rates, cross-diffusion or noise;
  /// parameters have their values. Obstacles come from the noise too.
  ///
  /// - Parameters:
  ///   - intervals: what is known of time and position, and of fields that promise no sign; of time and position
  ///     all values are possible where nothing is known.
  ///   - signed: the fields that have negative values from the start; `intervals` says so too.
  package func productionLoss(
    intervals: [Symbol: Interval] = [:], signed: Set<String> = []
  ) -> [ProductionLoss] {
    signs(intervals: intervals, signed: signed).parts
  }

  /// What is known of all symbols of the rates in the exact solution, delayed values included: fields that cannot become negative
  /// are at least 0.
  ///
  /// Here such are also those whose losses vanish with them, but so slowly that they are no share of the field, as in `u' = −sqrt(u)`.
  ///
  /// - Parameter intervals: as in `productionLoss`.
  package func knownIntervals(_ intervals: [Symbol: Interval]) -> [Symbol: Interval] {
    signs(intervals: intervals, isExact: true).known
  }

  private func signs(
    intervals: [Symbol: Interval], signed: Set<String> = [], isExact: Bool = false
  ) -> (parts: [ProductionLoss], known: [Symbol: Interval]) {
    var known = intervals
    for (name, value) in parameterValues { known[.parameter(name)] = Interval(value, value) }
    known[.coordinate("r")] = known[.coordinate("r")] ?? .nonNegative
    let noise = fieldNames.map { noiseObstacles(of: $0, known) }
    for (field, obstacles) in zip(fields, noise) where field.crossDiffusion.isEmpty && obstacles.isEmpty {
      known[.field(field.name)] = known[.field(field.name)] ?? .nonNegative
    }
    // A field that can become negative promises nothing to those that depend on it.
    while true {
      let intervals = addingDelays(to: known)
      let found = zip(fields, noise).map {
        productionLoss(of: $0, intervals, noise: $1, isSigned: signed.contains($0.name))
      }
      let doubtful = found.filter { parts in
        !parts.isPositive && known[.field(parts.field)]?.isNonNegative ?? false
          && !(isExact && parts.obstacles.allSatisfy { vanishes($0.term, without: parts.field) })
      }
      if doubtful.isEmpty { return (found, intervals) }
      for parts in doubtful { known[.field(parts.field)] = .all }
    }
  }

  /// Whether a term is 0 where a field is.
  private func vanishes(_ term: Expression, without field: String) -> Bool {
    var values = Dictionary(
      uniqueKeysWithValues: parameterValues.map { (Symbol.parameter($0.key), Expression.constant($0.value)) })
    values[.field(field)] = .constant(0)
    return term.substituting(values).constantValue == 0
  }

  private func productionLoss(
    of member: ModelField, _ known: [Symbol: Interval], noise: [(process: String, term: Expression)], isSigned: Bool
  ) -> ProductionLoss {
    let field = member.name
    // Losses are shares of something non-negative also where the field itself promises no sign.
    let intervals = known.merging([.field(field): .nonNegative]) { $1 }
    var production = Expression.constant(0)
    var loss = Expression.constant(0)
    var obstacles = noise
    for process in processes + infusions {
      for change in process.changes where change.field == field {
        let parts = (change.amount * process.rate).split(
          by: .field(field), intervals: intervals, isUniform: member.isCompartment, isSigned: isSigned)
        production = parts.obstacles.reduce(production + parts.production) { $0 - $1 }
        loss = loss + parts.loss
        obstacles += parts.obstacles.map { (process.name, $0) }
      }
    }
    return ProductionLoss(
      field: field, production: production, loss: loss, obstacles: obstacles, isSigned: isSigned)
  }
}
