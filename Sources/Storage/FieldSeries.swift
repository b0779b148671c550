import Fields
import Foundation
import Simulations

/// `fields.h5`, `fields.xdmf` and `fields.vtkhdf`: the fields at a sequence of times.
///
/// One HDF5 file that is at once netCDF-4 (dimension scales, units: xarray, h5py, MATLAB), VTKHDF (soft links to the
/// same values: ParaView from 5.12) and what `fields.xdmf` refers to (a part of the series per frame: older ParaView,
/// VisIt). No value is stored twice. `fields.vtkhdf` is a name by which VTK and pyvista know what is in the file. The file is opened, appended to and closed for each frame, so that it can be read while
/// the run goes on. A journal beside it (`ChangeJournal`) leads back to the last commit if the writer is killed.
package final class FieldSeries: Observer {
  /// What a field cannot be called, because something else in the file has this name.
  package static func takenNames(on grid: Grid) -> [String] {
    ["time", FieldSeriesLayout.edge, CellVolumes.name, "VTKHDF"] + grid.axes.map(\.name)
  }

  package let name = "fields"
  package let path: String
  private let grid: Grid
  private let fields: [FieldDescription]
  private var xdmf: XDMFFile
  private let journal: ChangeJournal
  private var times: [Double]
  /// Size of the domain in each frame, relative to that of the grid.
  private var scales: [Double]
  private let hasFreeBoundary: Bool

  /// Creates the file.
  ///
  /// - Parameter hasFreeBoundary: whether the domain changes its size.
  package init(
    creating path: String, grid: Grid, fields: [FieldDescription], title: String, lengthUnit: String?,
    timeUnit: String?, hasFreeBoundary: Bool = false
  ) throws(StorageError) {
    self.path = path
    self.grid = grid
    self.fields = fields
    self.hasFreeBoundary = hasFreeBoundary
    (times, scales) = ([], [])
    xdmf = XDMFFile(series: path, grid: grid, fields: fields)
    journal = ChangeJournal(of: path)
    try ChangeJournal.discard(path)
    let temporary = path + AtomicFile.temporarySuffix
    do throws(HDF5Error) {
      try FieldSeriesLayout(grid: grid, fields: fields, hasFreeBoundary: hasFreeBoundary)
        .create(temporary, title: title, lengthUnit: lengthUnit, timeUnit: timeUnit)
    } catch {
      throw StorageError(path, "cannot be created: \(error.message)")
    }
    try AtomicFile.synchronize(temporary)
    try AtomicFile.publish(temporary, as: path)
    try linkForVTK()
  }

  /// Writes a file of a name that says that it is for VTK, with a link to the group that is.
  ///
  /// No symbolic link, since copying and packing tools make a second file of those. Not where the domain changes its size,
  /// which VTKHDF cannot say.
  private func linkForVTK() throws(StorageError) {
    let path = FieldSeries.base(path) + ".vtkhdf"
    guard !hasFreeBoundary, access(path, F_OK) != 0 else { return }
    let temporary = path + AtomicFile.temporarySuffix
    do throws(HDF5Error) {
      let file = try HDF5File(creating: temporary, .common)
      try file.createExternalLink("VTKHDF", file: String(self.path.split(separator: "/").last ?? ""), to: "/VTKHDF")
      try file.close()
    } catch {
      unlink(temporary)
      throw StorageError(path, "cannot be created: \(error.message)")
    }
    try AtomicFile.synchronize(temporary)
    try AtomicFile.publish(temporary, as: path)
  }

  /// The path without the ending of the name.
  static func base(_ path: String) -> String { path.hasSuffix(".h5") ? String(path.dropLast(3)) : path }

  /// Opens the file of a run that is to be continued, even if that run was killed while it wrote.
  package init(opening path: String, grid: Grid, fields: [FieldDescription]) throws(StorageError) {
    self.path = path
    self.grid = grid
    self.fields = fields
    xdmf = XDMFFile(series: path, grid: grid, fields: fields)
    journal = ChangeJournal(of: path)
    try ChangeJournal.rollBack(path)
    try FileFormat.requireKnown(path)
    do throws(HDF5Error) {
      let file = try HDF5File(opening: path)
      times = try file.openDataset("time").readDoubles()
      hasFreeBoundary = try file.has(FieldSeriesLayout.edge)
      let size = grid.axes[0].origin + grid.axes[0].length
      scales =
        hasFreeBoundary
        ? try file.openDataset(FieldSeriesLayout.edge).readDoubles().map { $0 / size } : times.map { _ in 1 }
      try file.close()
    } catch {
      throw StorageError(path, "cannot be opened: \(error.message)", isDamage: true)
    }
  }

  private var layout: FieldSeriesLayout {
    FieldSeriesLayout(grid: grid, fields: fields, hasFreeBoundary: hasFreeBoundary)
  }

  package func commit() throws -> Int {
    try journal.commit()
    try xdmf.synchronize()
    return times.count
  }

  package func observe(_ moment: Moment) -> Writing {
    let (state, time) = (moment.fields.kept(moment.state), moment.time)
    return { try self.append(state, time: time) }
  }

  /// Adds a frame.
  package func append(_ state: FieldSet, time: Double) throws(StorageError) {
    let frame = times.count
    try change("written") { file throws(HDF5Error) in
      try layout.setFrameCount(frame + 1, from: frame, in: file)
      for (index, field) in fields.enumerated() {
        let dataset = try file.openDataset(field.name)
        try dataset.write(state, field: index, frame: frame)
        try dataset.close()
      }
      let clock = try file.openDataset("time")
      try clock.write(time, at: frame)
      try clock.close()
      if hasFreeBoundary {
        let edge = try file.openDataset(FieldSeriesLayout.edge)
        try edge.write(state.edge, at: frame)
        try edge.close()
      }
    }
    times.append(time)
    scales.append(state.scale)
    try xdmf.append(times: times, scales: scales)
  }

  package func cutBack(to extent: Int) throws {
    guard extent <= times.count else {
      throw StorageError(
        path, "has fewer frames than when the checkpoint was taken: \(times.count) of \(extent)", isDamage: true)
    }
    try change("cut back") { file throws(HDF5Error) in
      try layout.bringUpToDate(file)
      try layout.setFrameCount(extent, from: times.count, in: file)
    }
    // New frames take the place of those that were cut off, which need not be kept.
    try journal.commit()
    scales.removeLast(times.count - extent)
    times.removeLast(times.count - extent)
    try linkForVTK()
    try xdmf.write(times: times, scales: scales)
  }

  /// Opens the file, changes it, and closes it.
  private func change(
    _ done: String, _ body: (HDF5File) throws(HDF5Error) -> Void
  ) throws(StorageError) {
    try journal.begin()
    do throws(HDF5Error) {
      let file = try HDF5File(changing: journal)
      try body(file)
      try file.close()
    } catch {
      throw journal.failure ?? StorageError(path, "cannot be \(done): \(error.message)")
    }
  }
}
