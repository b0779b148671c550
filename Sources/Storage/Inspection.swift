import Documents
import Foundation

/// What is in a run directory, a checkpoint or a file of fields, in words.
package struct Inspection {
  package let output: JSONText

  package init(_ path: String) throws(StorageError) {
    let directory = RunDirectory(path)
    if directory.isRun {
      output = try Inspection.run(directory)
    } else {
      let file = try FieldFile(path)
      output = file.isCheckpoint ? try Inspection.checkpoint(path) : Inspection.series(file)
    }
  }

  private static func run(_ directory: RunDirectory) throws(StorageError) -> JSONText {
    var record: JSONText?
    if let bytes = try? AtomicFile.read(directory.path(.run)),
      let node = try? JSONNode.parse(SourceText(name: directory.path(.run), bytes: bytes))
    {
      record = JSONText(node)
    }
    let hasFields = FileManager.default.fileExists(atPath: directory.path(.fields))
    return .object([
      "run": record,
      "checkpoints": .integers(directory.checkpoints.map(\.step)),
      "fields": hasFields ? series(try FieldFile(directory.path(.fields))) : nil,
    ])
  }

  private static func series(_ file: FieldFile) -> JSONText {
    .object([
      "fields": .strings(file.fields),
      "shape": .integers(file.shape),
      "frames": .integer(file.times.count),
      "first_time": file.times.first.map(JSONText.number),
      "last_time": file.times.last.map(JSONText.number),
    ])
  }

  private static func checkpoint(_ path: String) throws(StorageError) -> JSONText {
    try rehearsed(path) { () throws(StorageError) in try readCheckpoint(path) }
  }

  private static func readCheckpoint(_ path: String) throws(StorageError) -> JSONText {
    let file = try CheckpointFile(path)
    let scratch = try file.allocate()
    var fields: [JSONText] = []
    for entry in file.header.entries {
      try file.read(entry, into: scratch, field: 0)
      fields.append(
        .object([
          "name": .string(entry.path), "hash": .string(entry.hash), "minimum": .number(scratch.minimum(0)),
          "maximum": .number(scratch.maximum(0)), "mass": .number(scratch.integral(0)),
        ]))
    }
    return .object([
      "step": .integer(file.header.step),
      "time": .number(file.header.time),
      "points": .integers(file.header.grid.axes.map(\.points)),
      "whole": .boolean(true),
      "fields": .array(fields),
    ])
  }

  /// The same as indented lines.
  package var text: String {
    var text = ""
    Inspection.write(output, to: &text, indent: 0)
    return text
  }

  private static func write(_ value: JSONText, to text: inout String, indent: Int) {
    let margin = String(repeating: "  ", count: indent)
    switch value {
    case .object(let members):
      for member in members {
        if member.value.isNested {
          text += "\(margin)\(member.key)\n"
          write(member.value, to: &text, indent: indent + 1)
        } else {
          text += "\(margin)\(member.key): \(member.value.plain)\n"
        }
      }
    case .array(let elements):
      for element in elements {
        if element.isNested { text += "\(margin)-\n" }
        write(element, to: &text, indent: indent + 1)
      }
    default: text += "\(margin)\(value.plain)\n"
    }
  }
}

extension JSONText {
  fileprivate var isNested: Bool {
    switch self {
    case .object: true
    case .array(let elements): elements.contains(where: \.isNested)
    default: false
    }
  }

  /// Without quotation marks.
  fileprivate var plain: String {
    switch self {
    case .string(let text): text
    case .array(let elements): elements.map(\.plain).joined(separator: ", ")
    default: compact
    }
  }
}
