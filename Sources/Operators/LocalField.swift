import Fields

/// The finite-volume operator of one field and what it depends on.
struct LocalField: Sendable {
  let field: Int
  let diffusivity: VariableDiffusivity
  /// The diffusivity at the points.
  let values: FieldSet
  let own: FiniteVolumeOperator
  let crossTerms: [CrossTerm]
  /// For cross terms: a diffusivity of 1, and nothing crosses the sides.
  let unit: FiniteVolumeOperator?
  let crossBound: Double
  /// Whether the operator is the same at all times.
  let isFixed: Bool
  /// The spectral bound, if so.
  private(set) var fixedBound: Double?

  /// Of a diffusivity below 0, relative to the largest: what rounding may do.
  private static let rounding = 1e-9

  init(_ index: Int, _ description: FieldDiffusion, _ volumes: PointVolumes, _ pool: WorkerPool) throws {
    field = index
    diffusivity = description.variable ?? .constant(description.diffusivities)
    values = try FieldSet(grid: volumes.grid, count: diffusivity.count)
    own = try FiniteVolumeOperator(
      volumes: volumes, boundaries: description.boundaries, supplies: description.supplies)
    crossTerms = description.crossTerms
    unit = crossTerms.isEmpty ? nil : try .unit(volumes, description.boundaries, pool: pool)
    let coefficients = description.crossTerms.reduce(0) { $0 + abs($1.coefficient) }
    crossBound = (unit?.spectralBound(pool: pool) ?? 0) * coefficients
    isFixed = diffusivity.dependencies.isEmpty && !diffusivity.changesInTime
    fixedBound = nil
    guard isFixed else { return }
    try set(from: FieldSet(grid: volumes.grid, count: 0), time: 0, volumes, pool)
    fixedBound = own.spectralBound(pool: pool) + crossBound
  }

  /// Sets the operator for the values of a state at a time.
  func update(
    _ state: FieldSet, time: Double, _ volumes: PointVolumes, _ pool: WorkerPool
  ) throws(DiffusivityFailure) {
    if !isFixed { try set(from: state, time: time, volumes, pool) }
  }

  private func set(
    from state: FieldSet, time: Double, _ volumes: PointVolumes, _ pool: WorkerPool
  ) throws(DiffusivityFailure) {
    diffusivity.evaluate(state, time, values)
    let largest = (0..<values.count).reduce(0) { max($0, values.maximum($1)) }
    for component in 0..<values.count where !(values.minimum(component) >= 0) || !largest.isFinite {
      try check(component, largest, time: time, volumes)
    }
    own.setDiffusivities(values, mean: diffusivity.mean, pool: pool)
  }

  /// Values below 0 by no more than rounding become 0; others, and what is no finite number, are refused.
  private func check(
    _ component: Int, _ largest: Double, time: Double, _ volumes: PointVolumes
  ) throws(DiffusivityFailure) {
    for row in 0..<values.grid.rowCount {
      let (pointer, inside) = (values.pointer(component, row: row), volumes.values(ofRow: row))
      for column in 0..<values.grid.rowLength {
        let isOutside = inside.map { $0[column] == 0 } ?? false
        guard isOutside || pointer[column].isFinite && pointer[column] >= -LocalField.rounding * largest else {
          throw DiffusivityFailure(field: field, row: row, column: column, value: pointer[column], time: time)
        }
        if isOutside || pointer[column] < 0 { pointer[column] = 0 }
      }
    }
  }

  /// A bound of the eigenvalues, by absolute value.
  func bound(pool: WorkerPool) -> Double { fixedBound ?? own.spectralBound(pool: pool) + crossBound }
}
