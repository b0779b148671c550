import CKernels
import Fields
import Synchronization

/// Diffusion of fields whose diffusivity is not one number, or in tissue of any shape, or driven by the gradients of
/// other fields too: `∂u_i/∂t = ∇·(D_i(x, t, u) ∇u_i + Σ_j D_ij ∇u_j)`.
///
/// In space by finite volumes, so that mass is kept to rounding and nothing crosses the edge of the tissue; in time by
/// super-time-stepping, whose work grows with the square root of the step. Everything is local: what is empty stays
/// empty beyond the reach of the stages. Steps that turn non-negative data negative are divided.
final class LocalDiffusion: Sendable {
  private let volumes: PointVolumes
  private let grid: Grid
  /// Fields that do not act on each other are in different parts.
  private let parts: [Part]
  private let pool: WorkerPool
  private let scratch: [WorkerScratch]
  /// Values at the two latest stages.
  private let stages: (FieldSet, FieldSet)
  /// `L Y_0`.
  private let first: FieldSet
  private let repetitions = Atomic(0)
  private let meter = WorkMeter()

  private struct Part: Sendable {
    let members: [LocalField]
    /// Of those of the members that follow each other's gradients.
    let movers: [CoupledMover]
    /// Whether the operators change while the fields do.
    let dependsOnItself: Bool

    /// Whether diffusivities or velocities depend on time itself.
    var changesInTime: Bool {
      members.contains(where: \.changesInTime) || movers.contains { $0.mover.description.changesInTime }
    }

    /// Whether gradients of some fields drive others by velocities.
    var isCoupled: Bool { !movers.isEmpty }

    /// The largest `|L_ii|` over the spectral bound: faces count twice in the latter, losses at the sides once.
    var largestDiagonal: Double { members.allSatisfy { $0.own.isClosed } ? 0.5 : 1 }

    /// Whether non-negative data stay non-negative.
    var isPositive: Bool { members.allSatisfy(\.crossTerms.isEmpty) }

    func mover(of field: Int) -> CoupledMover? { movers.first { $0.field == field } }
  }

  /// What limits the steps of a part, 1 / time.
  private struct Bounds {
    /// Of the absolute values of eigenvalues.
    let spectral: Double
    /// The largest rate at which a point loses what it holds, or that at which steps of Euler's method become unstable.
    let loss: Double
    /// At most one time of this is taken in one step.
    var fastest = 0.0

    /// How a step is divided.
    func division(of step: Double) -> (steps: Int, stages: Int) {
      StagedStep.division(step: step, bound: spectral, parts: max(1, (step * fastest).rounded(.up)))
    }
  }

  /// - Returns: nil if no field needs it.
  init?(volumes: PointVolumes, fields: [FieldDiffusion], pool: WorkerPool) throws {
    let locals = fields.locals(on: volumes).sorted()
    if locals.isEmpty { return nil }
    self.volumes = volumes
    self.pool = pool
    grid = volumes.grid
    scratch = (0..<pool.threadCount).map { _ in WorkerScratch() }
    var parts: [Part] = []
    for group in LocalDiffusion.groups(locals, fields) {
      var members: [LocalField] = []
      for index in group { members.append(try LocalField(index, fields[index], volumes, pool)) }
      let movers = try group.compactMap { index in
        try fields[index].coupledTaxis.map {
          try CoupledMover($0, boundaries: fields[index].boundaries, volumes: volumes, pool: pool)
        }
      }
      let dependsOnItself = !movers.isEmpty || members.contains { !$0.dependencies.isDisjoint(with: group) }
      parts.append(Part(members: members, movers: movers, dependsOnItself: dependsOnItself))
    }
    self.parts = parts
    stages = (try FieldSet(grid: grid, count: fields.count), try FieldSet(grid: grid, count: fields.count))
    first = try FieldSet(grid: grid, count: fields.count)
  }

  /// Divides the local fields into groups that act on each other, each in rising order.
  private static func groups(_ locals: [Int], _ fields: [FieldDiffusion]) -> [[Int]] {
    var group = Dictionary(uniqueKeysWithValues: locals.map { ($0, $0) })
    for index in locals {
      let partners = fields[index].permeabilities.reduce(fields[index].variable?.dependencies ?? []) {
        $0.union($1.dependencies)
      }.union(fields[index].crossTerms.map(\.field)).union(fields[index].coupledTaxis?.taxis.dependencies ?? [])
      for partner in partners {
        guard let own = group[index], let other = group[partner], own != other else { continue }
        for (key, value) in group where value == max(own, other) { group[key] = min(own, other) }
      }
    }
    return Set(group.values).sorted().map { number in locals.filter { group[$0] == number } }
  }

  /// Replaces the local fields by the solution of `u_t = L(u) u + b − c` after `step`.
  ///
  /// - Parameters:
  ///   - constant: `c`, if any.
  ///   - times: the time at the start and the end, for diffusivities and for what is given at the sides.
  func advance(
    _ state: FieldSet, minus constant: FieldSet? = nil, during times: (Double, Double), by step: Double
  ) throws(DiffusionFailure) {
    for part in parts { try advance(part, state, constant, times, step) }
  }

  /// Steps that were done again, by a method of more stages, to keep densities non-negative.
  var repeatedSteps: Int { repetitions.load(ordering: .relaxed) }

  var work: Work { meter.work }

  /// Fields that are held to work with, conductances included.
  var workingFieldCount: Int {
    3 * first.count
      + parts.reduce(0) { sum, part in
        part.members.reduce(sum) { $0 + $1.values.count + grid.axes.count }
          + part.movers.reduce(0) { $0 + $1.workingFieldCount }
      }
  }

  /// How a step is divided: equal parts, and the stages of each.
  func division(of field: Int, _ state: FieldSet, time: Double, step: Double) throws(DiffusionFailure) -> (
    steps: Int, stages: Int
  )? {
    guard let part = parts.first(where: { $0.members.contains { $0.field == field } }) else { return nil }
    return try bounds(part, state, time).division(of: step)
  }

  // MARK: Steps

  private func advance(
    _ part: Part, _ state: FieldSet, _ constant: FieldSet?, _ times: (Double, Double), _ step: Double
  ) throws(DiffusionFailure) {
    let isGuarded = part.isPositive && constant == nil && part.members.allSatisfy { state.minimum($0.field) >= 0 }
    let speed = (times.1 - times.0) / step
    var done = 0.0
    while done < step {
      let now = times.0 + done * speed
      let bounds = try bounds(part, state, now)
      var division = bounds.division(of: step - done)
      guard division.steps <= StagedStep.mostSteps else { throw tooManyParts(part, now) }
      let length = (step - done) / Double(division.steps)
      let span = (now, now + length * speed)
      if part.changesInTime, !part.dependsOnItself {
        // The operators stay as they are in the middle of the step.
        let middle = try self.bounds(part, state, 0.5 * (span.0 + span.1))
        division.stages = max(division.stages, middle.division(of: length).stages)
      }
      let legendre = StagedStep.legendre(stages: division.stages)
      let result =
        isGuarded
        ? try nonNegative(part, state, span, length, legendre, bounds)
        : try attempt(part, state, constant, span, length, legendre)
      for member in part.members { state.setField(member.field, toSumOf: [(1, result)], pool: pool) }
      done = division.steps == 1 ? step : done + length
    }
  }

  /// One step of a method, and where that makes values negative one of steps of Euler's method in its place.
  private func nonNegative(
    _ part: Part, _ state: FieldSet, _ times: (Double, Double), _ step: Double, _ method: StagedStep, _ bounds: Bounds
  ) throws(DiffusionFailure) -> FieldSet {
    func isNegative(_ set: FieldSet) -> Bool { part.members.contains { !(set.minimum($0.field) >= 0) } }
    do throws(DiffusionFailure) {
      let result = try attempt(part, state, nil, times, step, method)
      if !isNegative(result) { return result }
    } catch {
      // Values of a stage that are negative may have made a diffusivity or a velocity what it must not be.
      guard part.isCoupled else { throw error }
    }
    repetitions.add(1, ordering: .relaxed)
    // A margin, so that rounding cannot make a sum negative either.
    var stages = max(2, Int((step * bounds.loss / 0.9).rounded(.up)) + 1)
    while true {
      _ = try self.bounds(part, state, part.dependsOnItself ? times.0 : 0.5 * (times.0 + times.1))
      let result = try attempt(part, state, nil, times, step, .positive(stages: stages))
      // Velocities may have grown within the step.
      let isFinite = part.members.allSatisfy { !result.minimum($0.field).isNaN }
      guard part.isCoupled, isFinite, isNegative(result) else { return result }
      stages *= 2
      if stages > StagedStep.mostSteps { throw tooManyParts(part, times.0) }
    }
  }

  /// The largest diffusivity of a part.
  private func tooManyParts(_ part: Part, _ time: Double) -> DiffusionFailure {
    let largest = part.members.map { ($0.field, $0.largestDiffusivity) }.max { $0.1.value < $1.1.value }
    let (field, found) = largest ?? (part.members[0].field, (0, 0, .nan))
    return .diffusivity(
      DiffusivityFailure(
        field: field, row: found.row, column: found.column, value: found.value, time: time, hasTooManyParts: true))
  }

  /// What limits the steps of a part at a time; sets its operators.
  private func bounds(_ part: Part, _ state: FieldSet, _ time: Double) throws(DiffusionFailure) -> Bounds {
    try update(part, state, time)
    let own = part.members.map { $0.bound(pool: pool) }
    // Diffusivities that change during the step may grow.
    let margin = part.dependsOnItself ? StabilizedDiffusion.margin : 1
    let largest = own.reduce(0) { max($0, $1) }
    guard part.isCoupled else {
      let spectral = part.dependsOnItself ? margin * largest : largest
      return Bounds(spectral: spectral, loss: spectral * part.largestDiagonal)
    }
    for mover in part.movers { mover.setCoefficients(state, time: time) }
    let coupling = CouplingBounds(
      members: part.members.map(\.field), own: zip(part.members, own).map { $1 - $0.crossBound }, movers: part.movers,
      crossTerms: part.members.map { ($0.crossTerms, $0.unitBound) }, volumes: volumes, pool: pool)
    let outflow = part.movers.reduce(0) { max($0, $1.mover.outflowRate) }
    guard coupling.spectral.isFinite, coupling.oscillation.isFinite else {
      throw .velocity(VelocityFailure(field: part.movers[0].field, time: time, location: nil))
    }
    let loss = largest * part.largestDiagonal + outflow
    return Bounds(
      spectral: margin * coupling.spectral, loss: margin * max(loss, 0.5 * coupling.spectral),
      fastest: max(outflow / LocalDiffusion.outflowInStep, margin * coupling.oscillation))
  }

  /// Sets the operators of a part for a state at a time.
  private func update(_ part: Part, _ state: FieldSet, _ time: Double) throws(DiffusionFailure) {
    do throws(DiffusivityFailure) {
      for member in part.members { try member.update(state, time: time, pool) }
    } catch {
      throw .diffusivity(error)
    }
    do throws(VelocityFailure) {
      for mover in part.movers { try mover.update(state, time: time, pool: pool) }
    } catch {
      throw .velocity(error)
    }
  }

  /// So much of what a point holds may be carried out of it in one step, as in a step of Euler's method.
  private static let outflowInStep = 0.9
  /// One super-time-step; returns the set that holds the result.
  private func attempt(
    _ part: Part, _ state: FieldSet, _ constant: FieldSet?, _ times: (Double, Double), _ step: Double,
    _ method: StagedStep
  ) throws(DiffusionFailure) -> FieldSet {
    if part.dependsOnItself {
      // Diffusivities may depend on fields that stay as they are.
      stages.0.copy(from: state)
      stages.1.copy(from: state)
    }
    var (latest, target) = (state, stages.0)
    for (index, stage) in method.stages.enumerated() {
      let time = times.0 + stage.time * (times.1 - times.0)
      if part.dependsOnItself, index > 0 { try update(part, latest, time) }
      for mover in part.movers { mover.mover.setFluxes(latest, time: time, pool: pool) }
      for member in part.members {
        compute(
          stage, index, of: member, part.mover(of: member.field)?.mover, state, constant, latest, target, time: time,
          step: step)
      }
      // The values before the latest are overwritten next, point by point.
      (latest, target) = (target, target === stages.0 ? stages.1 : stages.0)
    }
    return latest
  }

  /// `target`, which holds the values before the latest, becomes the next stage.
  private func compute(
    _ stage: StagedStep.Stage, _ index: Int, of member: LocalField, _ mover: TaxisMover?, _ state: FieldSet,
    _ constant: FieldSet?, _ latest: FieldSet, _ target: FieldSet, time: Double, step: Double
  ) {
    let field = member.field
    let sides = member.own.sideRates(member.values, time: time)
    let length = grid.rowLength
    let flows = mover?.sideRates ?? [:]
    meter.add {
      $0.diffusionStages += 1
      if mover != nil { $0.taxisStages += grid.axes.count }
    }
    // At the second stage the values before the latest are those at the start.
    let earlier = index < 2 ? state : target
    let shares = StageShares(
      latest: stage.latest, earlier: stage.earlier, start: stage.start, change: stage.change * step,
      first: stage.first * step)
    pool.forEach(grid.rowCount) { row, worker in
      let change = index == 0 ? self.first.pointer(field, row: row) : self.scratch[worker].memory(length)
      member.own.apply(row: row, to: FieldPointer(latest, field), into: change)
      for term in member.crossTerms {
        member.unit?.apply(
          row: row, to: FieldPointer(latest, term.field), scale: term.coefficient, into: change, adds: true)
      }
      mover?.addRates(of: latest, row: row, flows, to: change)
      if let constant {
        let taken = constant.pointer(field, row: row)
        for point in 0..<length { change[point] -= taken[point] }
      }
      for side in sides[row] ?? [] { change[side.column] += side.rate }
      super_time_stage(
        target.pointer(field, row: row), latest.pointer(field, row: row), earlier.pointer(field, row: row),
        state.pointer(field, row: row), change, self.first.pointer(field, row: row), shares, length)
    }
  }
}
