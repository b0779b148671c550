import ArgumentParser
import Configuration
import Documents

struct Models: ParsableCommand {
  static let configuration = CommandConfiguration(
    abstract: "List the published models that come with the program, or show one.",
    discussion: """
        oncofield models                                all of them, a line each
        oncofield models fisher-kpp-glioma              one: equations, parameters, sources
        oncofield models fisher-kpp-glioma --source     its file, to be copied and changed
      """)

  @Argument(help: "The name of a model.")
  var name: String?

  @Flag(help: "Print the model's file.")
  var source = false

  @Flag(help: "As JSON on standard output.")
  var json = false

  @Flag(help: .hidden)
  var reference = false

  func run() throws {
    let pages = try ModelPages(name)
    if reference {
      try writeOutput(pages.reference)
    } else if source {
      try writeOutput(pages.source)
    } else if json {
      try writeOutput(pages.output.pretty)
    } else {
      try writeOutput(name == nil ? pages.list : pages.page)
    }
  }
}
