import Expressions
import Fields
import Glibc
import Synchronization

/// Integrates the reactions of every point over an interval of time, tile by tile.
///
/// Each tile takes as many substeps of an embedded Runge–Kutta pair as its own error asks for; the first try is the
/// whole interval, so that nothing has to be remembered from one step to the next. The error of a substep is measured
/// by its largest value over the tile, relative to the values there.
package final class ReactionIntegrator: Sendable {
  package let system: ReactionSystem
  package let pair: RungeKuttaPair
  /// Relative tolerance of one substep.
  package let tolerance: Double
  private let absolute: [Double]
  private let pool: WorkerPool
  private let workers: [Worker]

  /// Rows of a worker's tile block.
  private struct Rows: Sendable {
    /// Values at the start of a substep, with the inputs of the program behind them.
    let old: Int
    /// Values at a stage and at the end of a substep, likewise.
    let new: Int
    let source: Int
    let stages: Int
    let count: Int

    init(inputs: Int, fields: Int, stageCount: Int) {
      old = 0
      new = inputs
      source = 2 * inputs
      stages = source + fields
      count = stages + stageCount * fields
    }
  }
  private let rows: Rows

  private final class Worker: @unchecked Sendable {
    let block: TileBlock
    let workspace: PointwiseFunctions.Workspace
    var substeps = 0
    var rejections = 0

    init(rows: Int, workspace: PointwiseFunctions.Workspace) {
      block = TileBlock(rowCount: rows)
      self.workspace = workspace
    }
  }

  /// - Parameters:
  ///   - tolerance: relative error of a substep.
  ///   - scales: a typical size of each field; values below 1e-6 of it do not ask for smaller substeps.
  package init(
    _ system: ReactionSystem, pair: RungeKuttaPair, tolerance: Double, scales: [Double], pool: WorkerPool
  ) {
    self.system = system
    self.pair = pair
    self.tolerance = tolerance
    self.pool = pool
    absolute = scales.map { max(tolerance * 1e-6 * $0, Double.leastNormalMagnitude) }
    let rows = Rows(
      inputs: system.functions.inputRowCount, fields: system.fieldCount, stageCount: pair.stageCount)
    self.rows = rows
    workers = (0..<pool.threadCount).map { _ in
      Worker(rows: rows.count, workspace: system.functions.makeWorkspace())
    }
  }

  /// Substeps done and tried again since the start, over all tiles.
  package var statistics: (substeps: Int, rejections: Int) {
    workers.reduce((0, 0)) { ($0.0 + $1.substeps, $0.1 + $1.rejections) }
  }

  /// Values of the functionals of the domain at the two ends of an interval; between them they are taken as linear.
  package struct FunctionalCourse: Sendable {
    let start: [Double]
    let end: [Double]

    package init(start: [Double], end: [Double]) {
      self.start = start
      self.end = end
    }

    func values(at fraction: Double) -> [Double] {
      zip(start, end).map { $0 + ($1 - $0) * fraction }
    }
  }

  /// Replaces `state` by the solution of `u' = R(u, x, t) + source` after `interval`.
  package func advance(
    _ state: FieldSet, from time: Double, by interval: Double, source: FieldSet? = nil,
    functionals: FunctionalCourse = FunctionalCourse(start: [], end: [])
  ) throws(NumericalFailure) {
    let grid = state.grid
    let failure = Mutex<(index: Int, failure: NumericalFailure)?>(nil)
    pool.forEach(grid.tileCount) { index, number in
      let pass = TilePass(
        integrator: self, worker: self.workers[number], tile: grid.tile(index), time: time, interval: interval,
        functionals: functionals, hasSource: source != nil)
      if let found = pass.run(state: state, source: source) {
        failure.withLock { first in
          if first.map({ index < $0.index }) ?? true { first = (index, found) }
        }
      }
    }
    if let first = failure.withLock({ $0 }) { throw first.failure }
  }

  /// The work on one tile.
  private struct TilePass {
    let integrator: ReactionIntegrator
    let worker: Worker
    let tile: Tile
    let time: Double
    let interval: Double
    let functionals: FunctionalCourse
    let hasSource: Bool

    var rows: Rows { integrator.rows }
    var pair: RungeKuttaPair { integrator.pair }
    var fields: Int { integrator.system.fieldCount }

    func run(state: FieldSet, source: FieldSet?) -> NumericalFailure? {
      let block = worker.block
      block.load(state, tile: tile, into: rows.old)
      if let source { block.load(source, tile: tile, into: rows.source) }
      for row in [rows.old, rows.new] {
        integrator.system.functions.enter(
          tile, functionals: functionals.start, block: block, inputRow: row, workspace: worker.workspace)
      }
      if let failure = integrate() { return failure }
      block.store(rows.old, to: state, tile: tile)
      return nil
    }

    /// Takes substeps until the interval is done; the result lies in the rows `old`.
    func integrate() -> NumericalFailure? {
      var done = 0.0
      var step = interval
      evaluate(stage: 0, inputRow: rows.old, at: 0)
      while done < interval {
        let remaining = interval - done
        // Equal parts of what is left, so that no sliver remains.
        let parts = max(1, (remaining / step * (1 - 1e-12)).rounded(.up))
        step = remaining / parts
        let error = attempt(step, from: done)
        if error <= 1 {
          worker.substeps += 1
          done = parts == 1 ? interval : done + step
          accept(at: done)
          step *= error == 0 ? 5 : min(5, max(1, factor(error)))
        } else {
          worker.rejections += 1
          step *= error.isFinite ? max(0.1, factor(error)) : 0.1
          if step < interval * 1e-9 { return failure(at: time + done) }
        }
      }
      return nil
    }

    func factor(_ error: Double) -> Double {
      0.9 * pow(error, -1 / Double(pair.embeddedOrder + 1))
    }

    /// Computes all stages; returns the error in units of the tolerance, the new values being in the rows `new`.
    func attempt(_ step: Double, from done: Double) -> Double {
      let block = worker.block
      for stage in 1..<pair.stageCount {
        block.combine(
          into: rows.new, base: rows.old, stages: rows.stages, coefficients: pair.matrix[stage], step: step,
          fields: fields, count: tile.count)
        evaluate(stage: stage, inputRow: rows.new, at: done + pair.nodes[stage] * step)
      }
      if !pair.reusesLastStage {
        block.combine(
          into: rows.new, base: rows.old, stages: rows.stages, coefficients: pair.weights, step: step,
          fields: fields, count: tile.count)
      }
      return block.errorNorm(
        old: rows.old, new: rows.new, stages: rows.stages, coefficients: pair.errorWeights, step: step,
        absolute: integrator.absolute, relative: integrator.tolerance, fields: fields, count: tile.count)
    }

    /// Makes the new values the old ones, and the last stage the first.
    func accept(at done: Double) {
      let block = worker.block
      block.copy(rows.new, to: rows.old, fields: fields, count: tile.count)
      guard done < interval else { return }
      if pair.reusesLastStage {
        block.copy(
          rows.stages + (pair.stageCount - 1) * fields, to: rows.stages, fields: fields, count: tile.count)
      } else {
        evaluate(stage: 0, inputRow: rows.old, at: done)
      }
    }

    func evaluate(stage: Int, inputRow: Int, at elapsed: Double) {
      let functions = integrator.system.functions
      if functions.isNonlocal {
        functions.setFunctionals(functionals.values(at: elapsed / interval), in: worker.workspace)
      }
      let row = rows.stages + stage * fields
      functions.evaluate(
        worker.block, inputRow: inputRow, outputRow: row, time: time + elapsed, count: tile.count,
        workspace: worker.workspace)
      if hasSource { worker.block.add(rows.source, to: row, fields: fields, count: tile.count) }
    }

    /// Names the field and point that cannot be integrated: the first whose rate or value is not finite, or else the
    /// one that changes fastest.
    func failure(at time: Double) -> NumericalFailure {
      let block = worker.block
      var worst = (rate: -1.0, field: 0, point: 0)
      for field in 0..<fields {
        for point in 0..<tile.count {
          let rate = block[row: rows.stages + field, point: point]
          guard rate.isFinite, block[row: rows.old + field, point: point].isFinite else {
            return NumericalFailure(
              problem: "stops being a finite number", field: field, tile: tile, point: point, time: time)
          }
          if abs(rate) > worst.rate { worst = (abs(rate), field, point) }
        }
      }
      return NumericalFailure(
        problem: "changes too fast for the reactions to be integrated", field: worst.field, tile: tile,
        point: worst.point, time: time)
    }
  }
}
