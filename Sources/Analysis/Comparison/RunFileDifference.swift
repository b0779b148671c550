import Configuration
import Documents

/// A key of which two run files have other values.
struct RunFileDifference {
  /// The path in `resolved.json`, such as `treatment.0.add`.
  let key: String
  /// nil if the run file has none.
  let first: JSONText?
  let second: JSONText?

  /// What results do not depend on.
  private static let ignored: Set<String> = ["output.directory", "threads", "chosen"]

  /// All that differs in the run files of two runs, in the order of the first; nothing if one has none.
  ///
  /// A checkpoint leaves out what follows from other values: both are then read and written in the way of a checkpoint.
  static func all(_ first: ComparedRun, _ second: ComparedRun) -> [RunFileDifference] {
    guard let one = first.runFile, let other = second.runFile else { return [] }
    guard first.isCheckpoint != second.isCheckpoint else { return all(one, other) }
    return all(asInCheckpoint(one), asInCheckpoint(other)).filter { !$0.isOneFile }
  }

  /// The run file as a checkpoint has it; as it is if this version cannot read it.
  private static func asInCheckpoint(_ text: JSONText) -> JSONText {
    let configuration = try? RunConfiguration(SourceText(name: "run file", text: text.pretty))
    return configuration?.resolved(chosen: nil, isForCheckpoint: true) ?? text
  }

  /// Whether it is the path of one file, that the checkpoint has as it was written and the run as it was found.
  private var isOneFile: Bool {
    guard key.hasPrefix("initial.") || key.hasPrefix("domain.mask"), let one = first?.text, let other = second?.text,
      one.hasPrefix("/") != other.hasPrefix("/")
    else { return false }
    return one.split(separator: "/").last == other.split(separator: "/").last
  }

  /// All that differs in two resolved run files, in the order of the first.
  static func all(_ first: JSONText?, _ second: JSONText?, at key: String = "") -> [RunFileDifference] {
    if ignored.contains(key) || first == second { return [] }
    func below(_ name: String) -> String { key.isEmpty ? name : "\(key).\(name)" }
    switch (first, second) {
    case (.object(let one), .object(let other)):
      let names = one.map(\.key) + other.map(\.key).filter { name in !one.contains { $0.key == name } }
      return names.flatMap { all(first?[$0], second?[$0], at: below($0)) }
    case (.array(let one), .array(let other)) where one.count == other.count:
      return one.indices.flatMap { all(one[$0], other[$0], at: below("\($0)")) }
    default:
      if let one = first?.number, one == second?.number { return [] }
      return [RunFileDifference(key: key, first: first, second: second)]
    }
  }
}
