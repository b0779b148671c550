import CHDF5
import Glibc

/// Access to files that others wrote, within the bounds of the file.
extension HDF5File {
  /// What has been met on the way through the groups of a file.
  private struct Visit {
    var names: [String] = []
    var objects = 0
    var isTooDeep = false

    /// How many datasets are looked at, and how many groups and other things on the way to them.
    private static let (datasetLimit, objectLimit) = (10_000, 100_000)
    /// The depth of nested groups that is followed.
    private static let depthLimit = 64

    /// Whether to go on.
    mutating func meet(_ name: UnsafePointer<CChar>, isDataset: Bool) -> Bool {
      objects += 1
      if isDataset { names.append(String(cString: name)) }
      let depth = UnsafeBufferPointer(start: name, count: strlen(name)).count { $0 == CChar(UInt8(ascii: "/")) }
      isTooDeep = depth > Visit.depthLimit
      return !isTooDeep && names.count < Visit.datasetLimit && objects < Visit.objectLimit
    }
  }

  /// The names of the arrays of numbers, each once, without those that only describe others: positions along
  /// dimensions, and what attributes of CF name as such.
  ///
  /// Where all of them describe others they are all named.
  func arrayNames() throws(HDF5Error) -> [String] {
    let names = try datasetNames().filter { name in
      guard let dataset = try? openOwnDataset(name), let shape = try? dataset.shape(), !shape.isEmpty else {
        return false
      }
      return (try? dataset.holdsNumbers()) == true
    }
    guard names.count > 1 else { return names }
    var describing: Set<String> = []
    for name in names {
      guard let dataset = try? openOwnDataset(name) else { continue }
      if (try? dataset.isScale()) == true { describing.insert(name) }
      for attribute in HDF5File.describingAttributes {
        let words = (try? dataset.attribute(attribute)?.text)?.split(separator: " ") ?? []
        describing.formUnion(words.map { HDF5File.sibling(of: name, String($0)) })
      }
    }
    let others = names.filter { !describing.contains($0) }
    return others.isEmpty ? names : others
  }

  /// Attributes of CF whose texts name variables that describe the one that has them.
  private static let describingAttributes = [
    "ancillary_variables", "bounds", "cell_measures", "climatology", "coordinates", "formula_terms", "grid_mapping",
  ]

  /// Whether the netCDF library, or one that writes its format, wrote the file.
  func isNetCDF(_ dataset: HDF5Dataset) throws(HDF5Error) -> Bool {
    if try HDF5Error.check(H5Aexists_by_name(handle.id, "/", "_NCProperties", hid_t(H5P_DEFAULT))) > 0 { return true }
    for name in ["DIMENSION_LIST", "_Netcdf4Dimid", "_Netcdf4Coordinates"]
    where try HDF5Error.check(H5Aexists(dataset.handle.id, name)) > 0 { return true }
    return false
  }

  /// The names of all datasets that belong to the file, as far as they can be reached without leaving it.
  private func datasetNames() throws(HDF5Error) -> [String] {
    var visit = Visit()
    _ = try withUnsafeMutablePointer(to: &visit) { visit throws(HDF5Error) in
      try HDF5Error.check(
        H5Ovisit2(
          handle.id, H5_INDEX_NAME, H5_ITER_INC,
          { _, name, information, context in
            guard let name, let information, let context else { return 0 }
            let visit = context.assumingMemoryBound(to: Visit.self)
            return visit.pointee.meet(name, isDataset: information.pointee.type == H5O_TYPE_DATASET) ? 0 : 1
          }, visit, oncofield_h5_basic_information()))
    }
    guard !visit.isTooDeep else { throw HDF5Error(message: "its groups are nested more than 64 deep") }
    return visit.names
  }

  /// Opens a dataset without following links into other files.
  func openOwnDataset(_ name: String) throws(HDF5Error) -> HDF5Dataset {
    let list = try HDF5Handle.propertyList(oncofield_h5_dataset_access())
    try HDF5Error.check(H5Pset_elink_cb(list.id, { _, _, _, _, _, _, _ in -1 }, nil))
    return HDF5Dataset(try HDF5Handle(H5Dopen2(handle.id, name, list.id), closing: H5Dclose))
  }

  /// Whether the values of a dataset lie in this file; those of a view do if the datasets that it shows do.
  func keepsValues(of dataset: HDF5Dataset) throws(HDF5Error) -> Bool {
    guard try !dataset.usesExternalFiles() else { return false }
    for source in try dataset.virtualSources() {
      // A name with a percent sign stands for many.
      guard source.file == ".", !source.dataset.contains("%"), let shown = try? openOwnDataset(source.dataset),
        try !shown.usesExternalFiles(), try shown.virtualSources().isEmpty
      else { return false }
    }
    return true
  }
}
