import CHDF5

/// What an HDF5 file says of one dimension of an array: by a dimension scale (a netCDF coordinate variable) or a label.
package struct HDF5Dimension: Sendable, Hashable {
  package let name: String?
  package let length: Int
  /// Which axis it is, if that is said: `x`, `y`, `z`, `r`, or `t` for the time.
  package let axis: String?
  /// Positions of the points.
  package let coordinates: [Double]?
  /// Unit of the positions.
  package let unit: String?

  init(length: Int, name: String? = nil, axis: String? = nil, coordinates: [Double]? = nil, unit: String? = nil) {
    self.name = name
    self.length = length
    self.axis = axis
    self.coordinates = coordinates
    self.unit = unit
  }

  package var isTime: Bool { axis == "t" }

  /// The same dimension in the opposite order.
  package func reversed() -> HDF5Dimension {
    HDF5Dimension(length: length, name: name, axis: axis, coordinates: coordinates?.reversed(), unit: unit)
  }

  /// The axis by CF's attributes `axis`, `standard_name` and `units`, or else by the name, or by `long_name`.
  static func axis(
    name: String, attribute: String?, standardName: String?, longName: String?, unit: String?
  ) -> String? {
    if let attribute, ["X", "Y", "Z", "T"].contains(attribute.uppercased()) { return attribute.lowercased() }
    if unit?.contains(" since ") ?? false { return "t" }
    for word in [standardName, name, longName].compactMap({ $0?.lowercased() }) {
      if let known = names.first(where: { $0.words.contains(word) }) { return known.axis }
    }
    // As in "x coordinate of the cell".
    let words = (longName ?? "").lowercased().split { !$0.isLetter }.map(String.init)
    let letters = Set(words).intersection(["x", "y", "z"])
    return letters.count == 1 ? letters.first : nil
  }

  private static let names: [(axis: String, words: [String])] = [
    (
      "x",
      [
        "x", "lon", "longitude", "grid_longitude", "rlon", "easting", "projection_x_coordinate", "nx", "xc", "x_c",
        "column",
        "columns", "col", "cols", "width",
      ]
    ),
    (
      "y",
      [
        "y", "lat", "latitude", "grid_latitude", "rlat", "northing", "projection_y_coordinate", "ny", "yc", "y_c",
        "row",
        "rows",
      ]
    ),
    ("z", ["z", "height", "depth", "altitude", "lev", "level"]),
    ("t", ["t", "time", "date"]),
    ("r", ["r", "radius"]),
  ]
}

extension HDF5File {
  /// What is said of the dimensions of a dataset, the slowest first.
  func dimensions(of dataset: HDF5Dataset, named name: String, shape: [Int]) throws(HDF5Error) -> [HDF5Dimension] {
    let others = try (dataset.attribute("coordinates")?.text ?? "").split(separator: " ").map(String.init)
    var found: [HDF5Dimension] = []
    for (index, length) in shape.enumerated() {
      let scales = try dataset.scales(ofDimension: index)
      let label = try dataset.label(ofDimension: index)
      var dimension = HDF5Dimension(length: length, name: label)
      for scale in scales {
        let described = try described(by: scale, length: length)
        if dimension.coordinates == nil || described.coordinates != nil { dimension = described }
        if described.coordinates != nil { break }
      }
      // Positions may stand in a variable of another name than the dimension.
      for other in others where dimension.coordinates == nil && !scales.isEmpty {
        let path = HDF5File.sibling(of: name, other)
        guard let variable = try? openOwnDataset(path), try variable.shape() == [length],
          try variable.scales(ofDimension: 0) == scales
        else { continue }
        dimension = try described(by: path, length: length)
      }
      if dimension.axis == nil, let label {
        dimension = HDF5Dimension(
          length: length, name: dimension.name ?? label,
          axis: HDF5Dimension.axis(name: label, attribute: nil, standardName: nil, longName: nil, unit: dimension.unit),
          coordinates: dimension.coordinates, unit: dimension.unit)
      }
      found.append(dimension)
    }
    // Beside a width a height is one of a picture.
    if found.contains(where: { $0.name?.lowercased() == "width" }) {
      found = found.map { dimension in
        dimension.name?.lowercased() != "height"
          ? dimension
          : HDF5Dimension(
            length: dimension.length, name: dimension.name, axis: "y", coordinates: dimension.coordinates,
            unit: dimension.unit)
      }
    }
    if found.contains(where: { $0.coordinates == nil && $0.length > 1 && !$0.isTime }) {
      try refuseCurvedCoordinates(others, of: name)
    }
    return found
  }

  /// Refuses arrays whose points are placed by coordinates that vary along several dimensions.
  private func refuseCurvedCoordinates(_ names: [String], of name: String) throws(HDF5Error) {
    for other in names {
      guard let variable = try? openOwnDataset(HDF5File.sibling(of: name, other)),
        try variable.shape().count(where: { $0 > 1 }) > 1,
        let axis = HDF5Dimension.axis(
          name: other, attribute: try variable.attribute("axis")?.text,
          standardName: try variable.attribute("standard_name")?.text, longName: nil,
          unit: try variable.attribute("units")?.text), axis != "t"
      else { continue }
      throw HDF5Error(
        message:
          "whose points do not stand on a rectangular grid: the positions \"\(other)\" vary along several dimensions; "
          + "interpolate it onto evenly spaced points first")
    }
  }

  /// A name that stands in the group of another.
  static func sibling(of name: String, _ other: String) -> String {
    guard !other.hasPrefix("/"), let end = name.lastIndex(of: "/") else { return other }
    return name[...end] + other
  }

  private func described(by path: String, length: Int) throws(HDF5Error) -> HDF5Dimension {
    let name = path.split(separator: "/").last.map(String.init) ?? path
    guard let scale = try? openOwnDataset(path) else { return HDF5Dimension(length: length, name: name) }
    let unit = try scale.attribute("units")?.text
    let axis = HDF5Dimension.axis(
      name: name, attribute: try scale.attribute("axis")?.text,
      standardName: try scale.attribute("standard_name")?.text, longName: try scale.attribute("long_name")?.text,
      unit: unit)
    // The netCDF library gives dimensions without positions an empty scale.
    let isEmpty = try scale.attribute("NAME")?.text?.hasPrefix("This is a netCDF dimension but not a netCDF") ?? false
    guard !isEmpty, try scale.holdsNumbers(), try scale.shape() == [length], try keepsValues(of: scale),
      try scale.missingFilter() == nil, try scale.hasPieces(ofAxes: 1)
    else { return HDF5Dimension(length: length, name: name, axis: axis, unit: unit) }
    var positions = try scale.readDoubles()
    _ = try HDF5Packing(of: scale, type: scale.numberType(), isNetCDF: false).unpack(&positions)
    return HDF5Dimension(length: length, name: name, axis: axis, coordinates: positions, unit: unit)
  }
}

extension HDF5Dataset {
  /// The names of the datasets that are attached to a dimension as its scales.
  func scales(ofDimension index: Int) throws(HDF5Error) -> [String] {
    guard try HDF5Error.check(H5Aexists(handle.id, "DIMENSION_LIST")) > 0 else { return [] }
    var names: [String] = []
    _ = try withUnsafeMutablePointer(to: &names) { names throws(HDF5Error) in
      try HDF5Error.check(
        H5DSiterate_scales(
          handle.id, UInt32(index), nil,
          { _, _, scale, context in
            var bytes = [CChar](repeating: 0, count: 1024)
            guard let context, H5Iget_name(scale, &bytes, bytes.count) > 0 else { return 0 }
            let name = String(decoding: bytes.prefix { $0 != 0 }.map(UInt8.init(bitPattern:)), as: UTF8.self)
            context.assumingMemoryBound(to: [String].self).pointee.append(name)
            return 0
          }, names))
    }
    return names
  }

  /// Whether the dataset is a dimension scale: positions along a dimension of others.
  func isScale() throws(HDF5Error) -> Bool { try attribute("CLASS")?.text == "DIMENSION_SCALE" }

  /// What a dimension is called without a scale, as by h5py's `dims[0].label`.
  func label(ofDimension index: Int) throws(HDF5Error) -> String? {
    guard try HDF5Error.check(H5Aexists(handle.id, "DIMENSION_LABELS")) > 0 else { return nil }
    var bytes = [CChar](repeating: 0, count: 256)
    guard try HDF5Error.check(H5DSget_label(handle.id, UInt32(index), &bytes, bytes.count)) > 0 else { return nil }
    let label = String(decoding: bytes.prefix { $0 != 0 }.map(UInt8.init(bitPattern:)), as: UTF8.self)
    return label.isEmpty ? nil : label
  }
}
