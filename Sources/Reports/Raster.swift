/// A picture of 8-bit RGB pixels, row by row from the top.
package struct Raster: Hashable, Sendable {
  package let width: Int
  package let height: Int
  /// Red, green and blue of every pixel, without padding.
  package internal(set) var bytes: [UInt8]

  /// A picture filled with one color.
  package init(width: Int, height: Int, filling color: Color = .white) {
    precondition(width > 0 && height > 0)
    self.width = width
    self.height = height
    bytes = [UInt8](repeating: 255, count: 3 * width * height)
    if color != .white { fill(bounds, with: color) }
  }

  /// The whole picture.
  package var bounds: Rectangle { Rectangle(left: 0, top: 0, width: width, height: height) }

  /// The pixel in column `x` from the left and row `y` from the top, both inside the picture.
  package subscript(x: Int, y: Int) -> Color {
    get {
      let first = 3 * (y * width + x)
      return Color(red: bytes[first], green: bytes[first + 1], blue: bytes[first + 2])
    }
    set {
      let first = 3 * (y * width + x)
      bytes[first] = newValue.red
      bytes[first + 1] = newValue.green
      bytes[first + 2] = newValue.blue
    }
  }

  /// Fills the part of a block that lies inside the picture.
  package mutating func fill(_ block: Rectangle, with color: Color) {
    let block = block.clipped(to: bounds)
    for y in block.top..<block.bottom {
      for x in block.left..<block.right { self[x, y] = color }
    }
  }

  /// Lets a layer of `color` cover the share `coverage` of one pixel, if it lies inside the picture.
  package mutating func blend(_ x: Int, _ y: Int, _ color: Color, coverage: Double) {
    guard x >= 0, x < width, y >= 0, y < height, coverage > 0 else { return }
    self[x, y] = coverage >= 1 ? color : self[x, y].covered(by: color, coverage)
  }
}
