import Fields

/// How one field diffuses.
package struct FieldDiffusion: Hashable, Sendable {
  /// `D ≥ 0`, length² / time in the model's units.
  package let diffusivity: Double
  /// Of each axis.
  package let boundaries: [AxisBoundary]
  /// The fastest rate at which the field grows from next to nothing, or 0 if it does not.
  package let growthRate: Double
  /// Length of the run in time.
  package let duration: Double
  /// Asked for by the user.
  package let requestedMethod: PropagatorMethod?
  package let symbol: DiffusionSymbol

  package init(
    diffusivity: Double, boundaries: [AxisBoundary], growthRate: Double = 0, duration: Double = 0,
    requestedMethod: PropagatorMethod? = nil, symbol: DiffusionSymbol = .spectral
  ) {
    self.diffusivity = diffusivity
    self.boundaries = boundaries
    self.growthRate = growthRate
    self.duration = duration
    self.requestedMethod = requestedMethod
    self.symbol = symbol
  }

  /// `e` to this power is how much the rounding of a transform can grow in empty tissue: from 1e-16 to 1e-5 at 25.
  package static let largestHarmlessGrowth = 25.0

  /// Whether the rounding of a transform would grow into a false invasion.
  package var isSpoiltByRounding: Bool { growthRate * duration > FieldDiffusion.largestHarmlessGrowth }
}
