import CHDF5

/// Something open in the HDF5 library, closed at the latest when it is no longer referenced.
final class HDF5Handle {
  let id: hid_t
  private let closing: (hid_t) -> herr_t
  private var isOpen = true

  init(_ id: hid_t, closing: @escaping (hid_t) -> herr_t) throws(HDF5Error) {
    self.id = try HDF5Error.check(id)
    self.closing = closing
  }

  /// Closes; a failure here can mean that data did not reach the file.
  func close() throws(HDF5Error) {
    guard isOpen else { return }
    isOpen = false
    try HDF5Error.check(closing(id))
  }

  deinit {
    if isOpen { _ = closing(id) }
  }

  static func dataspace(_ shape: [Int], limits: [hsize_t]? = nil) throws(HDF5Error) -> HDF5Handle {
    let dimensions = shape.map { hsize_t($0) }
    if shape.isEmpty { return try HDF5Handle(H5Screate(H5S_SCALAR), closing: H5Sclose) }
    return try HDF5Handle(H5Screate_simple(Int32(shape.count), dimensions, limits), closing: H5Sclose)
  }

  /// The type of a text of so many bytes, in UTF-8 if it is more than ASCII.
  static func text(_ bytes: [UInt8]) throws(HDF5Error) -> HDF5Handle {
    let type = try HDF5Handle(H5Tcopy(oncofield_h5_c_string()), closing: H5Tclose)
    try HDF5Error.check(H5Tset_size(type.id, max(bytes.count, 1)))
    try HDF5Error.check(H5Tset_cset(type.id, bytes.allSatisfy { $0 < 128 } ? H5T_CSET_ASCII : H5T_CSET_UTF8))
    return type
  }

  static func propertyList(_ kind: hid_t) throws(HDF5Error) -> HDF5Handle {
    try HDF5Handle(H5Pcreate(kind), closing: H5Pclose)
  }

  /// Selects a box of a dataspace.
  func select(start: [Int], count: [Int]) throws(HDF5Error) {
    let (first, counts) = (start.map { hsize_t($0) }, count.map { hsize_t($0) })
    try HDF5Error.check(H5Sselect_hyperslab(id, H5S_SELECT_SET, first, nil, counts, nil))
  }
}
