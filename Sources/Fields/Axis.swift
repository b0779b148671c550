/// One Cartesian axis of a grid: `points` equal volumes between `origin` and `origin + length`, the values of
/// fields standing at the centers of the volumes.
package struct Axis: Hashable, Sendable, Codable {
  /// `x`, `y` or `z`.
  package let name: String
  /// Position of the lower side, in the model's unit of length.
  package let origin: Double
  /// Distance between the two sides, in the model's unit of length; positive.
  package let length: Double
  /// Number of points, at least 1.
  package let points: Int

  package init(name: String, origin: Double = 0, length: Double, points: Int) {
    self.name = name
    self.origin = origin
    self.length = length
    self.points = points
  }

  /// Distance between neighboring points.
  package var spacing: Double { length / Double(points) }

  /// Position of the point `index` (from 0): the center of its volume.
  package func coordinate(_ index: Int) -> Double { origin + (Double(index) + 0.5) * spacing }
}
