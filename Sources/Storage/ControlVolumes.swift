import Fields

/// The control volumes of the points, by which readers can sum fields over the domain.
///
/// A length, area or volume for each point, of a radius that of its shell. Where there are three axes, all are the same
/// and one number is enough. With fewer axes it must not be one number: CDO takes what `cell_measures` calls the area for
/// a list of areas, and reads beyond a list of one: its means are wrong.
struct ControlVolumes {
  let grid: Grid

  static let name = "control_volume"

  /// To which power of a length they go.
  private var dimension: Int { grid.axes.reduce(0) { $0 + $1.dimension } }

  /// What fields have as their attribute `cell_measures`; the conventions know no lengths.
  private var measure: String? {
    dimension == 1 ? nil : "\(dimension == 2 ? "area" : "volume"): \(ControlVolumes.name)"
  }

  /// Writes them into a file that has the positions along the axes.
  func write(to file: HDF5File, fields: [FieldDescription], hasFreeBoundary: Bool) throws(HDF5Error) {
    let axes = grid.axes
    let dataset = try file.createDataset(
      ControlVolumes.name, type: .double, shape: axes.count == 3 ? [] : grid.storageShape)
    if axes.count == 3 {
      try dataset.write([axes.reduce(1) { $0 * $1.spacing }])
    } else {
      let row = (0..<axes[0].points).map { axes[0].volume($0) * axes.dropFirst().reduce(1) { $0 * $1.spacing } }
      try dataset.write((0..<grid.rowCount).flatMap { _ in row })
      try CoordinateScales(axes: axes.map(\.name).reversed()).attach(to: dataset, in: file)
    }
    try dataset.close()
    let unit = FileUnit.text(try file.textAttribute("units", of: axes[0].name))
    try file.setAttribute("units", of: ControlVolumes.name, to: FileUnit.power(unit, dimension))
    try file.setAttribute("long_name", of: ControlVolumes.name, to: "control volume of a point")
    if axes[0].geometry == .cylindricalRadial {
      try file.setAttribute("comment", of: ControlVolumes.name, to: "of one unit of length of the cylinder")
    }
    if hasFreeBoundary {
      let factor = dimension == 1 ? "edge / edge[0]" : "(edge / edge[0])^\(dimension)"
      try file.setAttribute(
        "comment", of: ControlVolumes.name,
        to: "Control volumes grow with the domain: at a time they are \(ControlVolumes.name) * \(factor).")
    }
    if let measure {
      for field in fields { try file.setAttribute("cell_measures", of: field.name, to: measure) }
    }
  }
}
