import Storage

/// Reads arrays from files that other programs wrote.
///
/// The first bytes of a file tell its kind. NPY and HDF5 come as they are stored: index 0 is the lowest coordinate.
/// Pictures (PNG, TIFF) are stored from their top row downwards and come with their bottom row first, because the y axis
/// of a grid points upwards. Whole numbers of pictures without sign are divided by the largest that they can be, so that
/// black is 0 and white is 1.
package enum ArrayFile {
  /// Reads the array of a file.
  ///
  /// - Parameter dataset: the name of the dataset in an HDF5 file; not needed if there is only one.
  package static func read(_ path: String, dataset: String? = nil) throws(ArrayFileError) -> StoredArray {
    let file = try SourceFile(path)
    guard let kind = ArrayFileKind(file) else {
      throw ArrayFileError("is of no kind that can be read: NPY, PNG, TIFF or HDF5")
    }
    if let dataset, kind != .hdf5 {
      throw ArrayFileError(
        "is \(kind.name) and has no dataset \"\(dataset)\": only HDF5 files have datasets with names")
    }
    let array =
      switch kind {
      case .npy: try NPYFile(file.bytes()).array()
      case .png: try PNGImage(file.bytes()).array()
      case .tiff: try TIFFImage.array(file.bytes())
      case .hdf5: try numbers(path, dataset)
      }
    try array.checkFinite()
    return kind.isPicture ? array.bottomRowFirst() : array
  }

  private static func numbers(_ path: String, _ dataset: String?) throws(ArrayFileError) -> StoredArray {
    do throws(StorageError) {
      let numbers = try HDF5Numbers(path, dataset: dataset, limit: ArraySize.limit)
      return StoredArray(shape: numbers.shape, values: numbers.values)
    } catch {
      throw ArrayFileError(error.problem)
    }
  }
}
