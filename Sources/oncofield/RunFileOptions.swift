import ArgumentParser
import Configuration
import Documents
import Foundation
import Storage

/// The run file and what is set from outside: common to the verbs that read one.
struct RunFileOptions: ParsableArguments {
  @Argument(help: "The run file.", completion: .file(extensions: ["json"]))
  var runFile: String

  @Option(
    name: .customLong("set"),
    help: ArgumentHelp(
      "Override a value of the run file, as in --set time.end=10 (repeatable).", valueName: "key=value"))
  var overrides: [String] = []

  /// Reads and checks the run file; prints its warnings.
  func read() throws -> RunConfiguration {
    guard FileManager.default.fileExists(atPath: runFile) else {
      throw Failure(status: .missingInput, message: "error: there is no run file \(runFile)")
    }
    let bytes = try AtomicFile.read(runFile, limit: 8 << 20)
    let configuration = try RunConfiguration(SourceText(name: runFile, bytes: bytes), overrides: overrides)
    if !configuration.warnings.items.isEmpty { note(configuration.warnings.description) }
    return configuration
  }
}
