import CHDF5

/// What must be known of a dataset that another program wrote before it is read.
extension HDF5Dataset {
  /// Whether the values are numbers, or named numbers such as the truth values of h5py.
  func holdsNumbers() throws(HDF5Error) -> Bool {
    let type = try HDF5Handle(H5Dget_type(handle.id), closing: H5Tclose)
    return HDF5NumberType(type.id) != nil
  }

  /// The type of the numbers.
  ///
  /// - Throws: where the values are no real numbers.
  func numberType() throws(HDF5Error) -> HDF5NumberType {
    let type = try HDF5Handle(H5Dget_type(handle.id), closing: H5Tclose)
    if let numbers = HDF5NumberType(type.id) { return numbers }
    let what =
      switch H5Tget_class(type.id) {
      case H5T_STRING: "text"
      case H5T_COMPOUND: H5Tget_nmembers(type.id) == 2 ? "pairs of numbers (complex numbers?)" : "records"
      case H5T_BITFIELD, H5T_OPAQUE: "raw bytes"
      case H5T_ARRAY, H5T_VLEN: "arrays"
      default: "references"
      }
    throw HDF5Error(message: "whose values are not real numbers but \(what)")
  }

  /// The filter, by name, that the values have gone through and the library at hand lacks; nil if it has all of them.
  func missingFilter() throws(HDF5Error) -> String? {
    let list = try HDF5Handle(H5Dget_create_plist(handle.id), closing: H5Pclose)
    for index in 0..<(try HDF5Error.check(H5Pget_nfilters(list.id))) {
      var (flags, count): (UInt32, Int) = (0, 0)
      var name = [CChar](repeating: 0, count: 128)
      let filter = H5Pget_filter2(list.id, UInt32(index), &flags, &count, nil, name.count, &name, nil)
      if filter >= 0, H5Zfilter_avail(filter) > 0 { continue }
      H5Eclear2(hid_t(H5E_DEFAULT))
      let said = String(decoding: name.prefix { $0 != 0 }.map(UInt8.init(bitPattern:)), as: UTF8.self)
      return "\(HDF5Dataset.filterNames[filter] ?? (said.isEmpty ? "a filter" : said)) (filter \(filter))"
    }
    return nil
  }

  /// Filters that are often met, by their registered numbers.
  private static let filterNames: [H5Z_filter_t: String] = [
    4: "szip", 305: "LZO", 307: "bzip2", 32000: "LZF", 32001: "Blosc", 32004: "LZ4", 32008: "bitshuffle", 32013: "ZFP",
    32014: "fpzip", 32015: "Zstandard", 32017: "SZ", 32019: "JPEG", 32024: "SZ3", 32026: "Blosc2",
  ]

  /// The values of a block, as doubles.
  func readDoubles(start: [Int], count: [Int]) throws(HDF5Error) -> [Double] {
    let space = try HDF5Handle(H5Dget_space(handle.id), closing: H5Sclose)
    try space.select(start: start, count: count)
    let memory = try HDF5Handle.dataspace(count)
    // The bound on what a file of this size can hold is that of the whole dataset.
    var values = [Double](repeating: 0, count: min(try believableCount(), count.reduce(1, *)))
    try HDF5Error.check(
      H5Dread(handle.id, oncofield_h5_double(), memory.id, space.id, hid_t(H5P_DEFAULT), &values))
    return values
  }

  /// Whether the chunks of a chunked dataset have as many axes as the dataset; true for other layouts.
  func hasPieces(ofAxes count: Int) throws(HDF5Error) -> Bool {
    let list = try HDF5Handle(H5Dget_create_plist(handle.id), closing: H5Pclose)
    guard H5Pget_layout(list.id) == H5D_CHUNKED else { return true }
    var sizes = [hsize_t](repeating: 0, count: 32)
    return try HDF5Error.check(H5Pget_chunk(list.id, Int32(sizes.count), &sizes)) == count
  }

  /// Whether values lie in files of their own.
  func usesExternalFiles() throws(HDF5Error) -> Bool {
    let list = try HDF5Handle(H5Dget_create_plist(handle.id), closing: H5Pclose)
    return try HDF5Error.check(H5Pget_external_count(list.id)) > 0
  }

  /// The datasets that a view shows; none for a dataset with values of its own.
  func virtualSources() throws(HDF5Error) -> [(file: String, dataset: String)] {
    let list = try HDF5Handle(H5Dget_create_plist(handle.id), closing: H5Pclose)
    guard H5Pget_layout(list.id) == H5D_VIRTUAL else { return [] }
    var count = 0
    try HDF5Error.check(H5Pget_virtual_count(list.id, &count))
    var sources: [(file: String, dataset: String)] = []
    for index in 0..<count {
      let file = try HDF5Dataset.text { H5Pget_virtual_filename(list.id, index, $0, $1) }
      let dataset = try HDF5Dataset.text { H5Pget_virtual_dsetname(list.id, index, $0, $1) }
      sources.append((file, dataset))
    }
    return sources
  }

  /// A text that a function of the library writes, after it has told the length.
  private static func text(_ write: (UnsafeMutablePointer<CChar>?, Int) -> Int) throws(HDF5Error) -> String {
    let length = try HDF5Error.check(write(nil, 0))
    var bytes = [CChar](repeating: 0, count: length + 1)
    try HDF5Error.check(write(&bytes, bytes.count))
    return String(decoding: bytes.prefix { $0 != 0 }.map(UInt8.init(bitPattern:)), as: UTF8.self)
  }
}
