/// The first line of a figure: its title to the left, its time to the right.
struct PageHeader {
  let title: String
  let time: String

  static let margin = 20
  private static let titleFont = StrokeFont(size: 19, weight: 1.35)
  private static let timeFont = StrokeFont(size: 17)

  /// Pixels that it takes.
  var height: Int { title.isEmpty && time.isEmpty ? 0 : Int(Self.titleFont.lineHeight) + 12 }

  /// The width in pixels of a page on which nothing has to be shortened.
  var fullWidth: Int {
    2 * Self.margin + Int(Self.titleFont.width(of: title) + 30 + Self.timeFont.width(of: time))
  }

  func draw(on raster: inout Raster) {
    let baseline = Double(Self.margin) + Self.titleFont.capitalHeight
    let free = Double(raster.width - 2 * Self.margin)
    let time = Self.timeFont.shortened(time, to: free)
    let room = max(free - Self.timeFont.width(of: time) - 30, 0)
    Self.titleFont.draw(
      Self.titleFont.shortened(title, to: room), at: Point(Double(Self.margin), baseline), on: &raster)
    Self.timeFont.draw(time, at: Point(Double(raster.width - Self.margin), baseline), .right, on: &raster)
  }
}
