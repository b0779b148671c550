/// A place in a picture, in pixels: x to the right, y downward, whole numbers at the corners of pixels.
package struct Point: Hashable, Sendable {
  package var x: Double
  package var y: Double

  package init(_ x: Double, _ y: Double) {
    self.x = x
    self.y = y
  }
}

/// A block of whole pixels.
package struct Rectangle: Hashable, Sendable {
  package var left: Int
  package var top: Int
  package var width: Int
  package var height: Int

  package init(left: Int, top: Int, width: Int, height: Int) {
    self.left = left
    self.top = top
    self.width = width
    self.height = height
  }

  /// First column to the right of the block.
  package var right: Int { left + width }
  /// First row under the block.
  package var bottom: Int { top + height }

  /// The part that lies inside `other`, perhaps empty.
  func clipped(to other: Rectangle) -> Rectangle {
    let (left, top) = (max(left, other.left), max(top, other.top))
    return Rectangle(
      left: left, top: top, width: max(min(right, other.right) - left, 0),
      height: max(min(bottom, other.bottom) - top, 0))
  }
}
