import Fields
import Synchronization

/// Diffusion with a constant diffusivity per field and axis, exact in time: `u_t = L u + b`, `L` being the discrete `∇·D∇` and
/// `b` what is given at the sides.
///
/// The exponential of `L` is a product of one-dimensional ones. Each axis is one pass over memory, in blocks of lines
/// that stay in cache; fields that do not diffuse cost nothing.
final class ExactDiffusion: Sendable {
  private let grid: Grid
  let fields: [FieldDiffusion]
  private let sides: [SideRates?]
  private let pool: WorkerPool
  private let scratch: [WorkerScratch]
  private let source: FieldSet
  private let spare: FieldSet
  private let meter = WorkMeter()
  private let state: Mutex<Caches>

  private struct Caches {
    var transforms: TransformCache
    var steps: [(step: Double, passes: StepPasses)] = []
  }

  /// Numbers for so many step sizes are kept, because steps of a few sizes and their parts follow each other.
  private static let keptSteps = 6

  init(grid: Grid, fields: [FieldDiffusion], pool: WorkerPool) throws(FieldAllocationError) {
    self.grid = grid
    self.fields = fields
    self.pool = pool
    state = Mutex(Caches(transforms: TransformCache(grid: grid)))
    sides = fields.map { SideRates($0, grid: grid) }
    scratch = (0..<pool.threadCount).map { _ in WorkerScratch() }
    source = try FieldSet(grid: grid, count: 1)
    spare = try FieldSet(grid: grid, count: sides.contains { $0 != nil } ? 1 : 0)
  }

  /// Fields that are held to work with, those for the numbers of one step size included.
  var workingFieldCount: Int {
    source.count + spare.count + sides.count { $0.map { $0.isGiven && $0.isSteady } ?? false }
  }

  var work: Work { meter.work + state.withLock { $0.transforms.lineWork } }

  /// The propagators for a step: for each field, one per axis.
  func plan(step: Double) -> [[AxisPropagator]] {
    fields.map { field in
      grid.axes.indices.map { AxisPropagator.chosen(for: field, axis: $0, of: grid, step: step) }
    }
  }

  /// Replaces every field by the solution of `u_t = L u + b` at `time + step`.
  func advance(_ state: FieldSet, from time: Double, by step: Double) {
    let passes = passes(step)
    for field in fields.indices {
      run(passes.axes[field], on: FieldPointer(state, field))
      if passes.leavesRounding[field] { clearRounding(field, of: state) }
      if let response = passes.steadyResponses[field] {
        state.addField(response, field: 0, to: field, pool: pool)
      } else if sides[field]?.isGiven ?? false {
        addResponse(field, to: state, during: (time, time + step), by: step, passes)
      }
    }
  }

  /// Replaces every field by the solution of `u_t = L u + b − c` after `step`, `c` being constant.
  ///
  /// Fields on transforms along all axes, or on a line: exactly, `e^{hL} u − h φ₁(hL) c`. Fields on kernels: `φ₁` by Simpson's rule,
  /// `G(G(u − hc/6) − 2hc/3) − hc/6` with `G = e^{hL/2}`, whose steady states are those of a Laplacian that is wrong by
  /// the fraction `(hDk²)⁴/2880` for waves of wave number `k` (docs/decisions/0003). Fields that do not diffuse are left
  /// alone.
  ///
  /// - Parameter times: what is given at the sides goes from its value at the first to that at the second.
  func advance(_ state: FieldSet, minus constant: FieldSet, during times: (Double, Double), by step: Double) {
    let passes = passes(step)
    for field in fields.indices where fields[field].moves {
      if let functions = passes.functions[field] {
        source.setField(0, toSumOf: [(1, constant)], field: field, pool: pool)
        meter.add { $0.transforms += 3 * functions.transformCount }
        functions.advance(
          FieldPointer(state, field), minus: FieldPointer(source, 0), by: step, pool: pool, scratch: scratch)
        if fields[field].keepsSign { clearRounding(field, of: state) }
        if let response = passes.steadyResponses[field] {
          state.addField(response, field: 0, to: field, pool: pool)
        } else if sides[field]?.isGiven ?? false {
          addResponse(field, to: state, during: times, by: step, passes)
        }
      } else {
        advanceBySimpson(field, of: state, minus: constant, during: times, by: step)
      }
    }
  }

  /// What is prescribed at the sides moves with what has not yet been taken off, or the order would be lost there.
  private func advanceBySimpson(
    _ field: Int, of state: FieldSet, minus constant: FieldSet, during times: (Double, Double), by step: Double
  ) {
    let half = passes(0.5 * step)
    let middle = 0.5 * (times.0 + times.1)
    func takeOff(_ share: Double) {
      state.setField(field, toSumOf: [(1, state), (-share * step, constant)], pool: pool)
    }
    func move(_ times: (Double, Double), _ offsets: (Double, Double)) {
      run(half.axes[field], on: FieldPointer(state, field))
      guard sides[field] != nil else { return }
      let offset = (FieldPointer(constant, field), offsets.0 * step, offsets.1 * step)
      addResponse(field, to: state, during: times, by: 0.5 * step, offset: offset, half)
    }
    takeOff(1.0 / 6)
    move((times.0, middle), (-1.0 / 6, 1.0 / 3))
    takeOff(2.0 / 3)
    move((middle, times.1), (-1.0 / 3, 1.0 / 6))
    takeOff(1.0 / 6)
  }

  /// Sets to 0 what the rounding of a transform has left below, where the propagator itself is positive.
  private func clearRounding(_ field: Int, of state: FieldSet) {
    guard state.minimum(field, pool: pool) < 0 else { return }
    state.clearNegative(field, above: -ExactDiffusion.rounding * state.maximum(field))
  }

  /// Of a transform, relative to the largest value of a field.
  private static let rounding = 1e-13

  private func run(_ passes: [AxisPass], on values: FieldPointer) {
    for pass in passes {
      meter.add { $0 = $0 + pass.work }
      pool.forEach(pass.blocks.blockCount) { index, worker in
        pass.run(index, values: values.start, scratch: self.scratch[worker])
      }
    }
  }

  /// Adds what the sides give in a step.
  private func addResponse(
    _ field: Int, to state: FieldSet, during times: (Double, Double), by step: Double,
    offset: (FieldPointer, Double, Double)? = nil, _ passes: StepPasses
  ) {
    guard let sides = sides[field], let functions = passes.sideFunctions[field] else { return }
    meter.add { $0.transforms += 3 * functions.transformCount }
    sides.setResponse(
      of: source, spare: spare, during: times, step: step, offset: offset, functions: functions, pool: pool,
      scratch: scratch)
    state.addField(source, field: 0, to: field, pool: pool)
  }

  /// All that a step size needs.
  private struct StepPasses: Sendable {
    /// For each field, its passes.
    let axes: [[AxisPass]]
    /// For each field for which `φ₁` may be found.
    let functions: [(any DiffusionFunctions)?]
    /// For each field with prescribed sides.
    let sideFunctions: [(any DiffusionFunctions)?]
    /// What the sides add in a step, where it is the same in every step.
    let steadyResponses: [FieldSet?]
    /// For each field whether its propagators are positive but for the rounding of a transform.
    let leavesRounding: [Bool]
  }

  private func passes(_ step: Double) -> StepPasses {
    state.withLock { caches in
      if let known = caches.steps.first(where: { $0.step == step }) { return known.passes }
      let made = makePasses(step, &caches.transforms)
      caches.steps.insert((step, made), at: 0)
      caches.steps.removeLast(max(0, caches.steps.count - ExactDiffusion.keptSteps))
      return made
    }
  }

  private func makePasses(_ step: Double, _ transforms: inout TransformCache) -> StepPasses {
    let plan = plan(step: step)
    let axes = fields.indices.map { index in
      grid.axes.indices.compactMap { axis in
        AxisPass(
          plan[index][axis], field: fields[index], grid: grid, axis: axis, step: step, transforms: &transforms)
      }
    }
    var (functions, sideFunctions) = ([(any DiffusionFunctions)?](), [(any DiffusionFunctions)?]())
    var responses: [FieldSet?] = []
    for (index, field) in fields.enumerated() {
      // Kernels that are there only because they are fast are given up where Simpson's rule is not accurate enough.
      let mustBeLocal = field.staysLocal && plan[index].contains { $0.method != .fourier }
      let isNarrow = plan[index].contains { $0.method == .kernel } && plan[index].allSatisfy { $0.strength <= 0.5 }
      let isLocal = mustBeLocal || isNarrow
      let isNeeded = field.moves && (!isLocal || sides[index] != nil)
      let own = isNeeded ? transforms.functions(of: field, grid: grid) : nil
      functions.append(isLocal ? nil : own)
      sideFunctions.append(sides[index] == nil ? nil : own)
      responses.append(own.flatMap { steadyResponse(index, $0, step) })
    }
    return StepPasses(
      axes: axes, functions: functions, sideFunctions: sideFunctions, steadyResponses: responses,
      leavesRounding: zip(fields, plan).map { $0.keepsSign && $1.contains { $0.method == .fourier } })
  }

  /// nil where it differs from step to step, or where there is no memory to keep it.
  private func steadyResponse(_ field: Int, _ functions: any DiffusionFunctions, _ step: Double) -> FieldSet? {
    guard let sides = sides[field], sides.isGiven, sides.isSteady, let target = try? FieldSet(grid: grid, count: 1)
    else { return nil }
    sides.setResponse(
      of: target, spare: spare, during: (0, 0), step: step, functions: functions, pool: pool,
      scratch: scratch)
    return target
  }
}
