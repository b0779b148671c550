import ArrayFiles
import Documents
import Fields
import Storage

/// What a file says of its array, compared with what it is wanted for.
extension ArraySource {
  /// The positions of the points along an axis must be those of the domain.
  func check(_ dimension: HDF5Dimension, _ axis: Axis, _ lengthUnit: String?) throws {
    if let unit = dimension.unit { try checkLengthUnit(unit, along: axis.name, lengthUnit) }
    guard let extent = try dimension.extent() else { return }
    let spacing = (extent.high - extent.low) / Double(dimension.length)
    let rounding = 4 * Double(Float.ulpOfOne) * max(abs(extent.low), abs(extent.high))
    try checkExtent(extent, axis, tolerance: 1e-3 * spacing + rounding)
  }

  func checkLengthUnit(_ unit: String, along axis: String, _ lengthUnit: String?) throws(Diagnostics) {
    guard let lengthUnit, ArraySource.differ(unit, lengthUnit) else { return }
    throw problem(
      "gives the positions along \(axis) in \"\(unit)\", the domain in \"\(lengthUnit)\"",
      remedy: "convert the positions in the file to \"\(lengthUnit)\", or give the domain in \"\(unit)\"")
  }

  func checkExtent(_ extent: (low: Double, high: Double), _ axis: Axis, tolerance: Double) throws(Diagnostics) {
    let (low, high) = (axis.origin, axis.origin + axis.length)
    guard max(abs(extent.low - low), abs(extent.high - high)) > tolerance else { return }
    func text(_ low: Double, _ high: Double) -> String {
      "\(JSONText.text(Double(Float(low)))) to \(JSONText.text(Double(Float(high))))"
    }
    throw problem(
      "covers \(text(extent.low, extent.high)) along \(axis.name), the domain \(text(low, high))",
      remedy: "set \"size\" and \"origin\" of the domain to what the file covers, or cut the file to the domain; "
        + "its positions are those of the centers of points")
  }

  /// Values in another unit than that of the field need a factor.
  func checkUnit(_ unit: String?, _ target: Target) throws(Diagnostics) {
    guard scale == nil, let field = target.field, let unit, let wanted = target.unit, ArraySource.differ(unit, wanted)
    else { return }
    throw problem(
      "gives its values in \"\(unit)\", but \(field) is in \"\(wanted)\"",
      remedy: "add \"scale\": FACTOR, the number of \"\(wanted)\" in one \"\(unit)\", or 1 if they are the same")
  }

  /// Whether a unit that a file gives is another one; a file without a unit says "1".
  private static func differ(_ unit: String, _ wanted: String) -> Bool {
    !["", "1"].contains(unit.filter { $0 != " " }) && !UnitOfMeasure(unit).equals(UnitOfMeasure(wanted))
  }

  /// Refuses points of the tissue that have no value.
  ///
  /// - Parameter volumes: nil for all points of an array, which may not be on a grid.
  func checkMissing(_ values: [Double], _ volumes: PointVolumes?, _ source: Source) throws(Diagnostics) {
    guard values.contains(where: \.isNaN) else { return }
    let grid = volumes?.grid
    let rowLength = grid?.rowLength ?? values.count
    let missing = values.indices.filter { index in
      guard values[index].isNaN else { return false }
      return volumes?.values(ofRow: index / rowLength).map { $0[index % rowLength] > 0 } ?? true
    }
    guard let first = missing.first else { return }
    let all = "\(volumes?.pointCount ?? values.count) points\(volumes?.isMasked ?? false ? " of the tissue" : "")"
    let index = StoredArray.place(first, in: grid?.axes.reversed().map(\.points) ?? source.numbers.shape)
    var position = "\(index)"
    if let grid {
      let place = zip(grid.axes, [grid.axes[0].coordinate(first % rowLength)] + grid.rowCoordinates(first / rowLength))
      position += " (" + place.map { "\($0.name) = \(Float($1))" }.joined(separator: ", ") + ")"
    }
    let remedy = "add \"missing\": 0, or another value for such points, or leave them out of the mask"
    if source.isRun {
      throw problem(
        "has no value at \(missing.count) of \(all), which lie outside the tissue of that run, the first at \(position)",
        remedy: remedy)
    }
    guard let mark = source.numbers.missing else {
      let others = missing.count > 1 ? ", and at \(missing.count - 1) more of \(all)" : ""
      throw problem("holds a value that is not a finite number at \(position)\(others)", remedy: remedy)
    }
    throw problem("has no value (\(mark)) at \(missing.count) of \(all), the first at \(position)", remedy: remedy)
  }
}
