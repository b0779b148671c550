import Fields

/// How one field diffuses, with a diffusivity that is constant along each axis.
package struct FieldDiffusion: Sendable {
  /// `D ≥ 0` along each axis, length² / time in the model's units.
  package let diffusivities: [Double]
  /// Of each axis.
  package let boundaries: [AxisBoundary]
  /// What is given at the sides; no-flux sides have nothing.
  package let supplies: [SideSupply]
  /// The fastest rate at which the field grows from next to nothing, or 0 if it does not.
  package let growthRate: Double
  /// Length of the run in time.
  package let duration: Double
  /// Asked for by the user.
  package let requestedMethod: PropagatorMethod?
  private let requestedSymbol: DiffusionSymbol

  package init(
    diffusivities: [Double], boundaries: [AxisBoundary], supplies: [SideSupply] = [], growthRate: Double = 0,
    duration: Double = 0, requestedMethod: PropagatorMethod? = nil, symbol: DiffusionSymbol = .spectral
  ) {
    self.diffusivities = diffusivities
    self.boundaries = boundaries
    self.supplies = supplies
    self.growthRate = growthRate
    self.duration = duration
    self.requestedMethod = requestedMethod
    requestedSymbol = symbol
  }

  /// The same diffusivity along all axes, and nothing given at the sides.
  package init(
    diffusivity: Double, boundaries: [AxisBoundary], growthRate: Double = 0, duration: Double = 0,
    requestedMethod: PropagatorMethod? = nil, symbol: DiffusionSymbol = .spectral
  ) {
    self.init(
      diffusivities: boundaries.map { _ in diffusivity }, boundaries: boundaries, growthRate: growthRate,
      duration: duration, requestedMethod: requestedMethod, symbol: symbol)
  }

  /// Whether it diffuses along some axis.
  package var moves: Bool { diffusivities.contains { $0 > 0 } }

  /// The discrete Laplacian along an axis: that of neighboring points where something is given at a side, where a side
  /// mixes value and flux, and along a radius.
  package func symbol(axis: Int, of grid: Grid) -> DiffusionSymbol {
    let isPlain = TransformBasis(boundaries[axis], axis: grid.axes[axis]) != nil
    return isPlain && !supplies.contains { $0.axis == axis } ? requestedSymbol : .secondOrder
  }

  /// `e` to this power is how much the rounding of a transform can grow in empty tissue: from 1e-16 to 1e-5 at 25.
  package static let largestHarmlessGrowth = 25.0

  /// Whether the rounding of a transform would grow into a false invasion.
  package var isSpoiltByRounding: Bool { growthRate * duration > FieldDiffusion.largestHarmlessGrowth }
}

/// What is given at one side of the domain for one field: a value, a flux into the domain, or a value outside of it.
package struct SideSupply: Sendable {
  package let axis: Int
  package let isUpper: Bool
  /// Whether it is the same at all times.
  package let isSteady: Bool
  /// At a time: one number for each line of points that ends at the side, in the order of the points of the other
  /// axes (x fastest).
  package let values: @Sendable (_ time: Double) -> [Double]

  package init(axis: Int, isUpper: Bool, isSteady: Bool, values: @escaping @Sendable (_ time: Double) -> [Double]) {
    self.axis = axis
    self.isUpper = isUpper
    self.isSteady = isSteady
    self.values = values
  }
}
