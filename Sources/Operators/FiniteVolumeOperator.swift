import CKernels
import Fields
import Synchronization

/// `L u + b(t)`: diffusion by finite volumes of second order, with a conductance for each face between points.
///
/// `(L u)_i = Σ_faces g (u_neighbor − u_i) / V_i − loss_i u_i`, `g = D A/Δx`. Faces to points outside the tissue have
/// none. What is prescribed at the sides of the domain makes the loss and the rates `b`; the conductances are those of
/// `SideBoundary`.
final class FiniteVolumeOperator: Sendable {
  private let grid: Grid
  private let volumes: PointVolumes
  private let boundaries: [AxisBoundary]
  private let supplies: [SideSupply]
  /// Of the faces below each point along each axis; over the volume where that is the same everywhere.
  private let conductances: FieldSet
  private let loss: FieldSet?
  /// Coefficients of exchange along the sides (lower and upper of each axis), where they are not those of `boundaries`.
  private let permeabilities: Mutex<[[Double]?]>
  /// Along a radius.
  private let inverseVolumes: [Double]?

  init(
    volumes: PointVolumes, boundaries: [AxisBoundary], supplies: [SideSupply]
  ) throws(FieldAllocationError) {
    grid = volumes.grid
    self.volumes = volumes
    self.boundaries = boundaries
    self.supplies = supplies
    conductances = try FieldSet(grid: grid, count: grid.axes.count)
    permeabilities = Mutex(grid.axes.flatMap { _ in [nil, nil] })
    let isPrescribed = boundaries.contains { $0 != .noFlux && $0 != .periodic }
    loss = isPrescribed ? try FieldSet(grid: grid, count: 1) : nil
    let radius = grid.axes[0]
    inverseVolumes = radius.geometry == .cartesian ? nil : (0..<radius.points).map { 1 / radius.volume($0) }
  }

  /// A diffusivity of 1 everywhere; sides that are not periodic are closed.
  static func unit(
    _ volumes: PointVolumes, _ boundaries: [AxisBoundary], pool: WorkerPool
  ) throws(FieldAllocationError) -> FiniteVolumeOperator {
    let sides = boundaries.map { $0 == .periodic ? AxisBoundary.periodic : .noFlux }
    let made = try FiniteVolumeOperator(volumes: volumes, boundaries: sides, supplies: [])
    let ones = try FieldSet(grid: volumes.grid, count: 1)
    ones.fill(0, with: 1)
    made.setDiffusivities(ones, mean: .arithmetic, pool: pool)
    return made
  }

  /// Whether nothing is prescribed at the sides.
  var isClosed: Bool { loss == nil }

  // MARK: Coefficients

  /// Sets the coefficients of exchange along a side; to be followed by `setLosses`.
  func setPermeability(_ values: [Double], axis: Int, isUpper: Bool) {
    permeabilities.withLock { $0[2 * axis + (isUpper ? 1 : 0)] = values }
  }

  /// Sets the conductances from the diffusivity at the points: one field for all axes, or one for each.
  func setDiffusivities(_ diffusivities: FieldSet, mean: FaceMean, pool: WorkerPool) {
    pool.forEach(grid.rowCount) { row, _ in
      for axis in self.grid.axes.indices { self.setFaces(row, axis, diffusivities, mean) }
    }
    setLosses(diffusivities)
  }

  private func setFaces(_ row: Int, _ axis: Int, _ diffusivities: FieldSet, _ mean: FaceMean) {
    let source = diffusivities.count == 1 ? 0 : axis
    let line = grid.axes[axis]
    let target = conductances.pointer(axis, row: row)
    let isHarmonic: Int32 = mean == .harmonic ? 1 : 0
    let volumes = volumes.isMasked ? { self.volumes.values(ofRow: $0) } : { _ in nil }
    let scale = inverseVolumes == nil ? 1 / (line.spacing * line.spacing) : 1 / line.spacing
    guard axis > 0 else {
      let values = diffusivities.pointer(source, row: row)
      let inside = volumes(row)
      let count = grid.rowLength
      finite_volume_faces(
        target + 1, values, values + 1, isHarmonic, scale, inside, inside.map { $0 + 1 }, count - 1)
      if inverseVolumes != nil {
        for face in 1..<max(count, 1) { target[face] *= line.faceArea(face) }
      }
      target[0] = 0
      if boundaries[0] == .periodic, count > 1 {
        finite_volume_faces(
          target, values + count - 1, values, isHarmonic, scale, inside.map { $0 + count - 1 }, inside, 1)
      }
      return
    }
    guard let below = rowBelow(row, axis) else {
      return target.update(repeating: 0, count: grid.rowLength)
    }
    finite_volume_faces(
      target, diffusivities.pointer(source, row: below), diffusivities.pointer(source, row: row), isHarmonic, scale,
      volumes(below), volumes(row), grid.rowLength)
  }

  /// Sets what is exchanged at the sides.
  ///
  /// - Parameter scale: of the domain; in one that has grown, the operator is that of the grid, `scale² L`.
  func setLosses(_ diffusivities: FieldSet, scale: Double = 1) {
    guard let loss else { return }
    loss.fill(0, with: 0)
    for axis in grid.axes.indices {
      for isUpper in [false, true] {
        let permeability = permeability(axis, isUpper)
        forEachSidePoint(axis, isUpper) { line, row, column in
          loss.pointer(0, row: row)[column] += exchange(
            axis, isUpper, row, column, permeability?[line], diffusivities, scale)
        }
      }
    }
  }

  private func forEachSidePoint(_ axis: Int, _ isUpper: Bool, _ body: (_ line: Int, _ row: Int, _ column: Int) -> Void)
  {
    guard boundaries[axis] != .periodic else { return }
    let end = isUpper ? grid.axes[axis].points - 1 : 0
    for line in 0..<grid.lineCount(along: axis) {
      let (row, column) = grid.point(end, ofLine: line, along: axis)
      if volumes.values(ofRow: row)?[column] ?? 1 > 0 { body(line, row, column) }
    }
  }

  private func permeability(_ axis: Int, _ isUpper: Bool) -> [Double]? {
    permeabilities.withLock { $0[2 * axis + (isUpper ? 1 : 0)] }
  }

  /// The rate of exchange of a point at a side with what is given there.
  private func exchange(
    _ axis: Int, _ isUpper: Bool, _ row: Int, _ column: Int, _ permeability: Double?, _ diffusivities: FieldSet,
    _ scale: Double
  ) -> Double {
    guard let sides = boundaries[axis].sides else { return 0 }
    let line = grid.axes[axis]
    let (side, face, point) = isUpper ? (sides.upper, line.points, line.points - 1) : (sides.lower, 0, 0)
    let diffusivity = diffusivities.pointer(diffusivities.count == 1 ? 0 : axis, row: row)[column]
    let condition = permeability.map { SideBoundary.robin(coefficient: $0) } ?? side
    return condition.scaled(by: scale).conductance(of: line, face: face, diffusivity: diffusivity) / line.volume(point)
  }

  // MARK: What is given at the sides

  /// What `b(time)` adds to the points of each row that has any; times scale² where the domain has one.
  func sideRates(_ diffusivities: FieldSet, time: Double, scale: Double = 1) -> [Int: [(column: Int, rate: Double)]] {
    var rates: [Int: [(column: Int, rate: Double)]] = [:]
    for supply in supplies {
      let axis = grid.axes[supply.axis]
      let values = supply.values(time)
      let sides = boundaries[supply.axis].sides
      let isFlux = (supply.isUpper ? sides?.upper : sides?.lower) == .flux
      let inflow =
        supply.isUpper
        ? axis.faceArea(axis.points) / axis.volume(axis.points - 1) : axis.faceArea(0) / axis.volume(0)
      let permeability = permeability(supply.axis, supply.isUpper)
      forEachSidePoint(supply.axis, supply.isUpper) { line, row, column in
        let weight =
          isFlux
          ? inflow * scale
          : exchange(supply.axis, supply.isUpper, row, column, permeability?[line], diffusivities, scale)
        rates[row, default: []].append((column, weight * values[line]))
      }
    }
    return rates
  }

  // MARK: The operator

  /// Calls with a row of the operator.
  private func withRow<Result>(_ row: Int, of u: FieldPointer?, _ body: (UnsafePointer<FiniteVolumeRow>) -> Result)
    -> Result
  {
    func pointer(_ start: UnsafeMutablePointer<Double>?, _ row: Int?) -> UnsafePointer<Double>? {
      guard let start, let row else { return nil }
      return UnsafePointer(start + row * grid.rowStride)
    }
    func neighbors(_ axis: Int) -> NeighborRows {
      guard axis < grid.axes.count else { return NeighborRows() }
      let (below, above) = (rowBelow(row, axis), rowAbove(row, axis))
      // Only the sums of conductances are wanted without values: any row will do for those that exist.
      let start = u?.start ?? conductances.pointer(axis)
      return NeighborRows(
        below: pointer(start, below), above: pointer(start, above),
        conductances_below: UnsafePointer(conductances.pointer(axis, row: row)),
        conductances_above: pointer(conductances.pointer(axis), above))
    }
    return inverseVolumes.withPointer { inverse in
      var description = FiniteVolumeRow(
        conductances: conductances.pointer(0, row: row), neighbors: (neighbors(1), neighbors(2)),
        neighbor_count: grid.axes.count - 1, inverse_volumes: inverse,
        loss: loss.map { UnsafePointer($0.pointer(0, row: row)) }, count: grid.rowLength)
      return body(&description)
    }
  }

  /// The row below along an axis, that at the other end of a periodic axis, or none.
  private func rowBelow(_ row: Int, _ axis: Int) -> Int? { neighbor(row, axis, -1) }
  private func rowAbove(_ row: Int, _ axis: Int) -> Int? { neighbor(row, axis, 1) }

  private func neighbor(_ row: Int, _ axis: Int, _ offset: Int) -> Int? {
    let stride = axis == 1 ? 1 : grid.axes[1].points
    let count = grid.axes[axis].points
    let index = row / stride % count
    let wanted = index + offset
    if (0..<count).contains(wanted) { return row + offset * stride }
    guard boundaries[axis] == .periodic, count > 1 else { return nil }
    return row + (offset < 0 ? count - 1 : 1 - count) * stride
  }

  /// One row of `scale · L u`, put into `out` or added to it.
  func apply(
    row: Int, to u: FieldPointer, scale: Double = 1, into out: UnsafeMutablePointer<Double>, adds: Bool = false
  ) {
    withRow(row, of: u) {
      finite_volume_apply(out, adds ? 1 : 0, scale, u.start + row * grid.rowStride, $0)
    }
  }

  /// The operator on a grid of one axis that is not periodic, as a tridiagonal matrix whose diagonal is
  /// `−below − above − loss`.
  func tridiagonal() -> (below: [Double], above: [Double], loss: [Double]) {
    let count = grid.rowLength
    let zeros = [Double](repeating: 0, count: count)
    var (below, above, losses) = (zeros, zeros, zeros)
    for i in 0..<count {
      let share = inverseVolumes?[i] ?? 1
      below[i] = conductances.pointer(0)[i] * share
      above[i] = i + 1 < count ? conductances.pointer(0)[i + 1] * share : 0
      losses[i] = loss?.pointer(0)[i] ?? 0
    }
    return (below, above, losses)
  }

  /// Writes one row of the diagonal of `−L`: the rates at which the points lose what they hold.
  func setDecay(row: Int, to out: UnsafeMutablePointer<Double>) {
    withRow(row, of: nil) { finite_volume_decay(out, $0) }
  }

  /// A bound of the absolute values of the eigenvalues of `L` (Gershgorin).
  func spectralBound(pool: WorkerPool) -> Double {
    let bounds = TileResults(count: grid.rowCount)
    pool.forEach(grid.rowCount) { row, _ in bounds[row] = self.withRow(row, of: nil) { finite_volume_bound($0) } }
    return bounds.values.reduce(0) { $0.isNaN || $0 > $1 ? $0 : $1 }
  }
}

extension Optional where Wrapped == [Double] {
  fileprivate func withPointer<Result>(_ body: (UnsafePointer<Double>?) -> Result) -> Result {
    switch self {
    case .none: body(nil)
    case .some(let array): array.withUnsafeBufferPointer { body($0.baseAddress) }
    }
  }
}
