import Fields
import Glibc

/// Where the pictures of a figure stand on the page; all have the same size.
struct MapLayout {
  /// Pictures beside each other.
  let columns: Int
  /// Pictures one under the other.
  let rows: Int
  let pageWidth: Int
  let pageHeight: Int
  /// Size of a picture in pixels.
  let picture: (width: Int, height: Int)
  /// From the edge of a cell, which holds a picture and all that belongs to it, to the picture.
  private let left: Int
  private let cellWidth: Int
  private let top: Int
  private let cellHeight: Int

  /// Space over a picture for its title, and under it for the x axis.
  private static let titleHeight = 30
  static let axisHeight = 46
  private static let captionHeight = 18
  private static let gap = (x: 20, y: 22)
  /// Pictures are not higher than this, or than one and a half times their width.
  private static let tallest = 640

  /// A page of the given width, or nil for one that suits the pictures.
  ///
  /// `margins` tells what the y axis takes left of a picture of a given height, and the color bar right of it.
  init(
    maps: [FieldMap], axes: [Axis], header: PageHeader, width: Int?, titleFont: StrokeFont,
    margins: (_ height: Int) -> (left: Int, right: Int)
  ) {
    let aspect = axes[1].length / axes[0].length
    columns = Self.columns(panels: maps.count, aspect: aspect)
    rows = (maps.count + columns - 1) / columns
    let given = max(width ?? Self.standardWidth(columns: columns, aspect: aspect), 240 * columns)
    let cell = (given - 2 * PageHeader.margin - (columns - 1) * Self.gap.x) / columns
    let margins = margins(min(Int(min(Double(cell) * aspect, 1e6)), Self.tallest))
    picture = Self.fitted(axes[0].points, aspect: aspect, width: Double(max(cell - margins.left - margins.right, 40)))
    let title = Int(min(maps.map { titleFont.width(of: $0.title) }.max() ?? 0, 220))
    let content = min(margins.left + max(picture.width + margins.right, title), cell)
    cellWidth = width == nil ? content : cell
    left = margins.left + (cellWidth - content) / 2
    let used = 2 * PageHeader.margin + columns * cellWidth + (columns - 1) * Self.gap.x
    pageWidth = width == nil ? max(used, min(header.fullWidth, given)) : given
    top = PageHeader.margin + header.height
    let caption = maps.contains { $0.caption != nil } ? Self.captionHeight : 0
    cellHeight = Self.titleHeight + picture.height + Self.axisHeight + caption
    pageHeight = top + rows * cellHeight + (rows - 1) * Self.gap.y + PageHeader.margin - 6
  }

  /// The place of a picture, counted along the rows from the top.
  func frame(_ index: Int) -> Rectangle {
    Rectangle(
      left: PageHeader.margin + (index % columns) * (cellWidth + Self.gap.x) + left,
      top: top + (index / columns) * (cellHeight + Self.gap.y) + Self.titleHeight,
      width: picture.width, height: picture.height)
  }

  /// Pixels from the left side of a picture to the end of its cell.
  var titleWidth: Int { cellWidth - left }

  private static func standardWidth(columns: Int, aspect: Double) -> Int {
    switch columns {
    case 1: aspect < 0.5 ? 1000 : 680
    case 2: 1000
    default: 460 * columns + 20
    }
  }

  /// The number of columns that comes nearest to a page about twice as wide as high, with few empty places.
  private static func columns(panels: Int, aspect: Double) -> Int {
    func cost(_ columns: Int) -> Double {
      let rows = (panels + columns - 1) / columns
      let width = min(330, Double(tallest) / aspect)
      let shape = Double(columns) * (width + 130) / (Double(rows) * (width * aspect + 110))
      return abs(log(shape / 1.9)) + Double(columns * rows - panels) / Double(panels)
    }
    return (1...min(panels, 6)).min { cost($0) < cost($1) } ?? 1
  }

  /// The size of a picture at most `width` wide: a whole number of pixels for each point if that takes away less than a
  /// fifth of it.
  private static func fitted(_ points: Int, aspect: Double, width: Double) -> (width: Int, height: Int) {
    let height = max(Double(tallest), 1.5 * width)
    let width = min(width, height / aspect)
    let whole = (width / Double(points)).rounded(.down) * Double(points)
    let pixels = max(whole >= 0.8 * width ? whole : width.rounded(.down), 1)
    return (Int(pixels), max(Int(min(pixels * aspect, height).rounded()), 1))
  }
}
