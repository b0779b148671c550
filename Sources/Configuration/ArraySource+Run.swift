import ArrayFiles
import Documents
import Fields
import Storage

/// The fields of another run.
extension ArraySource {
  /// A field at a time of another run, NaN outside its tissue.
  func frame(of series: FieldFile, _ target: Target) throws(Diagnostics) -> StoredArray {
    guard let name = seriesField(series) ?? field ?? series.fields.first, series.fields.contains(name) else {
      throw problem(
        "has no field \"\(field ?? "")\"", remedy: "its fields: " + series.fields.joined(separator: ", "))
    }
    let wanted = target.grid.axes[0].geometry
    // Of a radius in an older file it is not known of what.
    guard series.geometry == wanted || series.geometry == nil && wanted != .cartesian else {
      throw problem(
        "is of a run whose first axis is \(series.geometry?.rawValue ?? "a radius"), but the domain is \(wanted.rawValue)"
      )
    }
    do {
      let frame = try index(in: series)
      for (axis, positions) in zip(target.grid.axes, series.coordinates(ofFrame: frame)) {
        let spacing = positions.count > 1 ? positions[1] - positions[0] : axis.length
        let side = positions[0] - 0.5 * spacing
        // A rest by rounding is none.
        let low = abs(side) < 1e-9 * spacing ? 0 : side
        try checkExtent(
          (low, low + spacing * Double(positions.count)), axis, tolerance: 1e-6 * axis.length)
      }
      let units = try series.units(of: name)
      if let unit = units.length, let axis = target.grid.axes.first {
        try checkLengthUnit(unit, along: axis.name, target.lengthUnit)
      }
      try checkUnit(units.field, target)
      var values = try series.values(name, frame: frame)
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

  /// The field that `dataset` names in the series of a run with a free boundary, whose positions are those of the frame.
  func seriesField(_ series: FieldFile) -> String? {
    guard series.hasFreeBoundary, !series.isCheckpoint, time != nil || series.frameCount == 1 else { return nil }
    let names = dataset?.split(separator: "/").map(String.init) ?? []
    guard let name = names.last, names.count == 1 || names.dropLast() == ["VTKHDF", "CellData"] else { return nil }
    return series.fields.contains(name) ? name : nil
  }

  /// Of a checkpoint, where fields are 0 outside the tissue, the points inside it; nil if all of its grid is tissue.
  private static func tissue(ofCheckpoint path: String) throws -> [Double]? {
    let checkpoint = try CheckpointFile.verified(path).get()
    if let entry = checkpoint.header.fields(of: CheckpointFile.tissueGroup).first {
      let tissue = try checkpoint.allocate()
      try checkpoint.read(entry, into: tissue, field: 0)
      return tissue.values(0)
    }
    guard let text = checkpoint.header.texts[CheckpointText.runFile] else { return nil }
    let configuration = try RunConfiguration(SourceText(name: path, text: text))
    // They concern that run.
    var warnings = Diagnostics()
    return try configuration.mask?.volumes(of: configuration, pool: WorkerPool(threads: 1), &warnings).indicator()
      .values(0)
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
