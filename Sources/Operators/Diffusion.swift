import Fields
import Synchronization

/// Diffusion with a constant diffusivity per field, exact in time: `u ← e^{Δt D ∇²} u`.
///
/// The exponential is a product of one-dimensional ones. Each axis is one pass over memory, in blocks of lines that
/// stay in cache; fields that do not diffuse cost nothing.
package final class Diffusion: Sendable {
  private let grid: Grid
  private let fields: [FieldDiffusion]
  private let pool: WorkerPool
  private let scratch: [WorkerScratch]
  private let source: FieldSet
  private let state = Mutex(Caches())

  private struct Caches {
    var transforms: [TransformKey: LineTransform] = [:]
    var steps: [(step: Double, passes: StepPasses)] = []
  }

  private struct TransformKey: Hashable {
    let count: Int
    let boundary: AxisBoundary
  }

  /// Numbers for so many step sizes are kept, because steps of a few sizes follow each other.
  private static let keptSteps = 4

  package init(grid: Grid, fields: [FieldDiffusion], pool: WorkerPool) throws(FieldAllocationError) {
    self.grid = grid
    self.fields = fields
    self.pool = pool
    scratch = (0..<pool.threadCount).map { _ in WorkerScratch() }
    source = try FieldSet(grid: grid, count: 1)
  }

  /// The propagators for a step: for each field, one per axis.
  package func plan(step: Double) -> [[AxisPropagator]] {
    fields.map { field in
      grid.axes.indices.map {
        AxisPropagator.chosen(for: field, axis: grid.axes[$0], boundary: field.boundaries[$0], step: step)
      }
    }
  }

  /// Replaces every field by the solution of `u_t = D ∇²u` after `step`.
  package func advance(_ state: FieldSet, by step: Double) {
    let passes = passes(step)
    for field in fields.indices { run(passes.axes[field], on: FieldPointer(state, field)) }
  }

  /// Replaces every field by the solution of `u_t = D ∇²u − c` after `step`: `e^{hL} u − h φ₁(hL) c`.
  ///
  /// Fields on transforms along all axes: exactly. Fields on kernels, which must stay local: by the trapezoid
  /// `G(u − ½hc) − ½hc` with `G = e^{hL}`, whose steady states are those of a Laplacian that is wrong by the fraction
  /// `(hDk²)²/12` for waves of wave number `k` (docs/decisions/0003). Fields that do not diffuse are left alone.
  package func advance(_ state: FieldSet, minus constant: FieldSet, by step: Double) {
    let passes = passes(step)
    for field in fields.indices where fields[field].diffusivity > 0 {
      if let space = passes.spaces[field] {
        source.setField(0, toSumOf: [(1, constant)], field: field, pool: pool)
        let (u, c) = (FieldPointer(state, field), FieldPointer(source, 0))
        space.forward(u, pool: pool, scratch: scratch)
        space.forward(c, pool: pool, scratch: scratch)
        space.advance(u, minus: c, diffusivity: fields[field].diffusivity, step: step, pool: pool)
        space.backward(u, pool: pool, scratch: scratch)
      } else {
        state.setField(field, toSumOf: [(1, state), (-0.5 * step, constant)], pool: pool)
        run(passes.axes[field], on: FieldPointer(state, field))
        state.setField(field, toSumOf: [(1, state), (-0.5 * step, constant)], pool: pool)
      }
    }
  }

  private func run(_ passes: [AxisPass], on values: FieldPointer) {
    for pass in passes {
      pool.forEach(pass.blocks.blockCount) { index, worker in
        pass.run(index, values: values.start, scratch: self.scratch[worker])
      }
    }
  }

  /// All that a step size needs.
  private struct StepPasses: Sendable {
    /// For each field, its passes.
    let axes: [[AxisPass]]
    /// For each field that is transformed along all axes.
    let spaces: [CoefficientSpace?]
  }

  private func passes(_ step: Double) -> StepPasses {
    state.withLock { caches in
      if let known = caches.steps.first(where: { $0.step == step }) { return known.passes }
      let made = makePasses(step, &caches)
      caches.steps.insert((step, made), at: 0)
      caches.steps.removeLast(max(0, caches.steps.count - Diffusion.keptSteps))
      return made
    }
  }

  private func makePasses(_ step: Double, _ caches: inout Caches) -> StepPasses {
    func transform(_ count: Int, _ boundary: AxisBoundary) -> LineTransform {
      let key = TransformKey(count: count, boundary: boundary)
      if let known = caches.transforms[key] { return known }
      let made = LineTransform(count: count, boundary: boundary)
      caches.transforms[key] = made
      return made
    }
    let plan = plan(step: step)
    let axes = fields.indices.map { field in
      grid.axes.indices.compactMap { axis in
        AxisPass(
          plan[field][axis], field: fields[field], boundary: fields[field].boundaries[axis], grid: grid, axis: axis,
          step: step, transform: transform)
      }
    }
    let spaces = fields.indices.map { field -> CoefficientSpace? in
      guard plan[field].allSatisfy({ $0.method != .kernel }), plan[field].contains(where: { $0.method == .fourier })
      else { return nil }
      return CoefficientSpace(
        grid: grid, boundaries: fields[field].boundaries, symbol: fields[field].symbol, transform: transform)
    }
    return StepPasses(axes: axes, spaces: spaces)
  }
}
