/// One axis of a grid: `points` intervals of equal length between `origin` and `origin + length`, the values of fields
/// standing at their middles.
package struct Axis: Hashable, Sendable {
  /// What the position along an axis measures.
  package enum Geometry: String, Hashable, Sendable, CaseIterable {
    /// A distance in the plane or in space.
    case cartesian
    /// The distance from the axis of a cylinder, of which one unit of length is taken.
    case cylindricalRadial = "cylindrical-radial"
    /// The distance from the center of a sphere.
    case sphericalRadial = "spherical-radial"
  }

  /// `x`, `y` or `z`; `r` for a radius.
  package let name: String
  /// Position of the lower side, in the model's unit of length.
  package let origin: Double
  /// Distance between the two sides, in the model's unit of length; positive.
  package let length: Double
  /// Number of points, at least 1.
  package let points: Int
  package let geometry: Geometry

  package init(name: String, origin: Double = 0, length: Double, points: Int, geometry: Geometry = .cartesian) {
    self.name = name
    self.origin = origin
    self.length = length
    self.points = points
    self.geometry = geometry
  }

  /// Distance between neighboring points.
  package var spacing: Double { length / Double(points) }

  /// Position of the point `index` (from 0): the middle of its interval.
  package func coordinate(_ index: Int) -> Double { position(halves: 2 * index + 1) }

  /// Position of a face: `index` is that of the point above it, so that 0 and `points` are the sides.
  package func facePosition(_ index: Int) -> Double { position(halves: 2 * index) }

  /// The position so many halves of the spacing above the lower side.
  ///
  /// An axis around 0 is counted from its middle: positions on its two sides are then exactly opposite, so that what is even in the
  /// position is so on the grid.
  private func position(halves: Int) -> Double {
    origin == -0.5 * length ? 0.5 * Double(halves - points) * spacing : origin + 0.5 * Double(halves) * spacing
  }

  /// Area of a face: 1 across a Cartesian axis, `2πr` of a cylinder of unit length, `4πr²` of a sphere.
  package func faceArea(_ index: Int) -> Double {
    let r = facePosition(index)
    return switch geometry {
    case .cartesian: 1
    case .cylindricalRadial: 2 * .pi * r
    case .sphericalRadial: 4 * .pi * r * r
    }
  }

  /// What the point stands for: the length of its interval, or the volume of its shell.
  package func volume(_ index: Int) -> Double {
    let (inner, outer) = (facePosition(index), facePosition(index + 1))
    return switch geometry {
    case .cartesian: spacing
    case .cylindricalRadial: .pi * spacing * (inner + outer)
    case .sphericalRadial: 4 * .pi / 3 * spacing * (inner * inner + inner * outer + outer * outer)
    }
  }

  /// The whole length, or the volume between the two sides.
  package var measure: Double {
    let (inner, outer) = (origin, origin + length)
    return switch geometry {
    case .cartesian: length
    case .cylindricalRadial: .pi * length * (inner + outer)
    case .sphericalRadial: 4 * .pi / 3 * length * (inner * inner + inner * outer + outer * outer)
    }
  }

  /// To which power of the length the measure grows: 1, of a cylinder 2, of a sphere 3.
  package var dimension: Int {
    switch geometry {
    case .cartesian: 1
    case .cylindricalRadial: 2
    case .sphericalRadial: 3
    }
  }

  /// The axis with all positions multiplied by a factor.
  package func scaled(by factor: Double) -> Axis {
    Axis(name: name, origin: origin * factor, length: length * factor, points: points, geometry: geometry)
  }

  /// Whether the lower side is the center of a cylinder or sphere, which is no side at all.
  package var beginsAtCenter: Bool { geometry != .cartesian && origin == 0 }
}
