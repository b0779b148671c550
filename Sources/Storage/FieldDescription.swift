import Fields

/// What a stored field is called and measured in.
package struct FieldDescription: Hashable, Sendable {
  package let name: String
  package let title: String?
  package let unit: String?

  package init(name: String, title: String? = nil, unit: String? = nil) {
    self.name = name
    self.title = title
    self.unit = unit
  }

  /// Attributes by which xarray and others know a field.
  func annotate(_ dataset: String, in file: HDF5File) throws(HDF5Error) {
    try file.setAttribute("long_name", of: dataset, to: title ?? name)
    try file.setAttribute("units", of: dataset, to: FileUnit.text(unit))
  }
}

/// What is stored of the coordinates of a grid.
struct CoordinateScales {
  let axes: [String]

  /// Writes the positions of the points along each axis, to be the scales of dimensions.
  static func write(_ grid: Grid, unit: String?, to file: HDF5File) throws(HDF5Error) -> CoordinateScales {
    for axis in grid.axes {
      let dataset = try file.createDataset(axis.name, type: .double, shape: [axis.points])
      try dataset.write((0..<axis.points).map(axis.coordinate))
      try dataset.becomeScale(axis.name)
      try dataset.close()
      try file.setAttribute("units", of: axis.name, to: FileUnit.text(unit))
      try file.setAttribute("long_name", of: axis.name, to: "position along \(axis.name)")
    }
    return CoordinateScales(axes: grid.axes.map(\.name).reversed())
  }

  /// Names the dimensions of a field, which begin after those in `leading`.
  func attach(to dataset: HDF5Dataset, in file: HDF5File, leading: [String] = []) throws(HDF5Error) {
    for (dimension, name) in (leading + axes).enumerated() {
      let scale = try file.openDataset(name)
      try dataset.attach(scale, dimension: dimension)
      try scale.close()
    }
  }
}
