import ArgumentParser

struct Validate: ParsableCommand {
  static let configuration = CommandConfiguration(
    abstract: "Check a run file without running it: all that is wrong with it, each with its place.")

  @OptionGroup var file: RunFileOptions

  func run() throws {
    let configuration = try file.read()
    try configuration.checkFiles()
    let warnings = try configuration.checkStart()
    if !warnings.isEmpty { note(warnings.description) }
    try writeOutput("\(file.name) is a good run file: \(configuration.title)\n")
  }
}
