import Fields
import Foundation

/// Stored fields for reading: the series of a run, or a checkpoint, through one view.
package struct FieldFile {
  package let path: String
  package let fields: [String]
  /// Shape of one field, `[z][y][x]`.
  package let shape: [Int]
  /// Positions along the axes, x first; where a boundary is free, those at the start of the run.
  package let coordinates: [[Double]]
  /// The position of the free boundary in each frame; nil if there is none.
  private let edges: [Double]?
  /// What the first axis measures; nil for a radius of which an older file does not tell it.
  package let geometry: Axis.Geometry?
  package let times: [Double]
  package let isCheckpoint: Bool
  /// Whether all values have been read in a copy of the process.
  private var isRehearsed = false

  /// Has the names of the fields of a series.
  private static let fieldGroup = "VTKHDF/CellData"

  /// Opens a run directory, a `fields.h5` or a checkpoint.
  package init(_ path: String) throws(StorageError) {
    var isDirectory: ObjCBool = false
    let exists = FileManager.default.fileExists(atPath: path, isDirectory: &isDirectory)
    guard exists else { throw StorageError(path, "does not exist") }
    try self.init(file: isDirectory.boolValue ? RunDirectory(path).path(.fields) : path)
  }

  private init(file path: String) throws(StorageError) {
    self = try rehearsed(path) { () throws(StorageError) in try FieldFile(reading: path) }
  }

  private init(reading path: String) throws(StorageError) {
    self.path = path
    try FileFormat.requireKnown(path)
    let (stored, storedEdges): ([[Double]], [Double]?)
    do throws(HDF5Error) {
      let file = try HDF5File(opening: path)
      // A field of a series may be called "manifest".
      let (hasManifest, isSeries) = (try file.has("manifest"), try file.has("VTKHDF"))
      isCheckpoint = hasManifest && !isSeries
      // A field may have the name of an axis that its domain lacks.
      let others = isCheckpoint ? [] : try file.names(in: FieldFile.fieldGroup)
      var (coordinates, isRadial) = ([[Double]](), false)
      for axis in ["r", "x", "y", "z"] where !others.contains(axis) {
        guard try file.has(axis) else { continue }
        coordinates.append(try file.openDataset(axis).readDoubles())
        if axis == "r" { isRadial = true }
      }
      geometry =
        isRadial
        ? try file.textAttribute(CoordinateScales.geometry, of: "r").flatMap(Axis.Geometry.init) : .cartesian
      stored = coordinates
      let hasEdge = try file.has(FieldSeriesLayout.edge)
      storedEdges =
        hasEdge && !isCheckpoint && !others.contains(FieldSeriesLayout.edge)
        ? try file.openDataset(FieldSeriesLayout.edge).readDoubles() : nil
      times = isCheckpoint ? [] : try file.openDataset("time").readDoubles()
      try file.close()
    } catch {
      guard !ChangeJournal.isOpen(path) else {
        throw StorageError(
          path, "is in the midst of a change: \(error.message)",
          remedy: "wait for its run; if that was killed, continue it with resume, which restores the file first",
          isDamage: true)
      }
      throw StorageError(path, "cannot be read as fields: \(error.message)", isDamage: true)
    }
    fields = try FieldFile.names(path, isCheckpoint: isCheckpoint)
    if isCheckpoint {
      // Its own positions are those of its time.
      let axes = try CheckpointFile(path).header.grid.axes
      let atStart = axes.map { axis in (0..<axis.points).map(axis.coordinate) }
      let (now, start) = (FieldFile.edge(stored.first ?? []), FieldFile.edge(atStart.first ?? []))
      coordinates = atStart
      edges = abs(now - start) > 1e-12 * abs(start) ? [now] : nil
    } else {
      if let storedEdges, storedEdges.count != times.count {
        throw StorageError(
          path, "has \(times.count) times, but \(storedEdges.count) positions of its boundary", isDamage: true)
      }
      (coordinates, edges) = (stored, storedEdges)
    }
    shape = coordinates.reversed().map(\.count)
  }

  /// What an HDF5 file holds.
  package enum Contents {
    case series, checkpoint
    /// What another program has written.
    case others
  }

  /// What a file holds, by its groups; nil if it cannot be opened as an HDF5 file.
  package static func contents(of path: String) -> Contents? {
    try? rehearsed(path) { () throws(StorageError) in
      do throws(HDF5Error) {
        let file = try HDF5File(opening: path)
        return try file.has("VTKHDF") ? .series : try file.has("manifest") ? .checkpoint : .others
      } catch {
        throw StorageError(path, error.message)
      }
    }
  }

  private static func names(_ path: String, isCheckpoint: Bool) throws(StorageError) -> [String] {
    if isCheckpoint { return try CheckpointFile(path).header.fields(of: "fields").map(\.field.name) }
    do throws(HDF5Error) {
      return try HDF5File(opening: path).names(in: FieldFile.fieldGroup)
    } catch {
      throw StorageError(path, "cannot be read as fields: \(error.message)", isDamage: true)
    }
  }

  /// Number of frames; 1 for a checkpoint.
  package var frameCount: Int { isCheckpoint ? 1 : times.count }

  /// The time of a frame.
  package func time(_ frame: Int) throws(StorageError) -> Double {
    isCheckpoint ? try CheckpointFile(path).header.time : times[frame]
  }

  /// The position of the free boundary in a frame; nil if there is none.
  package func edge(_ frame: Int) -> Double? { edges?[frame] }

  package var hasFreeBoundary: Bool { edges != nil }

  /// Positions along the axes at the time of a frame, x first: those at the start times `edge / edge at the start`.
  package func coordinates(ofFrame frame: Int) -> [[Double]] {
    guard let edge = edge(frame), let first = coordinates.first else { return coordinates }
    let factor = edge / FieldFile.edge(first)
    return [first.map { $0 * factor }] + coordinates.dropFirst()
  }

  /// The upper side of an axis that begins at 0, of which the points are the middles of equal intervals.
  private static func edge(_ positions: [Double]) -> Double { (positions.first ?? 0) + (positions.last ?? 0) }

  /// The values of a field, `[z][y][x]`.
  package func values(_ field: String, frame: Int) throws(StorageError) -> [Double] {
    if isRehearsed { return try read(field, frame: frame) }
    return try rehearsed(path) { () throws(StorageError) in try read(field, frame: frame) }
  }

  /// The units of the positions and of a field, as far as they are written down.
  package func units(of field: String) throws(StorageError) -> (length: String?, field: String?) {
    try rehearsed(path) { () throws(StorageError) in
      do throws(HDF5Error) {
        let file = try HDF5File(opening: path)
        var length: String?
        for axis in ["r", "x"] where try file.has(axis) { length = try file.textAttribute("units", of: axis) }
        return (length, try file.textAttribute("units", of: isCheckpoint ? "fields/\(field)" : field))
      } catch {
        throw StorageError(path, "cannot be read as fields: \(error.message)", isDamage: true)
      }
    }
  }

  /// The same file after all values have been read in a copy of the process, for those who read all of them.
  package func withAllRehearsed() throws(StorageError) -> FieldFile {
    try rehearse(path) { () throws(StorageError) in
      for field in fields { for frame in 0..<frameCount { _ = try read(field, frame: frame) } }
    }
    var file = self
    file.isRehearsed = true
    return file
  }

  private func read(_ field: String, frame: Int) throws(StorageError) -> [Double] {
    let axes = coordinates.enumerated().map { index, positions in
      Axis(name: ["x", "y", "z"][index], length: Double(positions.count), points: positions.count)
    }
    do {
      let set = try FieldSet(grid: Grid(axes: axes), count: 1)
      let file = try HDF5File(opening: path)
      let dataset = try file.openDataset(isCheckpoint ? "fields/\(field)" : field)
      try dataset.read(into: set, field: 0, frame: isCheckpoint ? nil : frame)
      return set.values(0)
    } catch let error as HDF5Error {
      throw StorageError(path, "cannot be read: \(error.message)", isDamage: true)
    } catch {
      throw StorageError(path, "is too large for the memory of this machine")
    }
  }
}
