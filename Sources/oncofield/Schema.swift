import ArgumentParser
import Configuration

struct Schema: ParsableCommand {
  static let configuration = CommandConfiguration(
    abstract: "Print the JSON Schema of run files, for editors, or their reference page.")

  @Flag(help: "The reference page in Markdown instead.")
  var reference = false

  func run() throws {
    if reference {
      try writeOutput(
        "# Run files, key by key\n\nWritten by `oncofield schema --reference`.\n\n"
          + RunConfiguration.schema.reference())
    } else {
      try writeOutput(
        RunConfiguration.schema.jsonSchema(id: "oncofield.schema.json", title: "Oncofield run file").pretty)
    }
  }
}
