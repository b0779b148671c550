import Fields

/// The waves into which a transform takes a line apart: those that the ends of the line allow.
///
/// Points stand half a spacing from the ends; `j` counts points and `k` waves, both from 0.
enum TransformBasis: Hashable, Sendable {
  /// Periodic: whole turns.
  case fourier
  /// No flux at both ends: `cos π(j + ½)k/N`.
  case cosine
  /// Value 0 at both ends: `sin π(j + ½)(k + 1)/N`.
  case sine
  /// No flux at the lower end, value 0 at the upper: `cos π(j + ½)(k + ½)/N`.
  case cosineToZero
  /// Value 0 at the lower end, no flux at the upper: `sin π(j + ½)(k + ½)/N`.
  case sineFromZero

  /// - Returns: nil if the ends of the line allow no such waves.
  init?(_ boundary: AxisBoundary, axis: Axis) {
    guard axis.geometry == .cartesian else { return nil }
    switch boundary {
    case .periodic: self = .fourier
    case .sides(.flux, .flux): self = .cosine
    case .sides(.value, .value): self = .sine
    case .sides(.flux, .value): self = .cosineToZero
    case .sides(.value, .flux): self = .sineFromZero
    default: return nil
    }
  }

  /// How much each wave turns from point to point.
  func angles(count: Int) -> [Double] {
    (0..<count).map { k in
      switch self {
      case .fourier: 2 * .pi * Double(min(k, count - k)) / Double(count)
      case .cosine: .pi * Double(k) / Double(count)
      case .sine: .pi * Double(k + 1) / Double(count)
      case .cosineToZero, .sineFromZero: .pi * (Double(k) + 0.5) / Double(count)
      }
    }
  }
}
