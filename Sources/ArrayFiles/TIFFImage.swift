import CTIFF

/// The pictures of a TIFF file, as one array.
///
/// A file whose pictures are all of one size is a stack, `[z, y, x]` with the first picture at the lowest z; of other
/// files the first picture is read. Thumbnails and transparency masks (tag NewSubfileType) are no pictures here. The size
/// of a pixel (resolution) is not used: a picture covers the domain.
enum TIFFImage {
  /// The numbers of the pixels, the top row of each picture first.
  static func array(_ bytes: [UInt8]) throws(ArrayFileError) -> StoredArray {
    let file = try TIFFFile(bytes)
    let layouts = try file.layouts()
    let isAside = { (layout: oncofield_tiff_layout) in
      layout.kind & UInt32(FILETYPE_REDUCEDIMAGE | FILETYPE_MASK) != 0
    }
    var pages = layouts.indices.filter { !isAside(layouts[$0]) }
    if pages.isEmpty { pages = [0] }
    let sizes = pages.map { PictureOrientation(layouts[$0].orientation).size(of: layouts[$0]) }
    let isStack = sizes.count > 1 && sizes.allSatisfy { $0 == sizes[0] }
    if !isStack { pages = [pages[0]] }
    try file.select(0)
    try TIFFSeries(description: file.description).check(pictures: isStack ? pages.count : 1)
    let shape = (isStack ? [pages.count] : []) + sizes[0]
    let count = try ArraySize.count(shape)
    var values: [Double] = []
    // What a damaged header announces is not taken at once.
    values.reserveCapacity(min(count, 1 << 20))
    var (samples, missing): (StoredArray.Samples?, String?)
    for index in pages {
      let page = try TIFFPage(file, index)
      guard samples == nil || samples == page.kind else {
        throw ArrayFileError("has pictures of different types of samples")
      }
      (samples, missing) = (page.kind, missing ?? page.missing)
      let orientation = PictureOrientation(layouts[index].orientation)
      values += orientation.upright(try page.values(), of: layouts[index])
    }
    var array = StoredArray(shape: shape, values: values)
    array.samples = samples ?? .numbers
    array.isInverted =
      layouts[pages[0]].bits == 1 && Int32(layouts[pages[0]].photometric) == PHOTOMETRIC_MINISWHITE
    if values.contains(where: \.isNaN) { array.missing = missing }
    return array
  }
}

/// How the rows and columns of a picture are stored: the tag Orientation, 1 to 8; anything else counts as 1.
struct PictureOrientation {
  /// Whether what is stored as rows are columns of the picture.
  let isTransposed: Bool
  /// Whether the rows of the picture are stored from the lowest, its columns from the right.
  let (reversesRows, reversesColumns): (Bool, Bool)

  init(_ tag: UInt16) {
    isTransposed = (5...8).contains(tag)
    reversesRows = [3, 4, 7, 8].contains(tag)
    reversesColumns = [2, 3, 6, 7].contains(tag)
  }

  /// Rows and columns of the upright picture.
  func size(of layout: oncofield_tiff_layout) -> [Int] {
    let stored = [Int(layout.height), Int(layout.width)]
    return isTransposed ? stored.reversed() : stored
  }

  /// The stored values as those of the upright picture, top row first.
  func upright(_ values: [Double], of layout: oncofield_tiff_layout) -> [Double] {
    guard isTransposed || reversesRows || reversesColumns else { return values }
    let (height, width) = (Int(layout.height), Int(layout.width))
    let size = self.size(of: layout)
    var upright: [Double] = []
    upright.reserveCapacity(values.count)
    for row in 0..<size[0] {
      for column in 0..<size[1] {
        // The place among the stored rows and columns.
        var (i, j) = isTransposed ? (column, row) : (row, column)
        if isTransposed ? reversesColumns : reversesRows { i = height - 1 - i }
        if isTransposed ? reversesRows : reversesColumns { j = width - 1 - j }
        upright.append(values[i * width + j])
      }
    }
    return upright
  }
}
