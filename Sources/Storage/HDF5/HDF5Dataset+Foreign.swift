import CHDF5

/// What must be known of a dataset that another program wrote before it is read.
extension HDF5Dataset {
  /// Whether the values are numbers, or named numbers such as the truth values of h5py.
  func holdsNumbers() throws(HDF5Error) -> Bool {
    let type = try HDF5Handle(H5Dget_type(handle.id), closing: H5Tclose)
    return [H5T_INTEGER, H5T_FLOAT, H5T_ENUM].contains(H5Tget_class(type.id))
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
