import Fields

/// The movement of a field up gradients of fields that move up its own gradient in turn, directly or by way of others.
///
/// Such fluxes are a cross-diffusion: linearized, `∂u_i/∂t = ∇·(D_i ∇u_i + Σ_j C_ij ∇u_j)` with `C_ij = −S_ij u_i`. Taken
/// alone, the terms `C_ij` grow or oscillate at rates that go with `1/Δx²`. They are advanced together with the
/// diffusion of the fields.
package struct CoupledTaxis: Sendable {
  let taxis: FieldTaxis
  /// The fields whose gradients are followed.
  let targets: [Int]
  /// Replaces the fields of `target` by `C_ij = −S_ij u_i` at the points, one for each of `targets`.
  let setCoefficients: @Sendable (_ state: FieldSet, _ time: Double, _ target: FieldSet) -> Void

  package init(
    _ taxis: FieldTaxis, targets: [Int],
    setCoefficients: @escaping @Sendable (_ state: FieldSet, _ time: Double, _ target: FieldSet) -> Void
  ) {
    self.taxis = taxis
    self.targets = targets
    self.setCoefficients = setCoefficients
  }
}

/// What moves one field of a group whose fluxes are advanced together, and bounds of it.
struct CoupledMover: Sendable {
  let mover: TaxisMover
  let targets: [Int]
  /// `C_ij` at the points.
  let coefficients: FieldSet
  /// Of the Laplacian of the grid, by absolute value.
  let laplacianBound: Double
  private let description: CoupledTaxis

  init(
    _ description: CoupledTaxis, boundaries: [AxisBoundary], volumes: PointVolumes, pool: WorkerPool
  ) throws {
    self.description = description
    targets = description.targets
    mover = try TaxisMover(description.taxis, volumes: volumes, boundaries: boundaries, pool: pool)
    coefficients = try FieldSet(grid: volumes.grid, count: targets.count)
    laplacianBound = try FiniteVolumeOperator.unit(volumes, boundaries, pool: pool).spectralBound(pool: pool)
  }

  var field: Int { description.taxis.field }
  var workingFieldCount: Int { mover.workingFieldCount + coefficients.count }

  /// Sets the velocities for a state at a time.
  ///
  /// - Throws: where a velocity is no finite number.
  func update(_ state: FieldSet, time: Double, pool: WorkerPool) throws(VelocityFailure) {
    mover.setVelocities(state, time: time, pool: pool)
    if !mover.outflowRate.isFinite {
      throw VelocityFailure(field: field, time: time, location: mover.infiniteVelocity(of: state))
    }
  }

  func setCoefficients(_ state: FieldSet, time: Double) { description.setCoefficients(state, time, coefficients) }
}

/// Bounds of the rates of a group of fields whose fluxes are advanced together, 1 / time.
struct CouplingBounds {
  /// Of the absolute values of the eigenvalues of all fluxes.
  let spectral: Double
  /// Of the imaginary parts that cross terms of different signs make.
  let oscillation: Double

  /// - Parameters:
  ///   - own: of each member the bound of its own diffusion.
  ///   - movers: those that are moved, with the coefficients of the present state.
  ///   - crossTerms: of each member, with the bound of their Laplacian.
  init(
    members: [Int], own: [Double], movers: [CoupledMover], crossTerms: [(terms: [CrossTerm], bound: Double)],
    volumes: PointVolumes, pool: WorkerPool
  ) {
    // The spectral radius of an operator is at most that of the matrix of the norms of its blocks.
    var norms = SmallMatrix(diagonal: own)
    for (row, cross) in crossTerms.enumerated() {
      for term in cross.terms {
        guard let column = members.firstIndex(of: term.field) else { continue }
        norms[row, column] += abs(term.coefficient) * cross.bound
      }
    }
    for mover in movers {
      guard let row = members.firstIndex(of: mover.field) else { continue }
      norms[row, row] += mover.mover.outflowRate
      for (index, target) in mover.targets.enumerated() {
        guard let column = members.firstIndex(of: target) else { continue }
        let largest = CouplingBounds.largest(volumes, pool) { row, column in
          abs(mover.coefficients.pointer(index, row: row)[column])
        }
        norms[row, column] += largest * mover.laplacianBound
      }
    }
    spectral = norms.spectralRadius
    oscillation = CouplingBounds.oscillation(members, movers, crossTerms, volumes, pool)
  }

  /// The largest `√(−C_ij C_ji)` over points, times the bound of the Laplacian, summed over pairs of fields.
  private static func oscillation(
    _ members: [Int], _ movers: [CoupledMover], _ crossTerms: [(terms: [CrossTerm], bound: Double)],
    _ volumes: PointVolumes, _ pool: WorkerPool
  ) -> Double {
    /// `C_ij` at a point.
    func coefficient(_ from: Int, _ to: Int) -> @Sendable (_ row: Int, _ column: Int) -> Double {
      let constant = crossTerms[from].terms.filter { $0.field == members[to] }.reduce(0) { $0 + $1.coefficient }
      let moved = movers.filter { $0.field == members[from] }.flatMap { mover in
        mover.targets.indices.filter { mover.targets[$0] == members[to] }.map { (mover.coefficients, $0) }
      }
      return { row, column in moved.reduce(constant) { $0 + $1.0.pointer($1.1, row: row)[column] } }
    }
    let bound = movers.reduce(0) { max($0, $1.laplacianBound) }
    var sum = 0.0
    for first in members.indices {
      for second in members.indices where second > first {
        let (a, b) = (coefficient(first, second), coefficient(second, first))
        sum += bound * largest(volumes, pool) { -a($0, $1) * b($0, $1) }.squareRoot()
      }
    }
    return sum
  }

  /// The largest of the values over the points of the tissue, and 0.
  private static func largest(
    _ volumes: PointVolumes, _ pool: WorkerPool, _ value: @escaping @Sendable (_ row: Int, _ column: Int) -> Double
  ) -> Double {
    let grid = volumes.grid
    let rows = TileResults(count: grid.rowCount)
    pool.forEach(grid.rowCount) { row, _ in
      let inside = volumes.isMasked ? volumes.values(ofRow: row) : nil
      var largest = 0.0
      for column in 0..<grid.rowLength where inside?[column] ?? 1 > 0 {
        let found = value(row, column)
        largest = largest.isNaN || found <= largest ? largest : found
      }
      rows[row] = largest
    }
    return rows.values.reduce(0) { $0.isNaN || $0 > $1 ? $0 : $1 }
  }
}
