import CHDF5
import CHDF5Guard
import Glibc

/// An HDF5 file, in one of two formats.
final class HDF5File {
  let path: String
  let handle: HDF5Handle

  private static let prepared: Void = {
    // What does not know the property that is set below is asked like this, before it is first used.
    if oncofield_h5_knows_locking() == 0 { setenv("HDF5_USE_FILE_LOCKING", "FALSE", 0) }
    // Without this a library that failed to write crashes when the process exits.
    H5dont_atexit()
  }()

  private static func prepare() {
    prepared
    // Errors are thrown, not printed; the setting belongs to the thread.
    H5Eset_auto2(hid_t(H5E_DEFAULT), nil, nil)
  }

  /// What writes a file and what can read it.
  enum Format {
    /// That of library version 1.8, which most readers know that do without the library.
    case common
    /// That of library version 1.10, of which all metadata carry checksums.
    case checked

    fileprivate var version: H5F_libver_t { self == .common ? H5F_LIBVER_V18 : H5F_LIBVER_V110 }
  }

  private static func access(_ format: Format = .checked) throws(HDF5Error) -> HDF5Handle {
    prepare()
    let list = try HDF5Handle.propertyList(oncofield_h5_file_access())
    try HDF5Error.check(H5Pset_libver_bounds(list.id, format.version, H5F_LIBVER_V110))
    // Who may write is decided by the lock of the run directory. A lock for reading could keep the writer of a run from
    // its own file, and some file systems have none.
    try HDF5Error.check(oncofield_h5_without_locks(list.id))
    // All that was opened from the file is closed with it, and errors of closing come out.
    try HDF5Error.check(H5Pset_fclose_degree(list.id, H5F_CLOSE_STRONG))
    return list
  }

  /// Creates a file that must not be there.
  init(creating path: String, _ format: Format) throws(HDF5Error) {
    self.path = path
    let list = try HDF5File.access(format)
    let creation = try HDF5File.creation(oncofield_h5_file_creation())
    handle = try HDF5Handle(H5Fcreate(path, oncofield_h5_exclusive(), creation.id, list.id), closing: H5Fclose)
  }

  /// How files and groups are created: without the time of day, so that the same run gives the same bytes.
  private static func creation(_ kind: hid_t) throws(HDF5Error) -> HDF5Handle {
    let list = try HDF5Handle.propertyList(kind)
    try HDF5Error.check(H5Pset_obj_track_times(list.id, false))
    return list
  }

  /// Opens a file for reading.
  init(opening path: String) throws(HDF5Error) {
    self.path = path
    let list = try HDF5File.access()
    handle = try HDF5Handle(H5Fopen(path, oncofield_h5_read_only(), list.id), closing: H5Fclose)
  }

  /// Opens a file for changes, which happen together.
  init(changing transaction: HDF5Transaction) throws(HDF5Error) {
    path = transaction.path
    let list = try HDF5File.access(.common)
    try HDF5Error.check(hdf5_guard_set(list.id, transaction.hook))
    handle = try HDF5Handle(H5Fopen(path, oncofield_h5_read_write(), list.id), closing: H5Fclose)
  }

  func close() throws(HDF5Error) { try handle.close() }

  // MARK: Groups and links

  /// Creates a group, and those on the way to it that there are not.
  func createGroup(_ name: String) throws(HDF5Error) {
    let list = try HDF5File.creation(oncofield_h5_group_creation())
    var path = ""
    for part in name.split(separator: "/") {
      path += path.isEmpty ? String(part) : "/\(part)"
      let exists = try has(path)
      if exists, path != name { continue }
      let group = try HDF5Handle(
        H5Gcreate2(handle.id, path, hid_t(H5P_DEFAULT), list.id, hid_t(H5P_DEFAULT)), closing: H5Gclose)
      try group.close()
    }
  }

  func createSoftLink(_ name: String, to target: String) throws(HDF5Error) {
    try HDF5Error.check(H5Lcreate_soft(target, handle.id, name, hid_t(H5P_DEFAULT), hid_t(H5P_DEFAULT)))
  }

  /// A name for an object of another file, which is looked for in the directory of this one.
  func createExternalLink(_ name: String, file: String, to target: String) throws(HDF5Error) {
    try HDF5Error.check(
      H5Lcreate_external(file, target, handle.id, name, hid_t(H5P_DEFAULT), hid_t(H5P_DEFAULT)))
  }

  func remove(_ name: String) throws(HDF5Error) {
    try HDF5Error.check(H5Ldelete(handle.id, name, hid_t(H5P_DEFAULT)))
  }

  /// Whether there is a link of this name; every group on the way must exist.
  func has(_ name: String) throws(HDF5Error) -> Bool {
    try HDF5Error.check(H5Lexists(handle.id, name, hid_t(H5P_DEFAULT))) > 0
  }

  /// Whether a name belongs to an object of this file itself, and leads to no other name or file.
  func isHardLink(_ name: String) throws(HDF5Error) -> Bool {
    var information = H5L_info_t()
    try HDF5Error.check(H5Lget_info(handle.id, name, &information, hid_t(H5P_DEFAULT)))
    return information.type == H5L_TYPE_HARD
  }

  // MARK: Attributes

  func setAttribute(_ name: String, of object: String = "/", to text: String) throws(HDF5Error) {
    let bytes = Array(text.utf8)
    try writeAttribute(name, object, HDF5Handle.text(bytes), shape: [], bytes.isEmpty ? [0] : bytes)
  }

  func setAttribute(_ name: String, of object: String = "/", to number: Double) throws(HDF5Error) {
    try writeAttribute(name, object, nil, shape: [], [number])
  }

  func setAttribute(_ name: String, of object: String = "/", to numbers: [Double]) throws(HDF5Error) {
    try writeAttribute(name, object, nil, shape: [numbers.count], numbers)
  }

  func setAttribute(_ name: String, of object: String = "/", to number: Int) throws(HDF5Error) {
    try writeAttribute(name, object, nil, shape: [], [Int64(number)])
  }

  func setAttribute(_ name: String, of object: String = "/", to numbers: [Int]) throws(HDF5Error) {
    try writeAttribute(name, object, nil, shape: [numbers.count], numbers.map(Int64.init))
  }

  private func writeAttribute<Value: BitwiseCopyable>(
    _ name: String, _ object: String, _ text: HDF5Handle?, shape: [Int], _ values: [Value]
  ) throws(HDF5Error) {
    let type = text?.id ?? (Value.self == Double.self ? oncofield_h5_double() : oncofield_h5_int64())
    let target = try HDF5Handle(H5Oopen(handle.id, object, hid_t(H5P_DEFAULT)), closing: H5Oclose)
    if try HDF5Error.check(H5Aexists(target.id, name)) > 0 { try HDF5Error.check(H5Adelete(target.id, name)) }
    let space = try HDF5Handle.dataspace(shape)
    let attribute = try HDF5Handle(
      H5Acreate2(target.id, name, type, space.id, hid_t(H5P_DEFAULT), hid_t(H5P_DEFAULT)), closing: H5Aclose)
    try HDF5Error.check(H5Awrite(attribute.id, type, values))
    try attribute.close()
  }

  /// A text attribute of fixed length, or nil if there is none.
  func textAttribute(_ name: String, of object: String = "/") throws(HDF5Error) -> String? {
    guard try HDF5Error.check(H5Aexists_by_name(handle.id, object, name, hid_t(H5P_DEFAULT))) > 0 else { return nil }
    let attribute = try HDF5Handle(
      H5Aopen_by_name(handle.id, object, name, hid_t(H5P_DEFAULT), hid_t(H5P_DEFAULT)), closing: H5Aclose)
    let type = try HDF5Handle(H5Aget_type(attribute.id), closing: H5Tclose)
    let size = H5Tget_size(type.id)
    guard H5Tget_class(type.id) == H5T_STRING, H5Tis_variable_str(type.id) == 0, size < 1 << 20 else { return nil }
    var bytes = [UInt8](repeating: 0, count: size)
    try HDF5Error.check(H5Aread(attribute.id, type.id, &bytes))
    return String(decoding: bytes.prefix { $0 != 0 }, as: UTF8.self)
  }

  // MARK: Datasets

  func createDataset(
    _ name: String, type: HDF5Dataset.Element, shape: [Int], isGrowing: Bool = false, chunk: [Int]? = nil
  ) throws(HDF5Error) -> HDF5Dataset {
    let list = try HDF5Handle.propertyList(oncofield_h5_dataset_creation())
    if let chunk {
      try HDF5Error.check(H5Pset_chunk(list.id, Int32(chunk.count), chunk.map { hsize_t($0) }))
      try HDF5Error.check(H5Pset_fletcher32(list.id))
    }
    try HDF5Error.check(H5Pset_obj_track_times(list.id, false))
    // Readers who do not find a frame, in the moment in which it is added, must not take it for zeros.
    if isGrowing, type == .double { try HDF5Error.check(H5Pset_fill_value(list.id, type.id, [Double.nan])) }
    let limits = isGrowing ? [oncofield_h5_unlimited()] + shape.dropFirst().map { hsize_t($0) } : nil
    let space = try HDF5Handle.dataspace(shape, limits: limits)
    return HDF5Dataset(
      try HDF5Handle(
        H5Dcreate2(handle.id, name, type.id, space.id, hid_t(H5P_DEFAULT), list.id, hid_t(H5P_DEFAULT)),
        closing: H5Dclose))
  }

  func openDataset(_ name: String) throws(HDF5Error) -> HDF5Dataset {
    HDF5Dataset(try HDF5Handle(H5Dopen2(handle.id, name, hid_t(H5P_DEFAULT)), closing: H5Dclose))
  }

  func writeText(_ text: String, to name: String) throws(HDF5Error) {
    let bytes = Array(text.utf8)
    let type = try HDF5Handle.text(bytes)
    let space = try HDF5Handle.dataspace([])
    let list = try HDF5Handle.propertyList(oncofield_h5_dataset_creation())
    try HDF5Error.check(H5Pset_obj_track_times(list.id, false))
    let dataset = try HDF5Handle(
      H5Dcreate2(handle.id, name, type.id, space.id, hid_t(H5P_DEFAULT), list.id, hid_t(H5P_DEFAULT)), closing: H5Dclose
    )
    try HDF5Error.check(
      H5Dwrite(dataset.id, type.id, hid_t(H5S_ALL), hid_t(H5S_ALL), hid_t(H5P_DEFAULT), bytes.isEmpty ? [0] : bytes))
    try dataset.close()
  }
}

extension HDF5File {
  /// The names in a group, sorted.
  func names(in group: String) throws(HDF5Error) -> [String] {
    let group = try HDF5Handle(H5Gopen2(handle.id, group, hid_t(H5P_DEFAULT)), closing: H5Gclose)
    var names: [String] = []
    try withUnsafeMutablePointer(to: &names) { names throws(HDF5Error) in
      var index: hsize_t = 0
      try HDF5Error.check(
        H5Literate(
          group.id, H5_INDEX_NAME, H5_ITER_INC, &index,
          { _, name, _, context in
            if let name, let context {
              context.assumingMemoryBound(to: [String].self).pointee.append(String(cString: name))
            }
            return 0
          }, names))
    }
    return names
  }
}
