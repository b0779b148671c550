import Configuration
import Foundation
import Storage

/// What lies at a path that was given to a verb, for those who gave it to the wrong one.
enum GivenPath {
  /// Refuses what is no run file by saying what it is, as far as that can be seen.
  static func requireRunFile(_ path: String) throws(Failure) {
    var isDirectory: ObjCBool = false
    guard FileManager.default.fileExists(atPath: path, isDirectory: &isDirectory) else {
      throw failure("there is no run file \(path)" + modelHint(path))
    }
    if isDirectory.boolValue {
      let files = names(in: path).filter { $0.hasSuffix(".json") }
      throw failure(
        "\(path) is a directory and no run file; "
          + (RunDirectory(path).holdsRun
            ? "a run is shown by  oncofield inspect \(path)  and goes on by  oncofield resume \(path)"
            : files.isEmpty ? "name a file" : "name a file in it: \(listed(files))"))
    }
    if begins(path, with: [[0x89, 0x48, 0x44, 0x46]]) {
      throw failure("\(path) holds fields and is no run file; it is shown by  oncofield inspect \(path)")
    }
  }

  /// Refuses what is no run directory, no checkpoint and no file of fields by saying what it is, as far as that can be seen.
  static func requireRun(_ path: String) throws(Failure) {
    var isDirectory: ObjCBool = false
    guard FileManager.default.fileExists(atPath: path, isDirectory: &isDirectory) else {
      throw failure("there is nothing at \(path)" + modelHint(path))
    }
    if isDirectory.boolValue { return try requireRunDirectory(path) }
    guard isRegularFile(path) else { throw failure("\(path) is neither a file nor the directory of a run") }
    let run = directory(of: path)
    let itsRun = RunDirectory(run).holdsRun ? run : nil
    if begins(path, with: [[UInt8(ascii: "{")], Array("//".utf8), Array("/*".utf8)]) {
      throw failure(
        itsRun.map { "\(path) is a file of the run \($0), which is to be named itself" }
          ?? "\(path) is a run file and no run; it is run by  oncofield run \(path)")
    }
    // What has the name of a file of fields and is none is damaged.
    if path.hasSuffix(".h5") || begins(path, with: [[0x89, 0x48, 0x44, 0x46]]) {
      guard FieldFile.contents(of: path) == .others else { return }
      throw failure(
        "\(path) is an HDF5 file of another program, and no checkpoint or file of fields; name a run directory")
    }
    throw failure(
      "\(path) is no run directory, checkpoint or file of fields; "
        + (itsRun.map { "name the run that it belongs to, \($0)" } ?? "name what  oncofield run --output  was given"))
  }

  /// Refuses also what a run cannot go on from.
  static func requireCheckpoint(_ path: String) throws(Failure) {
    try requireRun(path)
    var isDirectory: ObjCBool = false
    _ = FileManager.default.fileExists(atPath: path, isDirectory: &isDirectory)
    guard !isDirectory.boolValue, FieldFile.contents(of: path) == .series else { return }
    throw failure(
      "\(path) holds the fields of a run and is no checkpoint; the run goes on by  oncofield resume \(directory(of: path))"
    )
  }

  /// Refuses also a run that has written nothing which can be compared.
  static func requireValues(_ path: String) throws(Failure) {
    try requireRun(path)
    let directory = RunDirectory(path)
    guard directory.holdsRun, ![.fields, .observables].contains(where: { exists(directory.path($0)) }) else { return }
    let checkpoint = directory.checkpoints.last.map { "; its checkpoint can be compared, \($0.path)" } ?? ""
    throw failure("\(path) has neither fields.h5 nor observables.csv" + checkpoint)
  }

  private static func requireRunDirectory(_ path: String) throws(Failure) {
    if RunDirectory(path).holdsRun { return }
    let run = directory(of: path)
    if ["checkpoints", "images"].contains(URL(fileURLWithPath: path).lastPathComponent), RunDirectory(run).holdsRun {
      throw failure("\(path) is a part of the run \(run), which is to be named itself")
    }
    let inside = names(in: path)
    let runs = inside.prefix(1000).map { path + "/" + $0 }.filter { RunDirectory($0).holdsRun }
    throw failure(
      "\(path) is no run directory: "
        + (inside.isEmpty ? "it is empty" : "it has neither fields.h5, observables.csv nor checkpoints") + "; "
        + (runs.isEmpty ? "name what  oncofield run --output  was given" : "there are runs in it: \(listed(runs))"))
  }

  private static func exists(_ path: String) -> Bool { FileManager.default.fileExists(atPath: path) }

  private static func isRegularFile(_ path: String) -> Bool {
    var status = stat()
    return stat(path, &status) == 0 && status.st_mode & S_IFMT == S_IFREG
  }

  private static func directory(of path: String) -> String {
    URL(fileURLWithPath: path).deletingLastPathComponent().relativePath
  }

  /// What is in a directory, hidden files aside.
  private static func names(in directory: String) -> [String] {
    ((try? FileManager.default.contentsOfDirectory(atPath: directory)) ?? []).filter { !$0.hasPrefix(".") }.sorted()
  }

  /// The first few.
  private static func listed(_ names: [String]) -> String {
    names.prefix(5).joined(separator: ", ") + (names.count > 5 ? ", …" : "")
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
