import Configuration
import Documents
import Fields
import Foundation
import Storage

/// One of two runs that are compared: the stored fields and, of a run directory, its table and its resolved run file.
struct ComparedRun {
  let name: String
  /// nil for a run that stores no fields.
  let file: FieldFile?
  let axes: [ComparedAxis]
  /// nil without a table.
  let table: ObservableRows?
  /// Every value in force; nil if it lies neither beside the fields nor in the checkpoint.
  let runFile: JSONText?

  /// Opens a run directory, a `fields.h5` or a checkpoint.
  init(_ path: String) throws(StorageError) {
    name = path
    var isDirectory: ObjCBool = false
    _ = FileManager.default.fileExists(atPath: path, isDirectory: &isDirectory)
    if isDirectory.boolValue {
      let directory = RunDirectory(path)
      table = try ObservableRows(directory.path(.observables))
      let hasFields = FileManager.default.fileExists(atPath: directory.path(.fields))
      file = hasFields || table == nil ? try FieldFile(path) : nil
      runFile = ComparedRun.json(directory.path(.resolved))
    } else {
      let file = try FieldFile(path)
      self.file = file
      table = nil
      if file.isCheckpoint {
        let text = try CheckpointFile.verified(path).get().header.texts[CheckpointText.runFile]
        runFile = text.flatMap { ComparedRun.json(SourceText(name: path, text: $0)) }
      } else {
        // A file of fields has the rest of its run beside it.
        let parent = URL(fileURLWithPath: path).deletingLastPathComponent().path
        runFile = ComparedRun.json(RunDirectory(parent).path(.resolved))
      }
    }
    let (domain, geometry) = (runFile?["domain"], file?.geometry)
    axes = (file?.coordinates ?? []).enumerated().map { index, positions in
      ComparedAxis(
        positions: positions, origin: domain?["origin"]?.numbers?.dropFirst(index).first,
        length: domain?["size"]?.numbers?.dropFirst(index).first,
        geometry: index > 0 ? .cartesian : geometry ?? domain?["geometry"]?.text.flatMap(Axis.Geometry.init))
    }
  }

  private static func json(_ source: SourceText) -> JSONText? {
    (try? JSONNode.parse(source)).map { JSONText($0) }
  }

  private static func json(_ path: String) -> JSONText? {
    (try? AtomicFile.read(path)).flatMap { json(SourceText(name: path, bytes: $0)) }
  }

  /// Of all frames; of a checkpoint its own.
  func times() throws(StorageError) -> [Double] {
    var times: [Double] = []
    guard let file else { return times }
    for frame in 0..<file.frameCount { times.append(try file.time(frame)) }
    return times
  }

  var isCheckpoint: Bool { file?.isCheckpoint ?? false }

  var hasFreeBoundary: Bool { file?.hasFreeBoundary ?? false }

  /// The length of the first axis at a frame; nil if it cannot be known.
  func length(ofFrame frame: Int) -> Double? { file?.edge(frame) ?? axes.first?.length }

  /// By what the boundary has moved the points of the first axis at a frame: `edge / edge at the start`.
  func stretch(ofFrame frame: Int) -> Double {
    guard let edge = file?.edge(frame), let first = axes.first?.positions, let low = first.first, let high = first.last
    else { return 1 }
    return edge / (low + high)
  }

  /// The unit of a field as the run file gives it; empty if it gives none.
  func unit(ofField field: String) -> String { runFile?["model"]?["fields"]?[field]?["unit"]?.text ?? "" }
  var lengthUnit: String { runFile?["domain"]?["unit"]?.text ?? "" }
  var timeUnit: String { runFile?["time"]?["unit"]?.text ?? "" }
}

/// An axis as it is known from a file.
struct ComparedAxis {
  let positions: [Double]
  /// Position of the lower side; nil if it cannot be known.
  let origin: Double?
  let length: Double?
  /// nil for a first axis of which only positions are known.
  let geometry: Axis.Geometry?

  /// - Parameters:
  ///   - positions: of the points, the middles of equal intervals.
  ///   - origin: as the run file gives it; without it, half an interval before the first of at least two points.
  init(positions: [Double], origin: Double?, length: Double?, geometry: Axis.Geometry?) {
    self.positions = positions
    self.geometry = geometry
    let (first, last) = (positions.first ?? 0, positions.last ?? 0)
    let spacing = positions.count > 1 ? (last - first) / Double(positions.count - 1) : nil
    self.origin = origin ?? spacing.map { first - 0.5 * $0 }
    self.length = length ?? spacing.map { $0 * Double(positions.count) }
  }

  /// Whether both cover the same interval, to a billionth of its length.
  func covers(_ other: ComparedAxis) -> Bool {
    guard let origin, let length, let otherOrigin = other.origin, let otherLength = other.length else { return false }
    let tolerance = 1e-9 * max(abs(length), abs(otherLength))
    return abs(origin - otherOrigin) <= tolerance && abs(length - otherLength) <= tolerance
  }

  /// The axis with another number of points.
  func divided(into points: Int) -> Axis? {
    guard let origin, let length, let geometry else { return nil }
    return Axis(name: "x", origin: origin, length: length, points: points, geometry: geometry)
  }
}

extension JSONText {
  var text: String? { if case .string(let text) = self { text } else { nil } }

  var number: Double? {
    switch self {
    case .number(let number): number
    case .integer(let number): Double(number)
    case .numeral(let number): number.double
    default: nil
    }
  }

  /// nil if an element is no number.
  var numbers: [Double]? {
    guard case .array(let elements) = self else { return nil }
    let numbers = elements.compactMap(\.number)
    return numbers.count == elements.count ? numbers : nil
  }
}
