import Fields
import Foundation
import Simulations

/// `fields.h5`, `fields.xdmf` and `fields.vtkhdf`: the fields at a sequence of times.
///
/// One HDF5 file that is at once netCDF-4 (dimension scales, units: xarray, h5py, MATLAB), VTKHDF (soft links to the
/// same values: ParaView from 5.12) and what `fields.xdmf` refers to (a part of the series per frame: older ParaView,
/// VisIt). No value is stored twice. `fields.vtkhdf` is a name by which VTK and pyvista know what is in the file. Frames
/// are added in groups, some times a second, in a transaction (`HDF5Transaction`), so that the file can be read during the
/// run, even while other processes hold it open, and is valid when the writer is killed. A frame stays in memory until it is on
/// the disk.
package final class FieldSeries: Observer {
  /// What a field cannot be called, because something else in the file has this name.
  package static func takenNames(on grid: Grid) -> [String] {
    ["time", FieldSeriesLayout.edge, ControlVolumes.name, "VTKHDF"] + grid.axes.map(\.name)
  }

  package let name = "fields"
  package let path: String
  private let grid: Grid
  private let fields: [FieldDescription]
  private var xdmf: XDMFFile
  private let transaction: HDF5Transaction
  private var times: [Double]
  /// Size of the domain in each frame, relative to that of the grid.
  private var scales: [Double]
  private let hasFreeBoundary: Bool
  /// Frames that are not in the file yet.
  package private(set) var unwritten: [UnwrittenOutput] = []
  private var lastWrite = ContinuousClock.now
  private var secondsOfWrite = 0.0
  /// Whether frames wait for `settle`, because the last could not be written.
  private var hasFailed = false
  /// How many frames `fields.xdmf` has.
  private var described = 0

  /// How long frames wait, in seconds, while another process has the file open.
  private static let longestWait = 10.0

  /// Frames are written as soon as they take so much memory, because the reserved disk space of a checkpoint must hold them.
  private var mostBytes: Int { FieldSeries.mostBytes(ofFrame: frameBytes) }
  private var frameBytes: Int { grid.storageCount * fields.count * 8 }

  /// How much memory frames may take that wait to be written.
  package static func mostBytes(ofFrame bytes: Int) -> Int { min(64 << 20, max(1 << 20, 8 * bytes)) }

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
    transaction = try HDF5Transaction(of: path)
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
    try ChangeJournal.rollBack(path)
    transaction = try HDF5Transaction(of: path)
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

  // MARK: Observing

  package func observe(_ moment: Moment) -> Writing {
    let (state, time) = (moment.fields.kept(moment.state), moment.time)
    let isCopy = !moment.fields.mustBeWrittenAtOnce
    return { try self.take(state, time: time, isCopy: isCopy) }
  }

  /// - Parameter isCopy: whether the state is not changed any more.
  private func take(_ state: FieldSet, time: Double, isCopy: Bool) throws {
    unwritten.append(UnwrittenOutput(time: time, state: state))
    if isCopy {
      if isDue { try write() }
      return
    }
    do { try write() } catch {
      unwritten[unwritten.count - 1] = UnwrittenOutput(time: time, state: try FieldSet(copying: state))
      throw error
    }
  }

  /// Whether what waits is worth the work that each writing takes, however much it writes.
  private var isDue: Bool {
    !hasFailed && (isMuch || waited >= min(max(0.25, 10 * secondsOfWrite), 2) && !isHeld)
  }

  private var isMuch: Bool { unwritten.count * frameBytes >= mostBytes }
  private var waited: Double { (ContinuousClock.now - lastWrite) / .seconds(1) }

  /// Whether to wait because another process has the file open.
  ///
  /// HDF5 keeps what it has read of a file while this is open in a process, and with new parts beside it that may be put
  /// together wrongly.
  private var isHeld: Bool { waited < FieldSeries.longestWait && transaction.isFileHeld }

  package func take(_ output: UnwrittenOutput) { unwritten.append(output) }

  package var extent: Int { times.count }

  package func settle() throws {
    if hasFailed || isMuch || !isHeld { try write() }
  }

  private func write() throws {
    let start = ContinuousClock.now
    hasFailed = true
    var most = unwritten.count
    while !unwritten.isEmpty {
      do throws(StorageError) { try writeFrames(atMost: most) } catch {
        // As many as fit on the disk.
        guard most > 1, [ENOSPC, EDQUOT, EFBIG].contains(error.code) else { throw error }
        most /= 2
      }
    }
    if described < times.count { try describeFrames() }
    hasFailed = false
    lastWrite = .now
    secondsOfWrite = (lastWrite - start) / .seconds(1)
  }

  package func commit() throws {
    try write()
    try transaction.synchronize()
    try xdmf.synchronize()
  }

  /// Adds a frame.
  package func append(_ state: FieldSet, time: Double) throws {
    unwritten.append(UnwrittenOutput(time: time, state: state))
    try write()
  }

  // MARK: The file

  private func writeFrames(atMost count: Int) throws(StorageError) {
    let waiting = unwritten.prefix(count)
    let frames = waiting.compactMap { output in output.state.map { (time: output.time, state: $0) } }
    let first = times.count
    try transaction.change { file throws(HDF5Error) in
      let clock = try file.openDataset("time")
      guard try clock.shape() == [first] else {
        throw HDF5Error(message: "another program has changed it; it no longer has \(first) frames")
      }
      try layout.setFrameCount(first + frames.count, from: first, in: file)
      for (frame, time) in zip(first..., frames.map(\.time)) { try clock.write(time, at: frame) }
      try clock.close()
      for (index, field) in fields.enumerated() {
        let dataset = try file.openDataset(field.name)
        for (frame, state) in zip(first..., frames.map(\.state)) {
          try dataset.write(state, field: index, frame: frame)
        }
        try dataset.close()
      }
      if hasFreeBoundary {
        let edge = try file.openDataset(FieldSeriesLayout.edge)
        for (frame, state) in zip(first..., frames.map(\.state)) { try edge.write(state.edge, at: frame) }
        try edge.close()
      }
    }
    times += frames.map(\.time)
    scales += frames.map(\.state.scale)
    unwritten.removeFirst(waiting.count)
  }

  private func describeFrames() throws(StorageError) {
    try xdmf.append(from: described, times: times, scales: scales)
    described = times.count
  }

  package func cutBack(to extent: Int) throws {
    guard extent <= times.count else {
      throw StorageError(
        path, "has fewer frames than when the checkpoint was taken: \(times.count) of \(extent)",
        remedy: "put the file of this run back, or continue without it in a new directory: resume … --output NEW",
        isDamage: true)
    }
    try transaction.change(isRemoval: true) { file throws(HDF5Error) in
      try layout.bringUpToDate(file)
      try layout.setFrameCount(extent, from: times.count, in: file)
    }
    scales.removeLast(times.count - extent)
    times.removeLast(times.count - extent)
    try linkForVTK()
    try xdmf.write(times: times, scales: scales)
    described = times.count
  }
}
