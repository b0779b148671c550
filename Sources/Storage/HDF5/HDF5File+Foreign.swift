import CHDF5

/// Access to files that others wrote, within the bounds of the file.
extension HDF5File {
  /// How many datasets are looked at.
  private static let datasetLimit = 10000

  /// The names of the datasets of 1 to 3 axes that hold numbers, each once.
  func arrayNames() throws(HDF5Error) -> [String] {
    try datasetNames().filter { name in
      guard let dataset = try? openOwnDataset(name), let shape = try? dataset.shape(), (1...3).contains(shape.count)
      else { return false }
      return (try? dataset.holdsNumbers()) == true
    }
  }

  /// The names of all datasets that belong to the file, as far as they can be reached without leaving it.
  private func datasetNames() throws(HDF5Error) -> [String] {
    var names: [String] = []
    _ = try withUnsafeMutablePointer(to: &names) { names throws(HDF5Error) in
      try HDF5Error.check(
        H5Ovisit2(
          handle.id, H5_INDEX_NAME, H5_ITER_INC,
          { _, name, information, context in
            guard let name, let information, let context, information.pointee.type == H5O_TYPE_DATASET else { return 0 }
            let names = context.assumingMemoryBound(to: [String].self)
            names.pointee.append(String(cString: name))
            return names.pointee.count < HDF5File.datasetLimit ? 0 : 1
          }, names, oncofield_h5_basic_information()))
    }
    return names
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
