import Fields

/// How large the cells are for which the points stand, so that readers can sum fields over the domain.
///
/// A length, area or volume for each point, of a radius that of its shell; where there are three axes, all cells are alike
/// and one number is enough. Along fewer axes it must not be one number: CDO takes what `cell_measures` calls the area for
/// a list of areas, and with a list of one its means are the value of the first point.
struct CellVolumes {
  let grid: Grid

  static let name = "cell_volume"

  /// To which power of a length the sizes go.
  private var dimension: Int { grid.axes.reduce(0) { $0 + $1.dimension } }

  /// What fields have as their attribute `cell_measures`; the conventions know no lengths.
  private var measure: String? { dimension == 1 ? nil : "\(dimension == 2 ? "area" : "volume"): \(CellVolumes.name)" }

  /// Writes the sizes into a file that has the positions along the axes.
  func write(to file: HDF5File, fields: [FieldDescription], hasFreeBoundary: Bool) throws(HDF5Error) {
    let axes = grid.axes
    let dataset = try file.createDataset(
      CellVolumes.name, type: .double, shape: axes.count == 3 ? [] : grid.storageShape)
    if axes.count == 3 {
      try dataset.write([axes.reduce(1) { $0 * $1.spacing }])
    } else {
      let row = (0..<axes[0].points).map { axes[0].volume($0) * axes.dropFirst().reduce(1) { $0 * $1.spacing } }
      try dataset.write((0..<grid.rowCount).flatMap { _ in row })
      try CoordinateScales(axes: axes.map(\.name).reversed()).attach(to: dataset, in: file)
    }
    try dataset.close()
    let unit = FileUnit.text(try file.textAttribute("units", of: axes[0].name))
    try file.setAttribute("units", of: CellVolumes.name, to: FileUnit.power(unit, dimension))
    try file.setAttribute("long_name", of: CellVolumes.name, to: "size of the cell for which a point stands")
    if axes[0].geometry == .cylindricalRadial {
      try file.setAttribute("comment", of: CellVolumes.name, to: "of one unit of length of the cylinder")
    }
    if hasFreeBoundary {
      let factor = dimension == 1 ? "edge / edge[0]" : "(edge / edge[0])^\(dimension)"
      try file.setAttribute(
        "comment", of: CellVolumes.name,
        to: "Cells grow with the domain: at a time their size is \(CellVolumes.name) * \(factor).")
    }
    if let measure {
      for field in fields { try file.setAttribute("cell_measures", of: field.name, to: measure) }
    }
  }
}
