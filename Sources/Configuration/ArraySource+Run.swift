import ArrayFiles
import Documents
import Fields
import Storage

/// The fields of another run.
extension ArraySource {
  /// A field at a time of another run, NaN outside its tissue.
  func frame(of series: FieldFile, _ target: Target) throws(Diagnostics) -> StoredArray {
    guard let name = field ?? series.fields.first, series.fields.contains(name) else {
      throw problem(
        "has no field \"\(field ?? "")\"", remedy: "its fields: " + series.fields.joined(separator: ", "))
    }
    for (axis, positions) in zip(target.grid.axes, series.coordinates) {
      let spacing = positions.count > 1 ? positions[1] - positions[0] : axis.length
      let low = positions[0] - 0.5 * spacing
      try checkExtent(
        (low, low + spacing * Double(positions.count)), axis, tolerance: 1e-6 * axis.length)
    }
    do {
      let units = try series.units(of: name)
      if let unit = units.length, let axis = target.grid.axes.first {
        try checkLengthUnit(unit, along: axis.name, target.lengthUnit)
      }
      try checkUnit(units.field, target)
      var values = try series.values(name, frame: try index(in: series))
      if series.isCheckpoint, let tissue = try ArraySource.tissue(ofCheckpoint: series.path) {
        for (index, inside) in tissue.enumerated() where inside == 0 { values[index] = .nan }
      }
      return StoredArray(shape: series.shape, values: values)
    } catch let error as StorageError {
      throw problem(error.problem)
    } catch let found as Diagnostics {
      throw found
    } catch {
      throw problem("cannot be read: \(error)")
    }
  }

  /// Of a checkpoint, where fields are 0 outside the tissue, the points inside it; nil if all of its grid is tissue.
  private static func tissue(ofCheckpoint path: String) throws -> [Double]? {
    let checkpoint = try CheckpointFile.verified(path).get()
    if let entry = checkpoint.header.fields(of: RunSession.tissueGroup).first {
      let tissue = try checkpoint.allocate()
      try checkpoint.read(entry, into: tissue, field: 0)
      return tissue.values(0)
    }
    guard let text = checkpoint.header.texts[CheckpointText.runFile] else { return nil }
    let configuration = try RunConfiguration(SourceText(name: path, text: text))
    return try configuration.mask?.volumes(of: configuration, pool: WorkerPool(threads: 1)).indicator().values(0)
  }

  private func index(in series: FieldFile) throws(StorageError) -> Int {
    guard let time else {
      guard series.frameCount > 0 else { throw StorageError(path, "has no frame yet") }
      return series.frameCount - 1
    }
    for index in 0..<series.frameCount where abs(try series.time(index) - time) <= 1e-9 * max(1, abs(time)) {
      return index
    }
    throw StorageError(path, "has no frame at t = \(JSONText.text(time))")
  }
}
