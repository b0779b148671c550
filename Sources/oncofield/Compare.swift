import Analysis
import ArgumentParser
import Documents
import Storage

struct Compare: ParsableCommand {
  static let configuration = CommandConfiguration(
    abstract: "Say whether two runs are equal, or where and by how much they differ.",
    discussion:
      "Compares the fields of two run directories, files of fields or checkpoints. Exit code 0: equal, 1: different.")

  @Argument(help: "The one.", completion: .file())
  var one: String

  @Argument(help: "The other.", completion: .file())
  var other: String

  @Flag(help: "As JSON on standard output.")
  var json = false

  func run() throws {
    let comparison = try RunComparison(FieldFile(one), FieldFile(other))
    print(json ? comparison.output.pretty : comparison.text, terminator: "")
    if !comparison.isEqual { throw ExitCode(1) }
  }
}
