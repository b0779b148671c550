import Expressions
import Fields
import Glibc
import Models
import Operators
import Simulations
import TimeStepping

/// What becomes of data in the run.
extension SharpData {
  /// Times of jumps at which the rates are looked at.
  private static let mostJumps = 4
  /// Fields that come from each other, one after the other.
  private static let mostRounds = 12

  // MARK: Where something begins

  /// Looks at what the initial values lead to, at the start and where something in the equations changes with time.
  mutating func lookAtStart(_ state: FieldSet) throws {
    let laws = laws
    let sides = configuration.sides.indices.filter { configuration.sides[$0].isPrescribed && diffusions[$0].moves }
    let changes =
      laws.contains { $0.changes }
      || sides.contains { field in
        configuration.sides[field].given.contains { $0.expression.dependsOn(.time) }
      }
    let (start, end) = (configuration.startTime, configuration.endTime)
    let quarters = changes ? [0.25, 0.5, 0.75].map { start + $0 * (end - start) } : []
    for time in [start] + configuration.jumps.times.prefix(SharpData.mostJumps).map(\.nextUp) + quarters {
      guard !open.isEmpty else { return }
      var present = state
      if !sides.isEmpty {
        present = try copy(of: state)
        for field in sides {
          let fed = try Ringing.fedBySides(
            state, field: field, as: diffusions[field], time: time, volumes: volumes, pool: pool)
          present.setField(field, toSumOf: [(1, fed)], field: 0, pool: pool)
        }
        try look(at: present, time: time)
      }
      for law in laws { try follow(present, by: law, time: time) }
    }
  }

  /// Looks at what white noise makes of the initial values and of a state that is the same everywhere, and at what that leads to.
  ///
  /// Each point counts as having had noise of its own for half the time in which diffusion levels neighbors out.
  mutating func lookAtNoise(of state: FieldSet) throws {
    let model = configuration.model
    let changes = model.noise.filter { $0.correlation == .white }.flatMap(\.changes)
    let fields = model.fieldNames.indices.filter { index in changes.contains { $0.field == model.fieldNames[index] } }
    guard !fields.isEmpty, let volume = volumes.uniform else { return }
    let laws = laws
    for before in [state, try uniform(as: state)] where !open.isEmpty {
      let after = try copy(of: before)
      for field in fields {
        // Independent sources add up by their squares.
        let square = changes.filter { $0.field == model.fieldNames[field] }.reduce(Expression.constant(0)) {
          $0 + $1.amplitude * $1.amplitude
        }
        let single = Law(productions: [square], losses: [.constant(0)], parameters: model.parameterValues)
        let squares = try values(of: single, before, configuration.startTime, taxis: nil).productions[0]
        let strength = strength(of: field)
        let duration = configuration.endTime - configuration.startTime
        let time = strength > 0 ? min(duration, 0.5 / strength) : duration
        let old = before.values(field)
        after.setValues(
          field,
          to: old.indices.map { point in
            let size = (max(squares[point], 0) * time / volume).squareRoot()
            let number = CounterRandom.normal(seed: configuration.seed, field: field, call: 0, point: UInt64(point))
            guard proven.contains(field) else { return old[point] + size * number }
            return old[point] > 0 ? old[point] * exp(min(size / old[point], 3) * number) : old[point]
          })
      }
      try lookAndFollow(after, by: laws)
    }
  }

  /// `D/Δx²` along the axis where it is largest; 0 for a field that stays where it is.
  private func strength(of field: Int) -> Double {
    zip(configuration.grid.axes, diffusions[field].diffusivities).reduce(0) {
      max($0, $1.1 / ($1.0.spacing * $1.0.spacing))
    }
  }

  /// Looks at what each dose and infusion with a shape makes of the initial values, of a state that is the same everywhere and of
  /// an empty one, and at what that leads to.
  mutating func lookAtTreatments(of state: FieldSet) throws {
    let model = configuration.model
    let doser = Doser(
      fields: model.fieldNames, parameters: model.parameterValues, ranges: [:],
      span: configuration.startTime...configuration.endTime, volumes: volumes, pool: pool)
    let laws = laws
    for treatment in configuration.treatments {
      guard !open.isEmpty else { return }
      let changes = treatment.changes.filter { change in
        if case .field = change.target { change.value.jumpsOrVaries(in: configuration.grid) } else { false }
      }
      let rates = treatment.infusion?.rates(since: configuration.startTime) ?? []
      let jumping = rates.filter { $0.rate.jumpsOrVaries(in: configuration.grid) }
      let infusion = Law(
        productions: model.fieldNames.map { name in
          jumping.filter { $0.field == name }.reduce(Expression.constant(0)) { $0 + $1.rate }
        }, losses: model.fields.map { _ in .constant(0) }, parameters: model.parameterValues)
      if changes.isEmpty, jumping.isEmpty { continue }
      let dose = Treatment(
        name: treatment.name, trigger: nil, times: treatment.times, changes: changes, infusion: nil)
      for before in [state, try uniform(as: state), try emptied(state)] {
        let after = try copy(of: before)
        // A dose that is refused at this state may be none at that of its time.
        if !changes.isEmpty, (try? doser.give(dose, to: after, at: configuration.startTime, changed: [:])) != nil {
          try lookAndFollow(after, by: laws)
        }
        if !jumping.isEmpty {
          try lookAndFollow(
            towards(before, by: infusion, time: configuration.startTime, isExplicit: true, taxis: nil), by: laws)
        }
      }
    }
  }

  private mutating func lookAndFollow(_ state: FieldSet, by laws: [Law]) throws {
    try look(at: state)
    for law in laws { try follow(state, by: law, time: configuration.startTime) }
  }

  /// Looks at fields that are made or lost where others pass a threshold, wherever that may be in the course of the run.
  ///
  /// The others count as their largest initial values, 1 where they are empty, and the threshold as passed in half of the domain.
  mutating func lookAtSwitches(of state: FieldSet) throws {
    guard let axis = configuration.grid.axes.max(by: { $0.points < $1.points }), axis.points > 1 else { return }
    let half = Expression.combined(
      .less, .symbol(.coordinate(axis.name)), .constant(axis.origin + 0.5 * axis.length))
    let duration = configuration.endTime - configuration.startTime
    for law in laws where law.isSplit {
      for field in proven.sorted() where open.contains(field) {
        let (low, high) = (state.minimum(field, pool: pool), state.maximum(field))
        // The share of a loss may be written with a condition that its rate does not have.
        guard configuration.model.rates[field].switching(by: half) != nil else { continue }
        let made = law.productions[field].switching(by: half)
        let lost = law.losses[field].switching(by: half)
        guard made != nil || lost != nil else { continue }
        let single = Law(
          productions: [made ?? .constant(0)], losses: [lost ?? .constant(0)], parameters: law.parameters)
        let present = try uniform(as: state)
        let (productions, losses) = try values(of: single, present, configuration.startTime, taxis: nil)
        if made != nil, high <= 0 || mayFallBelowZero(field, low, high) {
          try look(at: state, field: field, values: productions[0])
        }
        if lost != nil, let (least, most) = range(losses[0]) {
          // What is lost more slowly is smoothed meanwhile.
          guard most > least, 4 * strength(of: field) < Ringing.largestStrength * (most - least) else { continue }
          try look(at: state, field: field, values: losses[0].map { max(0, 1 - ($0 - least) * duration) })
        }
      }
    }
  }

  /// Looks at one field with given values.
  private mutating func look(at state: FieldSet, field: Int, values: [Double]) throws {
    let present = try uniform(as: state)
    present.setValues(field, to: values)
    volumes.clearOutside(present)
    try look(at: present)
  }

  // MARK: What rates make of it

  /// Rates as they may be in the run: production, and loss as a share.
  private struct Law {
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
  private var laws: [Law] {
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
  private mutating func follow(_ state: FieldSet, by law: Law, time: Double) throws {
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
  private func towards(
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
  private func values(
    of law: Law, _ state: FieldSet, _ time: Double, taxis: (any TaxisRates)?
  ) throws -> (productions: [[Double]], losses: [[Double]]) {
    let (distributions, plain) = Expression.extractingDistributions(law.all)
    let values = try FieldSet(grid: state.grid, count: plain.count)
    try FieldRates(
      plain, fields: configuration.model.fieldNames, parameters: law.parameters, taxis: taxis,
      distributions: configuration.distributionFields(distributions, volumes: volumes, pool: pool), volumes: volumes,
      pool: pool
    ).evaluate(state, time: time, into: values)
    volumes.clearOutside(values)
    let count = law.productions.count
    return ((0..<count).map { values.values($0) }, (count..<(2 * count)).map { values.values($0) })
  }

  private func range(_ values: [Double]) -> (least: Double, most: Double)? {
    guard let least = values.min(), let most = values.max(), least.isFinite, most.isFinite else { return nil }
    return (least, most)
  }

  // MARK: States

  private func copy(of state: FieldSet) throws -> FieldSet {
    let copy = try FieldSet(grid: state.grid, count: state.count)
    copy.copy(from: state, pool: pool)
    return copy
  }

  /// Every field with its largest value everywhere, 1 where it is empty.
  private func uniform(as state: FieldSet) throws -> FieldSet {
    let copy = try copy(of: state)
    for field in 0..<copy.count {
      let largest = state.maximum(field)
      copy.fill(field, with: largest > 0 ? largest : 1)
    }
    volumes.clearOutside(copy)
    return copy
  }

  /// Nothing of all fields that nothing can make negative.
  private func emptied(_ state: FieldSet) throws -> FieldSet {
    let copy = try copy(of: state)
    for field in proven { copy.fill(field, with: 0) }
    return copy
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
