import Expressions
import Fields
import Operators
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
  let absolute: [Double]
  let volumes: PointVolumes
  private let pool: WorkerPool
  private let workers: PerWorker<Worker>

  /// Rows of a worker's tile block.
  struct Rows: Sendable {
    /// Values at the start of a substep, with the inputs of the program behind them.
    var old: Int
    /// Values at a stage and at the end of a substep, likewise.
    var new: Int
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
  let rows: Rows

  final class Worker {
    let block: TileBlock
    let workspace: PointwiseFunctions.Workspace
    var substeps = 0
    var rejections = 0
    /// Points at which the rates were evaluated, one for each time.
    var evaluatedPoints = 0

    init(rows: Int, workspace: PointwiseFunctions.Workspace) {
      block = TileBlock(rowCount: rows)
      self.workspace = workspace
    }
  }

  /// - Parameters:
  ///   - tolerance: relative error of a substep.
  ///   - volumes: nothing happens outside the tissue.
  ///   - scales: a typical size of each field; values below 1e-6 of it do not ask for smaller substeps.
  package init(
    _ system: ReactionSystem, pair: RungeKuttaPair, tolerance: Double, scales: [Double],
    volumes: PointVolumes, pool: WorkerPool
  ) {
    self.system = system
    self.pair = pair
    self.tolerance = tolerance
    self.volumes = volumes
    self.pool = pool
    absolute = scales.map { max(tolerance * 1e-6 * $0, Double.leastNormalMagnitude) }
    let rows = Rows(
      inputs: system.functions.inputRowCount, fields: system.fieldCount, stageCount: pair.stageCount)
    self.rows = rows
    workers = PerWorker(pool) { Worker(rows: rows.count, workspace: system.functions.makeWorkspace()) }
  }

  /// Substeps done and tried again since the start, over all tiles.
  package var statistics: (substeps: Int, rejections: Int) {
    workers.reduce((0, 0)) { ($0.0 + $1.substeps, $0.1 + $1.rejections) }
  }

  package var work: Work {
    var work = Work()
    let points = workers.reduce(0) { $0 + $1.evaluatedPoints }
    work.rateEvaluations = Double(points) / Double(volumes.grid.pointCount)
    // A stage is a sum of half of the stages, on average, for each field.
    let arithmetic = system.functions.operationCount + system.fieldCount * pair.stageCount / 2
    work.operations = work.rateEvaluations * Double(arithmetic)
    return work
  }

  /// Values of the functionals of the domain at the two ends of an interval; between them they are taken as linear.
  package struct FunctionalCourse: Sendable {
    let start: [Double]
    let end: [Double]

    package init(start: [Double], end: [Double]) {
      self.start = start
      self.end = end
    }

    /// Values after a share of the interval.
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
      if index + 1 < grid.tileCount { state.prefetch(grid.tile(index + 1)) }
      var pass = TilePass(
        integrator: self, worker: self.workers[number], tile: grid.tile(index), time: time, interval: interval,
        functionals: functionals, hasSource: source != nil, rows: self.rows)
      if let found = pass.run(state: state, source: source) {
        failure.withLock { first in
          if first.map({ index < $0.index }) ?? true { first = (index, found) }
        }
      }
    }
    if let first = failure.withLock({ $0 }) { throw first.failure }
  }
}
