import Expressions
import Fields
import Models
import Operators
import Simulations
import TimeStepping

/// Finds the fields that spectral transforms would take out of what their equations allow, because the data are too sharp for the
/// grid: below 0, or to where a rate is not defined.
///
/// It looks at the initial values, at what every dose makes of them, and, where something of that is sharp or a rate jumps in space,
/// at the state towards which the rates go. Each field is moved by transforms over two short steps (`Ringing`), and what
/// comes out is compared with what was there: a field that was nowhere negative must not become so, nor an argument of `sqrt`, `log`,
/// `^` or a denominator.
struct SharpData {
  private let configuration: RunConfiguration
  private let diffusions: [FieldDiffusion]
  private let volumes: PointVolumes
  private let pool: WorkerPool
  /// Fields that a transform may move.
  private let candidates: Set<Int>
  /// Those of them that nothing can make negative.
  private let proven: Set<Int>
  /// Arguments that must not be negative, and the candidates that each depends on.
  private let arguments: [(expression: Expression, fields: [Int])]
  private var found: [Double]

  /// What counts, relative to the largest value of the field or the argument.
  private static let threshold = 1e-4
  /// Times of jumps at which the rates are looked at.
  private static let mostJumps = 4

  /// - Returns: of each field how far a transform takes it out of what is allowed, relative to its largest value; 0 where it does
  ///   not, or where no transform can move it.
  static func ringing(
    _ configuration: RunConfiguration, state: FieldSet, diffusions: [FieldDiffusion], taxis: (any TaxisRates)?,
    volumes: PointVolumes, pool: WorkerPool
  ) throws -> [Double] {
    var data = try SharpData(configuration, diffusions, volumes, pool)
    guard !data.candidates.isEmpty else { return data.found }
    try data.look(at: state)
    try data.lookAtDoses(of: state)
    try data.lookAtRates(of: state, taxis: taxis)
    return data.found
  }

  private init(
    _ configuration: RunConfiguration, _ diffusions: [FieldDiffusion], _ volumes: PointVolumes, _ pool: WorkerPool
  ) throws {
    (self.configuration, self.diffusions, self.volumes, self.pool) = (configuration, diffusions, volumes, pool)
    found = diffusions.map { _ in 0 }
    guard configuration.model.freeBoundary == nil else {
      (candidates, proven, arguments) = ([], [], [])
      return
    }
    let names = configuration.model.fieldNames
    let candidates = Set(diffusions.indices.filter { Ringing.isPossible(diffusions[$0], on: volumes) })
    self.candidates = candidates
    let intervals = candidates.isEmpty ? [:] : configuration.solutionIntervals
    proven = candidates.filter { intervals[.field(names[$0])]?.isNonNegative ?? false }
    let restricted = candidates.isEmpty ? [] : configuration.restrictedRates.map(\.part.argument)
    arguments = restricted.reduce(into: [Expression]()) { if !$0.contains($1) { $0.append($1) } }
      .filter { !$0.hasDistributions && Expression.extractingFunctionals([$0]).functionals.isEmpty }
      .filter {
        $0.symbols.allSatisfy { symbol in if case .field(let name) = symbol { names.contains(name) } else { true } }
      }
      .map { argument in (argument, candidates.filter { argument.dependsOn(.field(names[$0])) }.sorted()) }
      .filter { !$0.fields.isEmpty }
  }

  // MARK: A state

  /// Moves all candidates and notes which leave what is allowed.
  private mutating func look(at state: FieldSet, time: Double? = nil) throws {
    let limits = state.count == 0 ? [] : arguments
    let before = try values(of: limits.map(\.expression), state, time)
    let count = 2
    let moved = try (0..<count).map { _ in
      let copy = try FieldSet(grid: state.grid, count: state.count)
      copy.copy(from: state, pool: pool)
      return copy
    }
    for field in candidates.sorted() {
      let (low, high) = (state.minimum(field, pool: pool), state.maximum(field))
      guard low.isFinite, high.isFinite, low < high else { continue }
      let isRelevant = limits.contains { $0.fields.contains(field) } || mayFallBelowZero(field, low, high)
      guard isRelevant else { continue }
      var step = 0
      var worst = 0.0
      try Ringing.afterSteps(of: state, field: field, as: diffusions[field], volumes: volumes, pool: pool) { result in
        moved[step].setField(field, toSumOf: [(1, result)], field: 0, pool: pool)
        step += 1
        worst = max(worst, -result.minimum(0, pool: pool) / high)
      }
      if mayFallBelowZero(field, low, high), worst > SharpData.threshold { found[field] = max(found[field], worst) }
    }
    for (index, limit) in limits.enumerated() {
      guard let (low, high) = before[index], low >= 0, high > 0 else { continue }
      for copy in moved {
        guard let after = try values(of: [limit.expression], copy, time)[0] else { continue }
        let shortfall = -after.low / high
        guard shortfall > SharpData.threshold || after.low.isNaN else { continue }
        for field in limit.fields { found[field] = max(found[field], shortfall.isNaN ? 1 : shortfall) }
      }
    }
  }

  /// A transform falls short by a small part of the range: not below 0 where the least value is a good part of the largest.
  private func mayFallBelowZero(_ field: Int, _ low: Double, _ high: Double) -> Bool {
    low >= 0 && low < 0.2 * high
  }

  /// The smallest and the largest value of some expressions in the tissue; nil for one that is nowhere a number.
  private func values(
    of expressions: [Expression], _ state: FieldSet, _ time: Double?
  ) throws -> [(low: Double, high: Double)?] {
    if expressions.isEmpty { return [] }
    let model = configuration.model
    let result = try FieldSet(grid: state.grid, count: expressions.count)
    GridEvaluator(
      try PointwiseFunctions(
        expressions, fields: model.fieldNames, parameters: model.parameterValues, grid: state.grid),
      volumes: volumes, pool: pool
    ).evaluate(state, time: time ?? configuration.startTime, into: result)
    return expressions.indices.map { index in
      let (low, high) = (result.minimum(index, pool: pool), result.maximum(index))
      return high.isNaN && low.isNaN ? nil : (low, high)
    }
  }

  // MARK: What data become

  private mutating func lookAtDoses(of state: FieldSet) throws {
    let model = configuration.model
    let doser = Doser(
      fields: model.fieldNames, parameters: model.parameterValues, ranges: [:],
      span: configuration.startTime...configuration.endTime, volumes: volumes, pool: pool)
    for treatment in configuration.treatments {
      let changes = treatment.changes.filter { change in
        if case .field = change.target { change.value.jumpsOrVaries(in: configuration.grid) } else { false }
      }
      if !changes.isEmpty {
        let dose = Treatment(
          name: treatment.name, trigger: nil, times: treatment.times, changes: changes, infusion: nil)
        // Of the state at the start, and of one that is the same everywhere.
        for isUniform in [false, true] {
          let copy = try FieldSet(grid: state.grid, count: state.count)
          copy.copy(from: state, pool: pool)
          if isUniform {
            for field in 0..<copy.count { copy.fill(field, with: max(state.maximum(field), .leastNormalMagnitude)) }
            volumes.clearOutside(copy)
          }
          // A dose that is refused at this state may be none at that of its time.
          guard (try? doser.give(dose, to: copy, at: configuration.startTime, changed: [:])) != nil else { continue }
          try look(at: copy)
        }
      }
      let rates = treatment.infusion?.rates(since: configuration.startTime) ?? []
      let jumping = rates.filter { $0.rate.jumpsOrVaries(in: configuration.grid) }
      guard !jumping.isEmpty else { continue }
      try look(
        at: towards(
          state,
          rates: model.fieldNames.map { name in
            jumping.filter { $0.field == name }.reduce(Expression.constant(0)) { $0 + $1.rate }
          }, taxis: nil, time: configuration.startTime))
    }
  }

  private mutating func lookAtRates(of state: FieldSet, taxis: (any TaxisRates)?) throws {
    let rates = configuration.keptInDomain(configuration.model.rates)
    let isJumping = rates.contains { $0.jumpsOrVaries(in: configuration.grid) }
    // Fields that stay where they are keep what is sharp in them.
    let hasSharpSource = diffusions.indices.contains { field in
      !candidates.contains(field) && state.minimum(field, pool: pool) < state.maximum(field)
    }
    guard isJumping || hasSharpSource || found.contains(where: { $0 > 0 }) else { return }
    let times = [configuration.startTime] + configuration.jumps.times.prefix(SharpData.mostJumps).map(\.nextUp)
    for time in times {
      var present = state
      // What is sharp makes others so, one after the other.
      for _ in 0..<max(1, candidates.count) {
        let before = found
        present = try towards(present, rates: rates, taxis: taxis, time: time)
        try look(at: present, time: time)
        if found == before { break }
      }
    }
  }

  /// The state that rates lead to in the time in which each field could change by its own size: fields that are empty become their
  /// rates.
  private func towards(
    _ state: FieldSet, rates: [Expression], taxis: (any TaxisRates)?, time: Double
  ) throws -> FieldSet {
    let model = configuration.model
    let moving = zip(rates, model.fields).map { $1.isQuasiSteady ? .constant(0) : $0 }
    let result = try FieldSet(grid: state.grid, count: state.count)
    result.copy(from: state, pool: pool)
    // What is delayed comes from data that have been looked at.
    guard model.constantDelays.isEmpty else { return result }
    let (distributions, plain) = Expression.extractingDistributions(moving)
    let change = try FieldSet(grid: state.grid, count: state.count)
    try FieldRates(
      plain, fields: model.fieldNames, parameters: model.parameterValues, taxis: taxis,
      distributions: configuration.distributionFields(distributions, volumes: volumes, pool: pool), volumes: volumes,
      pool: pool
    ).evaluate(state, time: time, into: change)
    volumes.clearOutside(change)
    for field in 0..<state.count {
      let fastest = max(change.maximum(field), -change.minimum(field, pool: pool))
      guard fastest > 0, fastest.isFinite else { continue }
      let size = max(state.maximum(field), -state.minimum(field, pool: pool))
      let share = size > 0 ? size / fastest : 1 / fastest
      result.setField(field, toSumOf: [(1, state), (share, change)], pool: pool)
      // Losses of so long a time are no longer those of the equations.
      if proven.contains(field) { result.clearNegative(field, above: -.infinity) }
    }
    return result
  }
}

extension Expression {
  /// Whether it depends on the position, or jumps where something else passes a value.
  fileprivate func jumpsOrVaries(in grid: Grid) -> Bool {
    grid.axes.contains { dependsOn(.coordinate($0.name)) }
      || nodes.contains { node in
        switch node {
        case .choice, .unary(.floor, _): true
        default: false
        }
      }
  }
}
