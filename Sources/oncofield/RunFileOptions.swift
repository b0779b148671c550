import ArgumentParser
import Configuration
import Documents
import Foundation
import Storage

/// The run file and what is set from outside: common to the verbs that read one.
struct RunFileOptions: ParsableArguments {
  @Argument(help: "The run file; - for standard input.", completion: .file(extensions: ["json"]))
  var runFile: String

  @Option(
    name: .customLong("set"),
    help: ArgumentHelp(
      "Override a value of the run file, as in --set time.end=10 (repeatable).", valueName: "key=value"))
  var overrides: [String] = []

  private static let largestSize = 8 << 20

  /// What messages call the run file.
  var name: String { runFile == "-" ? "standard-input" : runFile }

  /// Reads and checks the run file; prints its warnings.
  func read() throws -> RunConfiguration {
    let bytes = runFile == "-" ? try RunFileOptions.standardInput() : try contents()
    let configuration = try RunConfiguration(SourceText(name: name, bytes: bytes), overrides: overrides)
    if !configuration.warnings.items.isEmpty { note(configuration.warnings.description) }
    return configuration
  }

  private func contents() throws -> [UInt8] {
    guard FileManager.default.fileExists(atPath: runFile) else {
      throw Failure(status: .missingInput, message: "error: there is no run file \(runFile)")
    }
    return try AtomicFile.read(runFile, limit: RunFileOptions.largestSize)
  }

  /// All bytes of standard input.
  ///
  /// - Throws: `StorageError` if they are more than a run file may have; `Failure` if they cannot be read.
  private static func standardInput() throws -> [UInt8] {
    if isatty(STDIN_FILENO) == 1 { note("Reading the run file from the terminal; Ctrl-D ends it.") }
    var bytes: [UInt8] = []
    func next() throws(Failure) -> Data? {
      do { return try FileHandle.standardInput.read(upToCount: 1 << 16) } catch {
        throw Failure(status: .missingInput, message: "error: standard input cannot be read")
      }
    }
    while let part = try next(), !part.isEmpty {
      bytes += part
      guard bytes.count <= largestSize else {
        throw StorageError("standard input", "has more than the limit of \(largestSize) bytes")
      }
    }
    return bytes
  }
}
