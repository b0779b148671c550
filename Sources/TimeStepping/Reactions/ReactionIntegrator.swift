import Expressions
import Fields
import Operators
import Rates
import Synchronization

/// Integrates the reactions of every point over an interval of time, tile by tile.
///
/// Each tile takes as many substeps as its own error asks for; the first try is the whole interval, so that nothing has
/// to be remembered from one step to the next. The error of a substep is measured by its largest value over the tile,
/// relative to the values there. A substep with a negative value where reactions cannot make one is done again.
package final class ReactionIntegrator: Sendable {
  package let system: ReactionSystem
  package let method: ReactionMethod
  /// Relative tolerance of one substep.
  package let tolerance: Double
  let absolute: [Double]
  let volumes: PointVolumes
  /// How the points are divided: rows are taken together where nothing depends on which one it is.
  package let tiling: Tiling
  let pool: WorkerPool
  let workers: PerWorker<TileWorker>

  /// The Rosenbrock method that is taken where a tile is stiff.
  package var rosenbrock: RosenbrockPair {
    if case .rosenbrock(let pair) = method.kind { return pair }
    return .rodas4
  }
  /// The explicit pair that is taken where an explicit one will do.
  package var pair: RungeKuttaPair {
    if case .explicit(let pair) = method.kind { return pair }
    return .dormandPrince
  }

  /// - Parameters:
  ///   - tolerance: relative error of a substep.
  ///   - volumes: nothing happens outside the tissue.
  ///   - scales: a typical size of each field; values below 1e-6 of it do not ask for smaller substeps.
  package init(
    _ system: ReactionSystem, method: ReactionMethod, tolerance: Double, scales: [Double],
    volumes: PointVolumes, pool: WorkerPool
  ) {
    self.system = system
    self.method = method
    self.tolerance = tolerance
    self.volumes = volumes
    self.pool = pool
    tiling = Tiling(volumes.grid, joinsRows: volumes.uniform != nil && system.isTheSameInAllRows)
    absolute = scales.map { max(tolerance * 1e-6 * $0, Double.leastNormalMagnitude) }
    workers = PerWorker(pool) { TileWorker(system) }
  }

  /// What has been done since the start.
  package var statistics: ReactionStatistics {
    workers.reduce(ReactionStatistics()) { sum, worker in
      var sum = sum
      sum.add(worker.counters, of: self)
      return sum
    }
  }

  package var work: Work {
    let (points, operations) = workers.reduce((0, 0)) {
      ($0.0 + $1.counters.evaluatedPoints, $0.1 + $1.counters.operations)
    }
    var work = Work()
    work.rateEvaluations = Double(points) / Double(volumes.grid.pointCount)
    work.operations = Double(operations) / Double(volumes.grid.pointCount)
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
  ///
  /// - Parameter isAccounted: whether what the processes add is asked for.
  /// - Returns: that, integrated over the domain.
  @discardableResult
  package func advance(
    _ state: FieldSet, from time: Double, by interval: Double, source: FieldSet? = nil,
    functionals: FunctionalCourse = FunctionalCourse(start: [], end: []), isAccounted: Bool = false
  ) throws(NumericalFailure) -> ProcessAmounts? {
    let (grid, tiling) = (state.grid, tiling)
    let tally = isAccounted ? system.processes.map { ProcessTally(processes: $0.count, tiles: tiling.count) } : nil
    let failure = Mutex<(index: Int, failure: NumericalFailure)?>(nil)
    pool.forEach(tiling.count) { index, number in
      if index + 1 < tiling.count { state.prefetch(tiling[index + 1]) }
      var pass = TilePass(
        integrator: self, worker: self.workers[number], tile: tiling[index], time: time, interval: interval,
        scale: state.scale, functionals: functionals, hasSource: source != nil)
      if let tally { pass.account = TileAccount(processes: tally.processes) }
      if let found = pass.run(state: state, source: source) {
        failure.withLock { first in
          if first.map({ index < $0.index }) ?? true { first = (index, found) }
        }
      }
      if let account = pass.account { tally?.note(account, ofTile: index) }
    }
    if let first = failure.withLock({ $0 }) { throw first.failure }
    return tally?.amounts(pointVolume: (volumes.uniform ?? 1) * grid.growth(by: state.scale))
  }
}
