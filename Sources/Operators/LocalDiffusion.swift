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
    /// Whether the operators change while the fields do.
    let dependsOnItself: Bool

    /// Whether diffusivities depend on time itself.
    var changesInTime: Bool { members.contains(where: \.changesInTime) }

    /// The largest `|L_ii|` over the spectral bound: faces count twice in the latter, losses at the sides once.
    var largestDiagonal: Double { members.allSatisfy { $0.own.isClosed } ? 0.5 : 1 }

    /// Whether non-negative data stay non-negative.
    var isPositive: Bool { members.allSatisfy(\.crossTerms.isEmpty) }
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
      let dependsOnItself = members.contains { !$0.dependencies.isDisjoint(with: group) }
      parts.append(Part(members: members, dependsOnItself: dependsOnItself))
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
      }.union(fields[index].crossTerms.map(\.field))
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
  ) throws(DiffusivityFailure) {
    for part in parts { try advance(part, state, constant, times, step) }
  }

  /// Steps that were done again, by a method of more stages, to keep densities non-negative.
  var repeatedSteps: Int { repetitions.load(ordering: .relaxed) }

  var work: Work { meter.work }

  /// Fields that are held to work with, conductances included.
  var workingFieldCount: Int {
    3 * first.count + parts.reduce(0) { $0 + $1.members.reduce(0) { $0 + $1.values.count + grid.axes.count } }
  }

  /// How a step is divided: equal parts, and the stages of each.
  func division(of field: Int, _ state: FieldSet, time: Double, step: Double) throws(DiffusivityFailure) -> (
    steps: Int, stages: Int
  )? {
    guard let part = parts.first(where: { $0.members.contains { $0.field == field } }) else { return nil }
    return StagedStep.division(step: step, bound: try bound(part, state, time))
  }

  // MARK: Steps

  private func advance(
    _ part: Part, _ state: FieldSet, _ constant: FieldSet?, _ times: (Double, Double), _ step: Double
  ) throws(DiffusivityFailure) {
    let isGuarded = part.isPositive && constant == nil && part.members.allSatisfy { state.minimum($0.field) >= 0 }
    let speed = (times.1 - times.0) / step
    var done = 0.0
    while done < step {
      let now = times.0 + done * speed
      let bound = try bound(part, state, now)
      var division = StagedStep.division(step: step - done, bound: bound)
      guard division.steps <= StagedStep.mostSteps else { throw tooManyParts(part, now) }
      let length = (step - done) / Double(division.steps)
      let span = (now, now + length * speed)
      if part.changesInTime, !part.dependsOnItself {
        // The operators stay as they are in the middle of the step.
        let middle = try self.bound(part, state, 0.5 * (span.0 + span.1))
        division.stages = max(division.stages, StagedStep.division(step: length, bound: middle).stages)
      }
      var result = try attempt(part, state, constant, span, length, .legendre(stages: division.stages))
      if isGuarded, part.members.contains(where: { !(result.minimum($0.field) >= 0) }) {
        repetitions.add(1, ordering: .relaxed)
        // A margin, so that rounding cannot make a sum negative either.
        let stages = Int((length * bound * part.largestDiagonal / 0.9).rounded(.up)) + 1
        _ = try self.bound(part, state, part.dependsOnItself ? now : 0.5 * (span.0 + span.1))
        result = try attempt(part, state, constant, span, length, .positive(stages: max(2, stages)))
      }
      for member in part.members { state.setField(member.field, toSumOf: [(1, result)], pool: pool) }
      done = division.steps == 1 ? step : done + length
    }
  }

  /// The largest diffusivity of a part.
  private func tooManyParts(_ part: Part, _ time: Double) -> DiffusivityFailure {
    let largest = part.members.map { ($0.field, $0.largestDiffusivity) }.max { $0.1.value < $1.1.value }
    let (field, found) = largest ?? (part.members[0].field, (0, 0, .nan))
    return DiffusivityFailure(
      field: field, row: found.row, column: found.column, value: found.value, time: time, hasTooManyParts: true)
  }

  /// The spectral bound of a part at a time; sets its operators.
  private func bound(_ part: Part, _ state: FieldSet, _ time: Double) throws(DiffusivityFailure) -> Double {
    var largest = 0.0
    for member in part.members {
      try member.update(state, time: time, pool)
      largest = max(largest, member.bound(pool: pool))
    }
    // Diffusivities that change during the step may grow.
    return part.dependsOnItself ? LocalDiffusion.margin * largest : largest
  }

  private static let margin = 1.1

  /// One super-time-step; returns the set that holds the result.
  private func attempt(
    _ part: Part, _ state: FieldSet, _ constant: FieldSet?, _ times: (Double, Double), _ step: Double,
    _ method: StagedStep
  ) throws(DiffusivityFailure) -> FieldSet {
    if part.dependsOnItself {
      // Diffusivities may depend on fields that stay as they are.
      stages.0.copy(from: state)
      stages.1.copy(from: state)
    }
    var (latest, target) = (state, stages.0)
    for (index, stage) in method.stages.enumerated() {
      let time = times.0 + stage.time * (times.1 - times.0)
      if part.dependsOnItself, index > 0 {
        for member in part.members { try member.update(latest, time: time, pool) }
      }
      for member in part.members {
        compute(stage, index, of: member, state, constant, latest, target, time: time, step: step)
      }
      // The values before the latest are overwritten next, point by point.
      (latest, target) = (target, target === stages.0 ? stages.1 : stages.0)
    }
    return latest
  }

  /// `target`, which holds the values before the latest, becomes the next stage.
  private func compute(
    _ stage: StagedStep.Stage, _ index: Int, of member: LocalField, _ state: FieldSet, _ constant: FieldSet?,
    _ latest: FieldSet, _ target: FieldSet, time: Double, step: Double
  ) {
    let field = member.field
    let sides = member.own.sideRates(member.values, time: time)
    let length = grid.rowLength
    meter.add { $0.diffusionStages += 1 }
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
