import Fields

/// The propagator chosen for one field along one axis, for one step size, and why.
package struct AxisPropagator: Hashable, Sendable {
  package let axis: String
  /// nil for a field that does not move.
  package let method: PropagatorMethod?
  /// Kernels only.
  package let shape: DiffusionKernel.Shape?
  package let symbol: DiffusionSymbol
  /// `r = D Δt / Δx²`.
  package let strength: Double
  /// Points that a kernel reaches to either side; 0 for transforms.
  package let radius: Int
  /// In a few words, for people.
  package let reason: String
}

extension AxisPropagator {
  /// Above this strength a transform takes less time than the kernel, whose radius is then 31 and more.
  ///
  /// A fixed number,
  /// so that the same run makes the same choice on every machine; `oncofield bench` shows where it lies on this one.
  package static let transformStrength = 6.0
  /// Below this strength the Gaussian is too narrow for the grid to represent.
  package static let gaussianStrength = 0.5

  /// Chooses by strength, by whether rounding would be amplified, and by request.
  package static func chosen(for field: FieldDiffusion, axis: Axis, boundary: AxisBoundary, step: Double)
    -> AxisPropagator
  {
    let strength = field.diffusivity * step / (axis.spacing * axis.spacing)
    guard field.diffusivity > 0, axis.points > 1 else {
      let reason = field.diffusivity > 0 ? "a single point" : "does not diffuse"
      return AxisPropagator(
        axis: axis.name, method: nil, shape: nil, symbol: field.symbol, strength: strength, radius: 0, reason: reason)
    }
    let shape: DiffusionKernel.Shape =
      field.symbol == .spectral && strength >= gaussianStrength ? .gaussian : .secondOrder
    let (method, reason) = choice(for: field, axis: axis, strength: strength, shape: shape)
    let radius = method == .kernel ? DiffusionKernel.radius(shape, strength: strength) : 0
    return AxisPropagator(
      axis: axis.name, method: method, shape: method == .kernel ? shape : nil, symbol: field.symbol,
      strength: strength, radius: radius, reason: reason)
  }

  private static func choice(
    for field: FieldDiffusion, axis: Axis, strength: Double, shape: DiffusionKernel.Shape
  ) -> (PropagatorMethod, String) {
    switch field.requestedMethod {
    case .fourier where field.isSpoiltByRounding:
      return (.fourier, "as asked for; its rounding grows in empty tissue and may end as a false invasion")
    case let method?: return (method, "as asked for")
    case nil: break
    }
    if strength <= transformStrength { return (.kernel, "the kernel is narrow") }
    guard field.isSpoiltByRounding else { return (.fourier, "faster than a wide kernel") }
    if DiffusionKernel.radius(shape, strength: strength) < axis.points {
      return (.kernel, "grows from empty tissue, where the rounding of a transform would grow too")
    }
    return (.fourier, "one step reaches across the whole domain")
  }
}
