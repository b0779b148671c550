import Fields

/// The finite-volume operator of one field and what it depends on.
struct LocalField: Sendable {
  let field: Int
  private let coefficients: LocalDiffusivity
  let own: FiniteVolumeOperator
  let crossTerms: [CrossTerm]
  private let permeabilities: [SidePermeability]
  /// For cross terms: a diffusivity of 1, and nothing crosses the sides.
  let unit: FiniteVolumeOperator?
  let crossBound: Double
  /// Of the operator of the cross terms; 0 without.
  let unitBound: Double
  /// Whether the operator is the same at all times.
  let isFixed: Bool
  /// The spectral bound, if so.
  private(set) var fixedBound: Double?

  private var diffusivity: VariableDiffusivity { coefficients.law }
  /// The fields that the operator depends on.
  var dependencies: Set<Int> { permeabilities.reduce(diffusivity.dependencies) { $0.union($1.dependencies) } }
  /// Whether it depends on time itself.
  var changesInTime: Bool { diffusivity.changesInTime || permeabilities.contains(where: \.changesInTime) }
  /// The diffusivity at the points.
  var values: FieldSet { coefficients.values }

  init(_ index: Int, _ description: FieldDiffusion, _ volumes: PointVolumes, _ pool: WorkerPool) throws {
    field = index
    coefficients = try LocalDiffusivity(index, description, volumes)
    own = try FiniteVolumeOperator(
      volumes: volumes, boundaries: description.boundaries, supplies: description.supplies)
    crossTerms = description.crossTerms
    permeabilities = description.permeabilities
    unit = crossTerms.isEmpty ? nil : try .unit(volumes, description.boundaries, pool: pool)
    unitBound = unit?.spectralBound(pool: pool) ?? 0
    crossBound = unitBound * crossTerms.reduce(0) { $0 + abs($1.coefficient) }
    isFixed = coefficients.isFixed && permeabilities.allSatisfy { $0.dependencies.isEmpty && !$0.changesInTime }
    fixedBound = nil
    guard coefficients.isFixed else { return }
    let nothing = try FieldSet(grid: volumes.grid, count: 0)
    try setDiffusivities(from: nothing, time: 0, pool)
    guard isFixed else { return }
    try setSides(from: nothing, time: 0)
    fixedBound = own.spectralBound(pool: pool) + crossBound
  }

  /// Sets the operator for the values of a state at a time.
  func update(_ state: FieldSet, time: Double, _ pool: WorkerPool) throws(DiffusivityFailure) {
    if isFixed { return }
    if !coefficients.isFixed { try setDiffusivities(from: state, time: time, pool) }
    try setSides(from: state, time: time)
  }

  private func setDiffusivities(
    from state: FieldSet, time: Double, _ pool: WorkerPool
  ) throws(DiffusivityFailure) {
    try coefficients.evaluate(state, time: time)
    own.setDiffusivities(values, mean: diffusivity.mean, pool: pool)
  }

  private func setSides(from state: FieldSet, time: Double) throws(DiffusivityFailure) {
    if permeabilities.isEmpty { return }
    for side in permeabilities {
      own.setPermeability(
        try side.evaluate(state, time: time, field: field), axis: side.axis, isUpper: side.isUpper)
    }
    own.setLosses(values)
  }

  /// The largest of the diffusivities that were set last, and its place.
  var largestDiffusivity: (row: Int, column: Int, value: Double) {
    var largest = (row: 0, column: 0, value: -Double.infinity)
    for component in 0..<values.count {
      for row in 0..<values.grid.rowCount {
        let pointer = values.pointer(component, row: row)
        for column in 0..<values.grid.rowLength where pointer[column] > largest.value {
          largest = (row, column, pointer[column])
        }
      }
    }
    return largest
  }

  /// A bound of the eigenvalues, by absolute value.
  func bound(pool: WorkerPool) -> Double { fixedBound ?? own.spectralBound(pool: pool) + crossBound }
}
