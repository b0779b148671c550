import Expressions
import Fields
import Operators
import Rates

/// The flow of the noise alone: `du = Σ_k g_k(u, x, t) dW_k` over an interval, in the sense of Itô.
///
/// A source is either one Brownian path for the whole domain, or white in space: an independent path at each point, whose
/// increments have the variance `Δt/V` with the volume `V` that the point stands for, as the increments of space–time white
/// noise averaged over it have. Paths are functions of the time, the seed, the name of the source and the number of the point in the
/// whole grid, so that nothing is remembered and no result depends on threads, steps looked at, or interruptions.
package final class NoiseFlow: Sendable {
  /// A source of noise.
  package struct Source: Sendable {
    /// Its numbers depend on the name, not on the other sources.
    package let name: String
    package let isUniform: Bool

    package init(name: String, isUniform: Bool) {
      self.name = name
      self.isUniform = isUniform
    }
  }

  private let sources: [(isUniform: Bool, key: UInt64)]
  private let path: BrownianPath
  /// Numbers of the fields that are driven.
  package let fields: [Int]
  private let updates: GridEvaluator
  private let driven: FieldSet
  private let volumes: PointVolumes
  private let pool: WorkerPool
  private let meter = WorkMeter()
  var work: Work { meter.work }

  /// - Parameters:
  ///   - updates: what becomes of each driven field.
  ///   - fields: names of all fields.
  package init(
    _ sources: [Source], path: BrownianPath, seed: UInt64, updates: [(field: Int, update: NoiseUpdate)],
    fields: [String], parameters: [String: Double], volumes: PointVolumes, pool: WorkerPool
  ) throws {
    self.sources = sources.map { ($0.isUniform, NoiseFlow.key(seed, $0.name, path.interval)) }
    self.path = path
    self.fields = updates.map(\.field)
    self.volumes = volumes
    self.pool = pool
    let inputs =
      sources.indices.map(NoiseUpdate.increment) + [false, true].map { NoiseUpdate.variance(isUniform: $0) }
    let functions = try PointwiseFunctions(
      updates.map(\.update.value), fields: fields, parameters: parameters, grid: volumes.grid, extraInputs: inputs)
    self.updates = GridEvaluator(functions, volumes: volumes, pool: pool)
    driven = try FieldSet(grid: volumes.grid, count: updates.count)
  }

  /// About what a normal number costs.
  private static let operationsPerNumber = 60

  /// The key of the random numbers of a source: drawn under the seed, for its name and the interval of the path.
  private static func key(_ seed: UInt64, _ name: String, _ interval: Double) -> UInt64 {
    // Fowler, Noll and Vo's hash.
    let hash = name.utf8.reduce(UInt64(0xCBF2_9CE4_8422_2325)) { ($0 ^ UInt64($1)) &* 0x100_0000_01B3 }
    return CounterRandom.key(seed: seed, hash, interval.bitPattern)
  }

  /// Replaces the driven fields of a state.
  ///
  /// - Parameters:
  ///   - start, end: of the interval whose increments are taken.
  ///   - time: at which amplitudes are evaluated.
  func advance(_ state: FieldSet, from start: Double, to end: Double, amplitudesAt time: Double)
    throws(NumericalFailure)
  {
    let terms = path.increment(from: start, to: end)
    let duration = end - start
    let growth = state.grid.growth(by: state.scale)
    let numbers = terms.count * sources.filter { !$0.isUniform }.count
    meter.add { $0.operations += Double(updates.functions.operationCount + NoiseFlow.operationsPerNumber * numbers) }
    let common = sources.map { isUniform, key in
      isUniform ? terms.reduce(0) { $0 + $1.weight * CounterRandom.normal(key: key, event: $1.event, point: 0) } : 0
    }
    updates.evaluate(state, time: time, into: driven) { block, firstRow, tile in
      let first = UInt64(state.grid.globalIndex(row: tile.row, column: tile.column))
      let (count, weights) = (tile.count, self.volumes.values(of: tile))
      for (index, source) in self.sources.enumerated() {
        let row = firstRow + index
        block.fill(row: row, with: common[index], count: count)
        if source.isUniform { continue }
        // Where all volumes are the same they belong into the weights.
        let scale = 1 / ((self.volumes.uniform ?? 1 / growth) * growth).squareRoot()
        for term in terms {
          block.addNormals(
            to: row, weight: scale * term.weight, key: source.key, event: term.event, firstPoint: first, count: count)
        }
        if let weights { block.divide(row: row, byRootOf: weights, times: growth, count: count) }
      }
      let variances = firstRow + self.sources.count
      if let weights {
        block.fill(row: variances, with: duration, dividedBy: weights, times: growth, count: count)
      } else {
        block.fill(row: variances, with: duration / ((self.volumes.uniform ?? 1) * growth), count: count)
      }
      block.fill(row: variances + 1, with: duration, count: count)
    }
    volumes.clearOutside(driven)
    for (index, field) in fields.enumerated() {
      if !driven.sum(index).isFinite, let point = driven.firstPoint(index, where: { !$0.isFinite }) {
        throw NumericalFailure(
          problem: "is no finite number after its noise", field: field, row: point.row, column: point.column,
          time: time, cause: .noise)
      }
      state.setField(field, toSumOf: [(1, driven)], field: index, pool: pool)
    }
  }
}
