import Storage

/// Reads arrays from files that other programs wrote.
///
/// The first bytes of a file tell its kind. NPY and HDF5 (netCDF-4 among it) come as they are stored, index 0 being the
/// lowest coordinate, unless the file describes its dimensions; `StoredArray.oriented` then puts them in order. Pictures
/// (PNG, TIFF) come with their bottom row first, because the y axis of a grid points upwards; how the rows and columns of
/// a TIFF picture are stored is told by its tag Orientation. Whole numbers of pictures without sign are divided by the
/// largest that they can be, so that black is 0 and white is 1; all others are taken as they are.
package enum ArrayFile {
  /// Reads the array of a file.
  ///
  /// - Parameters:
  ///   - dataset: the name of the dataset in an HDF5 file; not needed if there is only one.
  ///   - time: the time that is meant, if the dataset has a dimension of time.
  ///   - allowsMissing: whether there may be points without a value, which are NaN.
  package static func read(
    _ path: String, dataset: String? = nil, time: Double? = nil, allowsMissing: Bool = false
  ) throws(ArrayFileError) -> StoredArray {
    let file = try SourceFile(path)
    guard let kind = ArrayFileKind(file) else {
      if let known = UnreadFileKind.all.first(where: { file.has($0.start) }) {
        throw ArrayFileError("is \(known.name), which is not read; \(known.remedy)")
      }
      throw ArrayFileError("is of no kind that can be read: NPY, PNG, TIFF or HDF5")
    }
    if let dataset, kind != .hdf5 {
      throw ArrayFileError(
        "is \(kind.name) and has no dataset \"\(dataset)\": only HDF5 files have datasets with names")
    }
    if time != nil, kind != .hdf5 { throw ArrayFileError("is \(kind.name) and has no times") }
    let array =
      switch kind {
      case .npy: try NPYFile(file.bytes()).array()
      case .png: try PNGImage(file.bytes()).array()
      case .tiff: try TIFFImage.array(file.bytes())
      case .hdf5: try numbers(path, dataset, time)
      }
    if !allowsMissing, let mark = array.missing { throw ArrayFileError("has points without a value (\(mark))") }
    try array.checkFinite(allowsMissing: allowsMissing)
    return kind.isPicture ? array.bottomRowFirst() : array
  }

  private static func numbers(_ path: String, _ dataset: String?, _ time: Double?) throws(ArrayFileError) -> StoredArray
  {
    do throws(StorageError) {
      let numbers = try HDF5Numbers(path, dataset: dataset, time: time, limit: ArraySize.limit)
      var array = StoredArray(shape: numbers.shape, values: numbers.values)
      (array.dimensions, array.unit, array.missing) = (numbers.dimensions, numbers.unit, numbers.missing)
      return array
    } catch {
      throw ArrayFileError(error.problem)
    }
  }
}
