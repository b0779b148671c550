import Reports

/// How a color looks to readers who lack one kind of cone.
///
/// Source: G. M. Machado, M. M. Oliveira and L. A. F. Fernandes, "A physiologically-based model for simulation of color
/// vision deficiency" (2009), severity 1.
enum ColorVision: CaseIterable {
  case usual, withoutRedCones, withoutGreenCones

  private var matrix: [[Double]] {
    switch self {
    case .usual: [[1, 0, 0], [0, 1, 0], [0, 0, 1]]
    case .withoutRedCones:
      [[0.152286, 1.052583, -0.204868], [0.114503, 0.786281, 0.099216], [-0.003882, -0.048116, 1.051998]]
    case .withoutGreenCones:
      [[0.367322, 0.860646, -0.227968], [0.280085, 0.672501, 0.047413], [-0.011820, 0.042940, 0.968881]]
    }
  }

  func seen(_ color: Color) -> OKLab {
    let rgb = [color.red, color.green, color.blue].map { OKLab.decode(Double($0) / 255) }
    return OKLab(
      linear: matrix.map { row in min(max(zip(row, rgb).reduce(0) { $0 + $1.0 * $1.1 }, 0), 1) })
  }
}
