import Expressions
import Fields
import Glibc
import Models
import Operators
import Simulations

/// Where sharpness begins: data and rates at the start and after jumps, doses and infusions, noise, and conditions on fields.
extension SharpData {
  /// Times of jumps at which the rates are looked at.
  private static let mostJumps = 4

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
          let moved = try Ringing.withBoundaryData(
            state, field: field, as: diffusions[field], time: time, volumes: volumes, pool: pool)
          present.setField(field, toSumOf: [(1, moved)], field: 0, pool: pool)
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
    let doser = configuration.doser(volumes: volumes, pool: pool)
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
}

extension Expression {
  /// Whether it depends on the position, or jumps where something else passes a value.
  func jumpsOrVaries(in grid: Grid) -> Bool {
    grid.axes.contains { dependsOn(.coordinate($0.name)) }
      || nodes.contains { node in
        switch node {
        case .choice, .unary(.floor, _): true
        default: false
        }
      }
  }
}
