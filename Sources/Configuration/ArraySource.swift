import ArrayFiles
import Documents
import Expressions
import Fields
import Foundation
import Models
import Storage

/// A file that holds the values of a field or a mask.
package struct ArraySource: Sendable {
  let path: String
  /// Of an HDF5 file.
  let dataset: String?
  /// Of the fields of another run: which field; the one of the same name if none is given.
  let field: String?
  /// Of another run or of a dataset with a dimension of time.
  let time: Double?
  let resampling: Resampling?
  /// What the values are multiplied by, if that is said.
  let scale: Double?
  /// The value of points for which the file has none.
  let missing: Double?
  let place: Place

  static let extensions = [
    "png", "tif", "tiff", "npy", "h5", "hdf5", "hdf", "he5", "nc", "nc4", "cdf", "mat", "jpg", "jpeg", "gif", "bmp",
    "npz",
  ]

  static let schema: [Property] = [
    .init(
      "file", .string(format: "path"),
      "An image (PNG, TIFF; black is 0, white is 1), an array (NPY, HDF5, netCDF-4), or the fields of another run (its "
        + "directory, `fields.h5` or a checkpoint). It covers the whole domain; relative to the run file.",
      isRequired: true),
    .init("dataset", .string(format: "name"), "Which dataset of an HDF5 file.", default: "the only one"),
    .init(
      "time", .number(),
      "At which time: of the fields of another run the frame, of a dataset with a dimension of time the point along it.",
      default: "the last one of a run, the only one of a dataset"),
    .init(
      "resampling",
      .choice([
        .init("nearest", "the value of the point that covers the center"),
        .init("linear", "between the centers of points"),
        .init("mean", "the mean over each point of the grid, which keeps integrals"),
      ]),
      "How to bring an array of another shape onto the grid; without it the shapes must be the same. Points without a "
        + "value do not count."),
    .init(
      "scale", .number(),
      "What the values are multiplied by, as for another unit than the field's. Images of whole numbers with sign need it.",
      default: "1"),
    .init(
      "missing", .number(),
      "The value of points for which the file has none: missing values, NaN, points outside the tissue of another run.",
      default: "such points inside the tissue are refused"),
  ]

  /// - Parameters:
  ///   - field: what the field is called in the file of another run, if nothing else is said.
  ///   - directory: of the run file.
  init(_ node: JSONNode, field: String?, directory: String) {
    let file = node["file"] ?? node
    let name = file.string ?? ""
    path = name.hasPrefix("/") ? name : directory + name
    dataset = node["dataset"]?.string
    self.field = node["field"]?.string ?? field
    time = node["time"]?.number
    resampling = node["resampling"]?.string.flatMap(Resampling.init)
    scale = node["scale"]?.number
    missing = node["missing"]?.number
    place = file.place
  }

  /// What the run file says, with the full path of the file, so that it holds in any directory.
  func resolved(_ document: JSONNode) -> JSONText {
    let full = URL(fileURLWithPath: path).standardizedFileURL.path
    guard case .object(let members) = JSONText(document) else { return .string(full) }
    return .object(members.map { $0.key == "file" ? .init("file", .string(full)) : $0 })
  }

  /// What the values are wanted for.
  struct Target {
    let grid: Grid
    /// The unit of the positions.
    let lengthUnit: String?
    /// "the field u"; nil for a mask.
    let field: String?
    /// The unit of the field.
    let unit: String?
  }

  /// The values of a field at all points of a grid, in the order of `FieldSet.setValues`.
  ///
  /// - Parameters:
  ///   - volumes: those of the tissue, where each point must have a value; nil if that is not looked at.
  ///   - warnings: takes up what is doubtful in the file.
  /// - Throws: where the file cannot be read, does not fit the grid, or has no value for a point of the tissue.
  func values(
    of target: Target, in volumes: PointVolumes?, _ warnings: inout Diagnostics
  ) throws(Diagnostics) -> [Double] {
    let array = try read(target)
    if array.numbers.samples == .signed, scale == nil {
      throw problem(
        "holds whole numbers with sign, of which it is not clear what is white",
        remedy: "add \"scale\": 1 to take them as they are, or another factor")
    }
    warnOfTruthValues(array, &warnings)
    var values = try resampled(array, target.grid)
    let factor = scale ?? 1
    if factor != 1 { values = values.map { $0 * factor } }
    if let missing { values = values.map { $0.isNaN ? missing : $0 } }
    if let volumes { try checkMissing(values, volumes, array) }
    return values
  }

  /// The values of a mask at all points of a grid, 1 in the tissue and 0 outside.
  ///
  /// - Parameters:
  ///   - above: the value above which there is tissue; nil for `StoredArray.tissue`.
  ///   - warnings: takes up what is doubtful in the file.
  func tissue(of target: Target, above: Double?, _ warnings: inout Diagnostics) throws(Diagnostics) -> [Double] {
    var array = try read(target)
    warnOfTruthValues(array, &warnings)
    // Outside the tissue of another run there is nothing.
    if let filled = missing ?? (array.isRun ? 0 : nil) {
      array.numbers = array.numbers.replacing(
        shape: array.numbers.shape, values: array.numbers.values.map { $0.isNaN ? filled : $0 })
    }
    try checkMissing(array.numbers.values, nil, array)
    let limit: Double
    if let above {
      limit = above
    } else {
      // Of pictures white is 1; of other arrays it is their largest value.
      let half = 0.5 * array.numbers.values.reduce(0) { $1 > $0 ? $1 : $0 }
      do throws(ArrayFileError) {
        (array.numbers, limit) = (try array.numbers.tissue(scale: scale ?? 1), 0.5)
      } catch {
        throw problem(
          error.description,
          remedy:
            "add \"above\": \(JSONText.text(half)) for what is lighter than that, or \"above\": 0 for all that is not black"
        )
      }
    }
    let factor = above == nil ? 1 : scale ?? 1
    return try resampled(array, target.grid).map { $0 * factor > limit ? 1 : 0 }
  }

  private func warnOfTruthValues(_ array: Source, _ warnings: inout Diagnostics) {
    guard array.numbers.isOfTruthValues else { return }
    warnings.warning(
      "the file \(path) holds truth values that tifffile has written with white for 0: what is true is black, and 0 here",
      at: place, remedy: "save numbers if it is to be 1, as in  tifffile.imwrite(path, array.astype(\"float32\"))")
  }

  // MARK: Reading

  /// An array in the order of the domain's axes.
  struct Source {
    var numbers: StoredArray
    /// Whether it is a field of another run.
    let isRun: Bool
  }

  private func read(_ target: Target) throws(Diagnostics) -> Source {
    let grid = target.grid
    if let series = try? FieldFile(path), dataset == nil || seriesField(series) != nil {
      let source = Source(numbers: try frame(of: series, target), isRun: true)
      try checkAxisCount(source.numbers, grid)
      return source
    }
    do {
      let array = try ArrayFile.read(path, dataset: dataset, time: time, allowsMissing: true)
        .oriented(along: grid.axes.reversed().map(\.name))
      try checkAxisCount(array, grid)
      for (dimension, axis) in zip(array.dimensions, grid.axes.reversed()) {
        try check(dimension, axis, target.lengthUnit)
      }
      try checkUnit(array.unit, target)
      return Source(numbers: array, isRun: false)
    } catch let error as Diagnostics {
      throw error
    } catch {
      throw problem("\(error)")
    }
  }

  private func checkAxisCount(_ array: StoredArray, _ grid: Grid) throws(Diagnostics) {
    guard array.shape.count != grid.axes.count else { return }
    throw problem(
      "holds an array of \(ArraySource.counted(array.shape.count)), but the domain has \(ArraySource.counted(grid.axes.count))"
    )
  }

  private func resampled(_ source: Source, _ grid: Grid) throws(Diagnostics) -> [Double] {
    let wanted = Array(grid.axes.map(\.points).reversed())
    let array = source.numbers
    if array.shape == wanted { return array.values }
    guard let resampling else {
      throw problem(
        "holds \(ArraySource.text(array.shape)) points, but the grid has \(ArraySource.text(wanted))",
        remedy: "add \"resampling\": \"linear\", \"mean\" or \"nearest\" if it covers the same domain")
    }
    let lengths = source.isRun ? Array(grid.axes.map(\.length).reversed()) : nil
    guard let radius = grid.axes.first, radius.geometry != .cartesian else {
      return array.resampled(to: wanted, by: resampling, extendingOver: lengths).values
    }
    return array.resampled(to: wanted, by: resampling, extendingOver: lengths) { position in
      pow(radius.origin + position * radius.length, Double(radius.dimension))
    }.values
  }

  func problem(_ text: String, remedy: String? = nil) -> Diagnostics {
    var found = Diagnostics()
    found.error(
      "the file \(path) \(text)", at: place, remedy: remedy,
      isMissingFile: !FileManager.default.fileExists(atPath: path))
    return found
  }

  private static func counted(_ axes: Int) -> String { axes == 1 ? "one axis" : "\(axes) axes" }
  /// x first.
  private static func text(_ shape: [Int]) -> String { shape.reversed().map(String.init).joined(separator: " × ") }
}

/// The value of a field at the start.
package enum InitialValue: Sendable {
  case expression(Expressions.Expression)
  case file(ArraySource)
}
