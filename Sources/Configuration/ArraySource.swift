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
  /// Of the fields of another run: which field, and at what time; the last one if none is given.
  let field: String?
  let time: Double?
  let resampling: Resampling?
  /// What the values are multiplied by.
  let scale: Double
  private let place: Place

  static let extensions = ["png", "tif", "tiff", "npy", "h5", "hdf5"]

  static let schema: [Property] = [
    .init(
      "file", .string(format: "path"),
      "An image (PNG, TIFF; black is 0, white is 1), an array (NPY, HDF5), or the fields of another run (its directory, "
        + "`fields.h5` or a checkpoint). It covers the whole domain; relative to the run file.", isRequired: true),
    .init("dataset", .string(format: "name"), "Which dataset of an HDF5 file.", default: "the only one"),
    .init("time", .number(), "Of the fields of another run: the time of the frame.", default: "the last one"),
    .init(
      "resampling",
      .choice([
        .init("nearest", "the value of the point that covers the center"),
        .init("linear", "between the centers of points"),
        .init("mean", "the mean over each point of the grid, which keeps integrals"),
      ]), "How to bring an array of another shape onto the grid; without it the shapes must be the same."),
    .init("scale", .number(), "What the values are multiplied by.", default: "1"),
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
    scale = node["scale"]?.number ?? 1
    place = file.place
  }

  /// What the run file says, with the full path of the file, so that it holds in any directory.
  func resolved(_ document: JSONNode) -> JSONText {
    let full = URL(fileURLWithPath: path).standardizedFileURL.path
    guard case .object(let members) = JSONText(document) else { return .string(full) }
    return .object(members.map { $0.key == "file" ? .init("file", .string(full)) : $0 })
  }

  /// The values at all points of a grid, in the order of `FieldSet.setValues`.
  func values(on grid: Grid) throws(Diagnostics) -> [Double] {
    let array = try read(grid)
    let wanted = Array(grid.axes.map(\.points).reversed())
    guard array.shape.count == wanted.count else {
      throw problem(
        "holds an array of \(ArraySource.counted(array.shape.count)), but the domain has \(ArraySource.counted(wanted.count))"
      )
    }
    var values = array.values
    if array.shape != wanted {
      guard let resampling else {
        throw problem(
          "holds \(ArraySource.text(array.shape)) points, but the grid has \(ArraySource.text(wanted))",
          remedy: "add \"resampling\": \"linear\", \"mean\" or \"nearest\" if it covers the same domain")
      }
      values = array.resampled(to: wanted, by: resampling).values
    }
    return scale == 1 ? values : values.map { $0 * scale }
  }

  private func read(_ grid: Grid) throws(Diagnostics) -> StoredArray {
    if dataset == nil, let series = try? FieldFile(path) { return try frame(of: series, grid) }
    do throws(ArrayFileError) {
      return try ArrayFile.read(path, dataset: dataset)
    } catch {
      throw problem(error.description)
    }
  }

  /// A field at a time of another run.
  private func frame(of series: FieldFile, _ grid: Grid) throws(Diagnostics) -> StoredArray {
    guard let name = field ?? series.fields.first, series.fields.contains(name) else {
      throw problem(
        "has no field \"\(field ?? "")\"", remedy: "its fields: " + series.fields.joined(separator: ", "))
    }
    for (axis, positions) in zip(grid.axes, series.coordinates) {
      let spacing = positions.count > 1 ? positions[1] - positions[0] : axis.length
      let low = positions[0] - 0.5 * spacing
      let high = low + spacing * Double(positions.count)
      guard abs(low - axis.origin) + abs(high - axis.origin - axis.length) < 1e-6 * axis.length else {
        throw problem(
          "covers \(JSONText.text(low)) to \(JSONText.text(high)) along \(axis.name), the domain \(JSONText.text(axis.origin)) to \(JSONText.text(axis.origin + axis.length))"
        )
      }
    }
    do throws(StorageError) {
      var frame = series.frameCount - 1
      if let time {
        var times: [Double] = []
        for index in 0..<series.frameCount { times.append(try series.time(index)) }
        guard let found = times.firstIndex(where: { abs($0 - time) <= 1e-9 * max(1, abs(time)) }) else {
          throw StorageError(path, "has no frame at t = \(JSONText.text(time))")
        }
        frame = found
      }
      guard frame >= 0 else { throw StorageError(path, "has no frame yet") }
      // Outside of tissue there is nothing.
      let values = try series.values(name, frame: frame).map { $0.isNaN ? 0 : $0 }
      return StoredArray(shape: series.shape, values: values)
    } catch {
      throw problem(error.problem)
    }
  }

  func problem(_ text: String, remedy: String? = nil) -> Diagnostics {
    var found = Diagnostics()
    found.error("the file \(path) \(text)", at: place, remedy: remedy)
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
