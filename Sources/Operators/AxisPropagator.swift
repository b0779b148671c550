import Fields
import Foundation

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
  /// Points that a kernel, a matrix or a line reaches to either side; 0 for transforms.
  package let radius: Int
  /// In a few words, for people.
  package let reason: String
  /// Whether each new value must be a mean of the old ones.
  package let isPositive: Bool
}

extension AxisPropagator {
  /// The transform that does what a kernel does; anything else as it is.
  ///
  /// - Parameter reason: stands for that of a kernel which was chosen by cost.
  package func asTransform(because reason: String) -> AxisPropagator {
    guard method == .kernel else { return self }
    return AxisPropagator(
      axis: axis, method: .fourier, shape: nil, symbol: symbol, strength: strength, radius: 0,
      reason: isPositive ? self.reason : reason, isPositive: isPositive)
  }

  /// Above this strength a transform takes less time than the kernel, whose radius is then 31 and more.
  ///
  /// A fixed number,
  /// so that the same run makes the same choice on every machine; `oncofield bench` shows where it lies on this one.
  package static let transformStrength = 6.0
  /// Below this strength the Gaussian is too narrow for the grid to represent.
  package static let gaussianStrength = 0.5
  /// From this strength on the Gaussian is as good as the transform to rounding.
  package static let exactGaussianStrength = 1.0

  /// Chooses by what the sides allow, by strength, by whether rounding would be amplified, and by request.
  package static func chosen(for field: FieldDiffusion, axis index: Int, of grid: Grid, step: Double) -> AxisPropagator
  {
    let axis = grid.axes[index]
    let diffusivity = field.diffusivities[index]
    let symbol = field.symbol(axis: index, of: grid)
    let strength = diffusivity * step / (axis.spacing * axis.spacing)
    func made(_ method: PropagatorMethod?, _ shape: DiffusionKernel.Shape?, _ reason: String) -> AxisPropagator {
      let radius =
        switch method {
        case .kernel: DiffusionKernel.radius(shape ?? .secondOrder, strength: strength)
        case .matrix, .tridiagonal: min(axis.points - 1, DiffusionKernel.radius(.secondOrder, strength: strength))
        case .fourier, nil: 0
        }
      return AxisPropagator(
        axis: axis.name, method: method, shape: method == .kernel ? shape : nil, symbol: symbol, strength: strength,
        radius: radius, reason: reason, isPositive: field.keepsSign)
    }
    guard diffusivity > 0 else { return made(nil, nil, "does not diffuse") }
    let boundary = field.boundaries[index]
    guard axis.points > 1 || boundary != .noFlux && boundary != .periodic else {
      return made(nil, nil, "a single point")
    }
    guard TransformBasis(boundary, axis: axis) != nil else {
      let cause = axis.geometry == .cartesian ? "these sides" : "a radius"
      return made(
        grid.axes.count == 1 ? .tridiagonal : .matrix, nil, "no kernel or fast transform for \(cause)")
    }
    let shape: DiffusionKernel.Shape =
      symbol == .spectral && strength >= gaussianStrength ? .gaussian : .secondOrder
    if field.keepsSymbol, symbol == .spectral, strength < exactGaussianStrength {
      return made(
        .fourier, nil,
        field.requestedMethod == .fourier
          ? transformAskedFor(field) : "no kernel is so narrow and as accurate as the transform of larger steps")
    }
    let (method, reason) = choice(for: field, axis: axis, strength: strength, shape: shape)
    return made(method, shape, reason)
  }

  private static func choice(
    for field: FieldDiffusion, axis: Axis, strength: Double, shape: DiffusionKernel.Shape
  ) -> (PropagatorMethod, String) {
    switch field.requestedMethod {
    case .fourier: return (.fourier, transformAskedFor(field))
    case .matrix, .tridiagonal: break
    case let method?: return (method, "as asked for")
    case nil: break
    }
    if strength <= transformStrength {
      return (.kernel, field.keepsSign ? "positive; \(ringing(field))" : "the kernel is narrow")
    }
    guard field.isSpoiltByRounding else { return (.fourier, "faster than a wide kernel") }
    if DiffusionKernel.radius(shape, strength: strength) < axis.points {
      return (.kernel, "grows from empty tissue, where the rounding of a transform would grow too")
    }
    return (.fourier, "one step reaches across the whole domain")
  }

  /// That it was asked for, and what harm it does.
  private static func transformAskedFor(_ field: FieldDiffusion) -> String {
    var reasons = ["as asked for"]
    if field.ringing > 0 { reasons.append(ringing(field)) }
    if field.isSpoiltByRounding {
      reasons.append("its rounding grows in empty tissue and may end as a false invasion")
    }
    return reasons.joined(separator: "; ")
  }

  /// What a transform does to data that jump.
  private static func ringing(_ field: FieldDiffusion) -> String {
    let share = (field.ringing * 1e4).rounded() / 100
    let text = share >= 0.01 ? "\(Float(share)) %" : String(format: "%.1g", field.ringing)
    return "a spectral transform of data as sharp as these overshoots by up to \(text) of the largest value"
  }
}
