import CHDF5
import Fields

/// A dataset of numbers, or one text.
final class HDF5Dataset {
  enum Element {
    case double, int64

    var id: hid_t {
      switch self {
      case .double: oncofield_h5_double()
      case .int64: oncofield_h5_int64()
      }
    }
  }

  let handle: HDF5Handle

  init(_ handle: HDF5Handle) { self.handle = handle }

  func close() throws(HDF5Error) { try handle.close() }

  func shape() throws(HDF5Error) -> [Int] {
    let space = try HDF5Handle(H5Dget_space(handle.id), closing: H5Sclose)
    let rank = try HDF5Error.check(H5Sget_simple_extent_ndims(space.id))
    var dimensions = [hsize_t](repeating: 0, count: Int(rank))
    try HDF5Error.check(H5Sget_simple_extent_dims(space.id, &dimensions, nil))
    return dimensions.map { Int(clamping: $0) }
  }

  /// Whether the values lie in this file itself, as doubles, without filters other than the checksum.
  func isPlainDoubles() throws(HDF5Error) -> Bool {
    let type = try HDF5Handle(H5Dget_type(handle.id), closing: H5Tclose)
    guard H5Tequal(type.id, oncofield_h5_double()) > 0 else { return false }
    return try isPlain()
  }

  private func isPlain() throws(HDF5Error) -> Bool {
    let list = try HDF5Handle(H5Dget_create_plist(handle.id), closing: H5Pclose)
    let layout = H5Pget_layout(list.id)
    let filters = try HDF5Error.check(H5Pget_nfilters(list.id))
    for index in 0..<filters {
      var (flags, count): (UInt32, Int) = (0, 0)
      guard H5Pget_filter2(list.id, UInt32(index), &flags, &count, nil, 0, nil, nil) == H5Z_FILTER_FLETCHER32 else {
        return false
      }
    }
    return H5Pget_external_count(list.id) == 0 && layout != H5D_VIRTUAL
  }

  // MARK: Small arrays

  func write(_ values: [Double]) throws(HDF5Error) {
    try HDF5Error.check(
      H5Dwrite(handle.id, oncofield_h5_double(), hid_t(H5S_ALL), hid_t(H5S_ALL), hid_t(H5P_DEFAULT), values))
  }

  func readDoubles() throws(HDF5Error) -> [Double] {
    var values = [Double](repeating: 0, count: try believableCount())
    try HDF5Error.check(
      H5Dread(handle.id, oncofield_h5_double(), hid_t(H5S_ALL), hid_t(H5S_ALL), hid_t(H5P_DEFAULT), &values))
    return values
  }

  /// The number of values, if a file of this size can hold so many: at most so much is a file smaller than its values.
  func believableCount() throws(HDF5Error) -> Int {
    let file = try HDF5Handle(H5Iget_file_id(handle.id), closing: H5Fclose)
    var bytes: hsize_t = 0
    try HDF5Error.check(H5Fget_filesize(file.id, &bytes))
    var count = 1
    for length in try shape() {
      let (product, overflow) = count.multipliedReportingOverflow(by: length)
      guard !overflow, Double(product) * 8 <= HDF5Dataset.largestCompression * Double(bytes) else {
        let text = try shape().map(String.init).joined(separator: " × ")
        throw HDF5Error(message: "\(text) values are more than a file of \(bytes) bytes can hold")
      }
      count = product
    }
    return count
  }

  /// Somewhat more than that of zlib.
  private static let largestCompression = 1100.0

  /// A text of fixed length of at most `limit` bytes, or nil if it is none.
  func readText(limit: Int) throws(HDF5Error) -> String? {
    let type = try HDF5Handle(H5Dget_type(handle.id), closing: H5Tclose)
    let size = H5Tget_size(type.id)
    guard H5Tget_class(type.id) == H5T_STRING, H5Tis_variable_str(type.id) == 0, size <= limit, try shape() == [],
      try isPlain()
    else { return nil }
    var bytes = [UInt8](repeating: 0, count: size)
    try HDF5Error.check(H5Dread(handle.id, type.id, hid_t(H5S_ALL), hid_t(H5S_ALL), hid_t(H5P_DEFAULT), &bytes))
    return String(decoding: bytes.prefix { $0 != 0 }, as: UTF8.self)
  }

  // MARK: Growing

  func setLength(_ length: Int) throws(HDF5Error) {
    var dimensions = try shape().map { hsize_t($0) }
    dimensions[0] = hsize_t(length)
    try HDF5Error.check(H5Dset_extent(handle.id, dimensions))
  }

  /// Writes one number of a one-dimensional dataset.
  func write(_ value: Double, at index: Int) throws(HDF5Error) {
    try writeOne([value], .double, at: index)
  }

  func write(_ value: Int, at index: Int) throws(HDF5Error) {
    try writeOne([Int64(value)], .int64, at: index)
  }

  private func writeOne<Value: BitwiseCopyable>(_ value: [Value], _ type: Element, at index: Int) throws(HDF5Error) {
    let space = try HDF5Handle(H5Dget_space(handle.id), closing: H5Sclose)
    try space.select(start: [index], count: [1])
    let memory = try HDF5Handle.dataspace([1])
    try HDF5Error.check(H5Dwrite(handle.id, type.id, memory.id, space.id, hid_t(H5P_DEFAULT), value))
  }

  // MARK: Fields

  /// Writes a field, straight from its rows, as the whole dataset or as one frame of it.
  func write(_ set: FieldSet, field: Int, frame: Int? = nil) throws(HDF5Error) {
    let (memory, space) = try selections(set.grid, frame)
    try HDF5Error.check(
      H5Dwrite(handle.id, oncofield_h5_double(), memory.id, space.id, hid_t(H5P_DEFAULT), set.pointer(field)))
  }

  /// Reads a field, straight into its rows.
  func read(into set: FieldSet, field: Int, frame: Int? = nil) throws(HDF5Error) {
    let (memory, space) = try selections(set.grid, frame)
    try HDF5Error.check(
      H5Dread(handle.id, oncofield_h5_double(), memory.id, space.id, hid_t(H5P_DEFAULT), set.pointer(field)))
  }

  /// The rows of a field in memory, which are padded, and its values in the file.
  private func selections(_ grid: Grid, _ frame: Int?) throws(HDF5Error) -> (memory: HDF5Handle, file: HDF5Handle) {
    let memory = try HDF5Handle.dataspace([grid.rowCount, grid.rowStride])
    try memory.select(start: [0, 0], count: [grid.rowCount, grid.rowLength])
    let space = try HDF5Handle(H5Dget_space(handle.id), closing: H5Sclose)
    let shape = grid.storageShape
    if let frame { try space.select(start: [frame] + shape.map { _ in 0 }, count: [1] + shape) }
    return (memory, space)
  }

  // MARK: Dimension scales

  func becomeScale(_ name: String) throws(HDF5Error) { try HDF5Error.check(H5DSset_scale(handle.id, name)) }

  func attach(_ scale: HDF5Dataset, dimension: Int) throws(HDF5Error) {
    try HDF5Error.check(H5DSattach_scale(handle.id, scale.handle.id, UInt32(dimension)))
  }
}

extension Grid {
  /// Points along the axes in the order of files: `[z][y][x]`.
  var storageShape: [Int] { axes.reversed().map(\.points) }
}
