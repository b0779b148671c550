import CKernels
import Fields

/// How movement up gradients and with flows is computed.
package enum TaxisFluxes: String, Sendable {
  /// By limited values at the faces between points: no negative densities, no new extrema.
  case limited
  /// By Fourier and cosine series.
  case spectral
}

/// The fluxes of one field by movement up gradients and with flows, for smooth solutions: `Σ_k q_k ∇c_k + w`.
package struct SmoothFluxes: Sendable {
  /// Number of the field that moves.
  package let field: Int
  /// Numbers of the fields `c_k`.
  package let targets: [Int]
  /// Axes along which there is a `w`, all of them periodic.
  package let flowAxes: [Int]
  /// Writes all `q_k`, then `w` for each of these axes, into `target`.
  package let setFactors: @Sendable (_ state: FieldSet, _ time: Double, _ target: FieldSet) -> Void
  /// Operations for each point that this takes.
  package let operations: Int

  package init(
    field: Int, targets: [Int], flowAxes: [Int], operations: Int,
    setFactors: @escaping @Sendable (_ state: FieldSet, _ time: Double, _ target: FieldSet) -> Void
  ) {
    self.field = field
    self.targets = targets
    self.flowAxes = flowAxes
    self.operations = operations
    self.setFactors = setFactors
  }

  /// Fields that `setFactors` writes.
  var factorCount: Int { targets.count + flowAxes.count }
}

/// The movement of fields up gradients and with flows where the solution is smooth: `−∇·(Σ_k q_k ∇c_k + w)` by Fourier and
/// cosine series along each axis.
///
/// The error falls faster than any power of the spacing as soon as all waves are resolved. Mass is kept to rounding.
/// Nothing keeps a density from becoming negative: a front of few points needs the limited fluxes of `Taxis`.
package final class SpectralTaxis: TaxisRates {
  private let fluxes: [SmoothFluxes]
  private let grid: Grid
  private let pool: WorkerPool
  private let scratch: [WorkerScratch]
  /// nil along an axis of one point.
  private let derivatives: [LineDerivative?]
  private let blocks: [LineBlocks]
  private let factors: [FieldSet]
  private let meter = WorkMeter()

  /// - Parameters:
  ///   - isPeriodic: each axis; else nothing crosses its sides.
  ///   - Precondition: the axes are Cartesian.
  package init(
    grid: Grid, fluxes: [SmoothFluxes], isPeriodic: [Bool], pool: WorkerPool
  ) throws(FieldAllocationError) {
    self.fluxes = fluxes
    self.grid = grid
    self.pool = pool
    scratch = (0..<pool.threadCount).map { _ in WorkerScratch() }
    var cache = TransformCache(grid: grid)
    derivatives = zip(grid.axes, isPeriodic).map { axis, isPeriodic in
      let basis: TransformBasis = isPeriodic ? .fourier : .cosine
      return axis.points == 1
        ? nil
        : LineDerivative(cache.transform(basis, count: axis.points), basis: basis, spacing: axis.spacing)
    }
    blocks = grid.axes.indices.map { LineBlocks(grid: grid, axis: $0, lanes: grid.transformLanes) }
    var factors: [FieldSet] = []
    for flux in fluxes { factors.append(try FieldSet(grid: grid, count: flux.factorCount)) }
    self.factors = factors
  }

  package var work: Work { meter.work }
  /// Numbers of the fields that move.
  package var fields: [Int] { fluxes.map(\.field) }
  /// Fields that are held to work with.
  package var workingFieldCount: Int { factors.reduce(0) { $0 + $1.count } }

  package func addRates(of state: FieldSet, time: Double, to rates: FieldSet) throws(VelocityFailure) {
    try find(state, time: time)
    for axis in grid.axes.indices {
      guard let derivative = derivatives[axis] else { continue }
      let count = blocks[axis].blockCount
      pool.forEach(count * fluxes.count) { item, worker in
        self.addRates(item % self.fluxes.count, axis, derivative, block: item / self.fluxes.count, state, rates, worker)
      }
    }
    meter.add { work in
      for flux in fluxes {
        work.transforms += LineDerivative.transforms * (flux.targets.count + 1) * derivatives.count { $0 != nil }
        work.operations += Double(flux.operations)
      }
    }
  }

  /// Finds what carries the fields of a state.
  ///
  /// - Throws: if that is no finite number somewhere where the fields are: transforms would carry it to all points.
  package func find(_ state: FieldSet, time: Double) throws(VelocityFailure) {
    for (flux, factors) in zip(fluxes, factors) {
      flux.setFactors(state, time, factors)
      for index in 0..<factors.count
      where !factors.minimum(index, pool: pool).isFinite || !factors.maximum(index).isFinite {
        guard let (row, column) = factors.firstPoint(index, where: { !$0.isFinite }) else { continue }
        let values = (0..<state.count).map { state.pointer($0, row: row)[column] }
        guard values.allSatisfy(\.isFinite) else { continue }
        throw VelocityFailure(
          field: flux.field, time: time,
          location: .init(
            axis: nil, row: row, column: column, velocity: factors.pointer(index, row: row)[column], values: values))
      }
    }
  }

  /// The part of one axis and of a block of lines.
  private func addRates(
    _ index: Int, _ axis: Int, _ derivative: LineDerivative, block: Int, _ state: FieldSet, _ rates: FieldSet,
    _ worker: Int
  ) {
    let (flux, factors, lines, order) = (fluxes[index], factors[index], blocks[axis], derivative.order)
    let size = lines.blockSize
    let sum = scratch[worker].memory(4 * size)
    let (factor, values, spare) = (sum + size, sum + 2 * size, sum + 3 * size)
    sum.update(repeating: 0, count: size)
    for (k, target) in flux.targets.enumerated() {
      lines.load(block, from: state.pointer(target), into: values, order: order)
      lines.load(block, from: factors.pointer(k), into: factor, order: order)
      transform_add_product(sum, factor, derivative.slopes(values, spare: spare), size)
    }
    if let k = flux.flowAxes.firstIndex(of: axis) {
      lines.load(block, from: factors.pointer(flux.targets.count + k), into: factor, order: order)
      transform_add_multiple(sum, 1, factor, size)
    }
    let divergence = derivative.divergence(sum, spare: spare)
    let target = rates.pointer(flux.field)
    lines.load(block, from: target, into: values, order: order)
    transform_add_multiple(values, -1, divergence, size)
    lines.store(values, block, to: target, order: order)
  }
}
