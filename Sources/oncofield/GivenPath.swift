import Configuration
import Foundation

/// What lies at a path that was given to a verb, for those who gave it to the wrong one.
enum GivenPath {
  /// Refuses what is no run file by saying what it is, as far as that can be seen.
  static func requireRunFile(_ path: String) throws(Failure) {
    var isDirectory: ObjCBool = false
    guard FileManager.default.fileExists(atPath: path, isDirectory: &isDirectory) else {
      throw failure("there is no run file \(path)" + modelHint(path))
    }
    if isDirectory.boolValue {
      throw failure(
        "\(path) is a directory and no run file; a run is shown by  oncofield inspect \(path)  and goes on by  oncofield resume \(path)"
      )
    }
    if begins(path, with: [[0x89, 0x48, 0x44, 0x46]]) {
      throw failure("\(path) holds fields and is no run file; it is shown by  oncofield inspect \(path)")
    }
  }

  /// Refuses a run file, or nothing, where a run or a checkpoint is expected.
  static func requireRun(_ path: String) throws(Failure) {
    guard FileManager.default.fileExists(atPath: path) else {
      throw failure("there is nothing at \(path)" + modelHint(path))
    }
    if begins(path, with: [[UInt8(ascii: "{")], Array("//".utf8), Array("/*".utf8)]) {
      throw failure("\(path) is a run file and no run; it is run by  oncofield run \(path)")
    }
  }

  private static func failure(_ message: String) -> Failure {
    Failure(status: .missingInput, message: "error: \(message)")
  }

  private static func modelHint(_ path: String) -> String {
    guard (try? ModelPages(path)) != nil else { return "" }
    return "; that is a model, shown by  oncofield models \(path)  and named in a run file by  \"model\": \"\(path)\""
  }

  /// Whether a file begins with one of some texts, blanks aside.
  private static func begins(_ path: String, with texts: [[UInt8]]) -> Bool {
    guard let file = FileHandle(forReadingAtPath: path), let head = try? file.read(upToCount: 512) else { return false }
    let rest = head.drop { $0 == 0x20 || (9...13).contains($0) || $0 == 0xEF || $0 == 0xBB || $0 == 0xBF }
    return texts.contains { rest.starts(with: $0) }
  }
}
