import Expressions
import Fields
import Glibc
import Models
import Operators
import Rates
import Simulations

/// What the rates make of data, in turn, as one field makes another sharp.
extension SharpData {
  /// Fields that come from each other, one after the other.
  private static let mostRounds = 12

  /// Rates as they may be in the run: production, and loss as a share.
  struct Law {
    let productions: [Expression]
    let losses: [Expression]
    let parameters: [String: Double]
    /// Whether losses stand apart.
    var isSplit = true

    var all: [Expression] { productions + losses }
    var changes: Bool { all.contains { $0.dependsOn(.time) } }
  }

  /// With the parameters as they are and as treatments can make them, and with delayed values as those of the present and as
  /// the run file gives those of the past.
  var laws: [Law] {
    let model = configuration.model
    let moving = zip(configuration.productionLoss, model.fields).map { parts, field in
      field.isQuasiSteady ? (Expression.constant(0), Expression.constant(0)) : (parts.production, parts.loss)
    }
    let rates = moving.map(\.0) + moving.map(\.1)
    var variants = [rates.map { model.undelayed($0) }]
    if !configuration.history.isEmpty {
      let past = Dictionary(
        uniqueKeysWithValues: model.constantDelays.map(\.delay).map { delay in
          let time = Expression.constant(configuration.startTime - configuration.lag(delay))
          let values = configuration.history.map { (Symbol.field($0.key), $0.value.substituting([.time: time])) }
          return (Symbol.field(delay.name), delay.argument.substituting(Dictionary(uniqueKeysWithValues: values)))
        })
      variants.append(rates.map { model.undelayed($0.substituting(past)) })
    }
    let laws = variants.map { rates in
      let kept = configuration.keptInDomain(rates)
      return Law(
        productions: Array(kept[..<model.fields.count]), losses: Array(kept[model.fields.count...]),
        parameters: model.parameterValues)
    }
    let changed = configuration.parameterIntervals.mapValues { $0.high.isFinite ? $0.high : $0.low }
    if changed == model.parameterValues { return laws }
    // Rates were divided with the present parameters.
    let whole = zip(model.rates, model.fields).map { $1.isQuasiSteady ? Expression.constant(0) : model.undelayed($0) }
    return laws + [
      Law(
        productions: configuration.keptInDomain(whole), losses: whole.map { _ in .constant(0) }, parameters: changed,
        isSplit: false)
    ]
  }

  /// Looks at what a state leads to, in turn, as one field makes another sharp.
  mutating func follow(_ state: FieldSet, by law: Law, time: Double) throws {
    let isJumping = configuration.model.rates.contains { $0.jumpsOrVaries(in: configuration.grid) }
    let isExplicit = isJumping || !law.isSplit
    // Fields that stay where they are keep what is sharp in them, and so do roots and powers of those that are smooth.
    let hasSharpSource = diffusions.indices.contains { field in
      !candidates.contains(field) && state.minimum(field, pool: pool) < state.maximum(field)
    }
    guard
      isJumping || hasSharpSource || !configuration.restrictedRates.isEmpty || found.contains(where: { $0 > 0 })
    else { return }
    var present = state
    for _ in 0..<SharpData.mostRounds where !open.isEmpty {
      let before = (found, varying(present))
      present = try towards(present, by: law, time: time, isExplicit: isExplicit, taxis: taxis)
      try look(at: present, time: time)
      if found == before.0, varying(present) == before.1 { return }
    }
  }

  private func varying(_ state: FieldSet) -> [Bool] {
    (0..<state.count).map { state.minimum($0, pool: pool) < state.maximum($0) }
  }

  /// The state that rates lead to in the time in which each field could change by its own size: fields that are empty become their
  /// rates.
  ///
  /// - Parameter isExplicit: whether losses count as they are at present; they then empty a field where they jump. Else they are
  ///   shares of what is left, so that what is smooth stays so.
  func towards(
    _ state: FieldSet, by law: Law, time: Double, isExplicit: Bool, taxis: (any TaxisRates)?
  ) throws -> FieldSet {
    let result = try copy(of: state)
    let productions, losses: [[Double]]
    do {
      (productions, losses) = try values(of: law, state, time, taxis: taxis)
    } catch let failure as NumericalFailure where failure.cause == .velocity {
      // The run itself need not come to a state at which a velocity is no number.
      (productions, losses) = try values(of: law, state, time, taxis: nil)
    }
    for field in 0..<state.count {
      let (made, lost, old) = (productions[field], losses[field], state.values(field))
      let change = isExplicit ? old.indices.map { made[$0] - lost[$0] * old[$0] } : made
      let fastest = change.reduce(0) { max($0, abs($1)) }
      let largest = old.reduce(0) { max($0, abs($1)) }
      guard fastest.isFinite, !change.contains(where: \.isNaN) else { continue }
      let most = lost.reduce(0) { max($0, $1) }
      var share = fastest > 0 ? (largest > 0 ? largest : 1) / fastest : most > 0 ? 1 / most : 0
      if !isExplicit, proven.contains(field) {
        // What moves away may take half of what is there.
        for point in old.indices where made[point] < 0 { share = min(share, 0.5 * max(old[point], 0) / -made[point]) }
      }
      guard share.isFinite else { continue }
      result.setValues(
        field,
        to: old.indices.map { point in
          let value =
            isExplicit
            ? old[point] + share * change[point] : (old[point] + share * made[point]) / (1 + share * lost[point])
          // Losses of so long a time are no longer those of the equations.
          return proven.contains(field) ? max(value, 0) : value
        })
    }
    volumes.clearOutside(result)
    return result
  }

  /// Productions and losses at all points.
  func values(
    of law: Law, _ state: FieldSet, _ time: Double, taxis: (any TaxisRates)?
  ) throws -> (productions: [[Double]], losses: [[Double]]) {
    let (distributions, plain) = Expression.extractingDistributions(law.all)
    let values = try FieldSet(grid: state.grid, count: plain.count)
    try FieldRates(
      plain, fields: configuration.model.fieldNames, parameters: law.parameters, taxis: taxis,
      distributions: configuration.distributionFields(
        distributions, kernels: kernels, volumes: volumes, pool: pool),
      volumes: volumes, pool: pool
    ).evaluate(state, time: time, into: values)
    volumes.clearOutside(values)
    let count = law.productions.count
    return ((0..<count).map { values.values($0) }, (count..<(2 * count)).map { values.values($0) })
  }

  func range(_ values: [Double]) -> (least: Double, most: Double)? {
    guard let least = values.min(), let most = values.max(), least.isFinite, most.isFinite else { return nil }
    return (least, most)
  }

  // MARK: States

  func copy(of state: FieldSet) throws -> FieldSet {
    let copy = try FieldSet(grid: state.grid, count: state.count)
    copy.copy(from: state, pool: pool)
    return copy
  }

  /// Every field with its largest value everywhere, 1 where it is empty.
  func uniform(as state: FieldSet) throws -> FieldSet {
    let copy = try copy(of: state)
    for field in 0..<copy.count {
      let largest = state.maximum(field)
      copy.fill(field, with: largest > 0 ? largest : 1)
    }
    volumes.clearOutside(copy)
    return copy
  }

  /// Nothing of all fields that nothing can make negative.
  func emptied(_ state: FieldSet) throws -> FieldSet {
    let copy = try copy(of: state)
    for field in proven { copy.fill(field, with: 0) }
    return copy
  }
}
