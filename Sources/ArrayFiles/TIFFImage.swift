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
    let sizes = pages.map { layouts[$0].uprightSize }
    let isStack = sizes.count > 1 && sizes.allSatisfy { $0 == sizes[0] }
    if !isStack { pages = [pages[0]] }
    try file.select(0)
    try TIFFSeries(description: file.description).check(pictures: isStack ? pages.count : 1)
    let isOfTifffile = file.software.hasPrefix("tifffile") || file.description.hasPrefix("{\"shape\": [")
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
      let orientation = try PictureOrientation([
        ("its tag Orientation", layouts[index].orientation),
        ("its XMP metadata", PictureMetadata.orientation(xmp: file.xmp)),
      ])
      let (height, width) = (Int(layouts[index].height), Int(layouts[index].width))
      values += orientation.upright(try page.values(), height: height, width: width)
    }
    var array = StoredArray(shape: shape, values: values)
    array.samples = samples ?? .numbers
    array.isInverted = pages.contains {
      layouts[$0].bits == 1 && Int32(layouts[$0].photometric) == PHOTOMETRIC_MINISWHITE
    }
    array.isOfTruthValues = array.isInverted && isOfTifffile
    if values.contains(where: \.isNaN) { array.missing = missing }
    return array
  }
}

extension oncofield_tiff_layout {
  /// Rows and columns of the upright picture.
  fileprivate var uprightSize: [Int] {
    PictureOrientation(orientation).size(height: Int(height), width: Int(width))
  }
}
