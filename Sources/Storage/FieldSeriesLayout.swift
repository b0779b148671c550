import Fields

/// Where things lie in `fields.h5`.
struct FieldSeriesLayout {
  let grid: Grid
  let fields: [FieldDescription]
  /// Whether the upper side moves, whose position is then kept with the time of each frame.
  let hasFreeBoundary: Bool

  static let edge = "edge"

  /// Creates a file without frames.
  func create(_ path: String, title: String, lengthUnit: String?, timeUnit: String?) throws(HDF5Error) {
    let file = try HDF5File(creating: path, .common)
    try file.setAttribute(FileFormat.attribute, to: FileFormat.fields.text)
    try file.setAttribute("Conventions", to: "CF-1.10")
    try file.setAttribute("title", to: title)
    try file.setAttribute("source", to: "Oncofield")
    // Before the fields, since what is created first is changed last (`HDF5Transaction`).
    try file.createGroup("VTKHDF/Steps/CellDataOffsets")
    let time = try file.createDataset("time", type: .double, shape: [0], isGrowing: true, chunk: [1024])
    try time.becomeScale("time")
    try time.close()
    try file.setAttribute("units", of: "time", to: FileUnit.text(timeUnit))
    try file.setAttribute("long_name", of: "time", to: "time")
    let scales = try CoordinateScales.write(grid, unit: lengthUnit, to: file)
    if hasFreeBoundary { try createEdge(lengthUnit, in: file) }
    for field in fields {
      let dataset = try file.createDataset(
        field.name, type: .double, shape: [0] + grid.storageShape, isGrowing: true, chunk: [1] + grid.chunkShape)
      try scales.attach(to: dataset, in: file, leading: ["time"])
      try dataset.close()
      try field.annotate(field.name, in: file)
      try file.setAttribute("_FillValue", of: field.name, to: [Double.nan])
    }
    try ControlVolumes(grid: grid).write(to: file, fields: fields, hasFreeBoundary: hasFreeBoundary)
    try createVTK(in: file)
    try file.close()
  }

  /// Makes a file of an older version one of this version.
  ///
  /// Version 1 had a group `frames` of virtual datasets for `fields.xdmf`, with which R's ncdf4 cannot open a file, units
  /// in any form, and no control volumes.
  func bringUpToDate(_ file: HDF5File) throws(HDF5Error) {
    guard try file.textAttribute(FileFormat.attribute) != FileFormat.fields.text else { return }
    if try file.has("frames") { try file.remove("frames") }
    for name in ["time"] + fields.map(\.name) {
      try file.setAttribute("units", of: name, to: FileUnit.text(try file.textAttribute("units", of: name)))
    }
    if try !file.has(ControlVolumes.name) {
      try ControlVolumes(grid: grid).write(to: file, fields: fields, hasFreeBoundary: hasFreeBoundary)
    }
    try file.setAttribute(FileFormat.attribute, to: FileFormat.fields.text)
  }

  /// Points keep their share of the distance to the edge: now they are at `x · edge/L`, `L = x[0] + x[-1]` being the
  /// length at the start of the run, also in the file of a run that branched off later.
  private func createEdge(_ unit: String?, in file: HDF5File) throws(HDF5Error) {
    let name = FieldSeriesLayout.edge
    let dataset = try file.createDataset(name, type: .double, shape: [0], isGrowing: true, chunk: [1024])
    let time = try file.openDataset("time")
    try dataset.attach(time, dimension: 0)
    try time.close()
    try dataset.close()
    let axis = grid.axes[0].name
    try file.setAttribute("units", of: name, to: FileUnit.text(unit))
    try file.setAttribute("long_name", of: name, to: "position of the free boundary")
    try file.setAttribute(
      "comment", of: name,
      to:
        "Points move with the boundary: at a time they are at \(axis) * edge / L, \(axis) being where they were at the "
        + "start of the run and L = \(axis)[0] + \(axis)[-1] its length there."
    )
  }

  /// The group that VTK reads: an image whose cells are the volumes of the points.
  private func createVTK(in file: HDF5File) throws(HDF5Error) {
    try file.createGroup("VTKHDF/CellData")
    try file.setAttribute("Version", of: "VTKHDF", to: [2, 0])
    try file.setAttribute("Type", of: "VTKHDF", to: "ImageData")
    func padded<Value>(_ values: [Value], with value: Value) -> [Value] {
      values + [Value](repeating: value, count: 3 - values.count)
    }
    let extents = padded(grid.axes.map(\.points), with: 0).flatMap { [0, $0] }
    try file.setAttribute("WholeExtent", of: "VTKHDF", to: extents)
    try file.setAttribute("Origin", of: "VTKHDF", to: padded(grid.axes.map(\.origin), with: 0))
    try file.setAttribute("Spacing", of: "VTKHDF", to: padded(grid.axes.map(\.spacing), with: 1))
    try file.setAttribute("Direction", of: "VTKHDF", to: [1.0, 0, 0, 0, 1, 0, 0, 0, 1])
    try file.setAttribute("NSteps", of: "VTKHDF/Steps", to: 0)
    try file.createSoftLink("VTKHDF/Steps/Values", to: "/time")
    for field in fields {
      try file.createSoftLink("VTKHDF/CellData/\(field.name)", to: "/\(field.name)")
      let offsets = try file.createDataset(
        "VTKHDF/Steps/CellDataOffsets/\(field.name)", type: .int64, shape: [0], isGrowing: true, chunk: [1024])
      try offsets.close()
    }
  }

  /// Extends the datasets for more frames, or drops the frames beyond `count`.
  func setFrameCount(_ count: Int, from previous: Int, in file: HDF5File) throws(HDF5Error) {
    for field in fields {
      let dataset = try file.openDataset(field.name)
      try dataset.setLength(count)
      try dataset.close()
      let offsets = try file.openDataset("VTKHDF/Steps/CellDataOffsets/\(field.name)")
      try offsets.setLength(count)
      for frame in min(previous, count)..<count { try offsets.write(frame, at: frame) }
      try offsets.close()
    }
    for name in ["time"] + (hasFreeBoundary ? [FieldSeriesLayout.edge] : []) {
      let dataset = try file.openDataset(name)
      try dataset.setLength(count)
      try dataset.close()
    }
    try file.setAttribute("NSteps", of: "VTKHDF/Steps", to: count)
  }
}
