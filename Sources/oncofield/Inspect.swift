import ArgumentParser
import Documents
import Foundation
import Storage

struct Inspect: ParsableCommand {
  static let configuration = CommandConfiguration(
    abstract: "Say what is in a run directory, a checkpoint or a file of fields.")

  @Argument(help: "A run directory, a checkpoint or a fields.h5.", completion: .file())
  var path: String

  @Flag(help: "As JSON on standard output.")
  var json = false

  func run() throws {
    try GivenPath.requireRun(path)
    let inspection = try Inspection(path)
    try writeOutput(json ? inspection.output.pretty : inspection.text)
  }
}
