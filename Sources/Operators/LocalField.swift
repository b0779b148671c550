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
    crossBound = (unit?.spectralBound(pool: pool) ?? 0) * crossTerms.reduce(0) { $0 + abs($1.coefficient) }
    isFixed = coefficients.isFixed && permeabilities.allSatisfy { $0.dependencies.isEmpty && !$0.changesInTime }
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
    try coefficients.evaluate(state, time: time)
    for side in permeabilities {
      own.setPermeability(
        try side.evaluate(state, time: time, field: field), axis: side.axis, isUpper: side.isUpper)
    }
    own.setDiffusivities(values, mean: diffusivity.mean, pool: pool)
  }

  /// A bound of the eigenvalues, by absolute value.
  func bound(pool: WorkerPool) -> Double { fixedBound ?? own.spectralBound(pool: pool) + crossBound }
}
