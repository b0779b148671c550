import ArgumentParser
import Configuration
import Storage

@main
struct Oncofield: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "oncofield",
    abstract: "Reaction–diffusion models of tumor–immune dynamics: run them, resume them, look at them.",
    discussion: """
      A run file (JSON) says everything: model, domain, initial state, time, output. To begin:

        oncofield models                          the published models that come with the program
        oncofield plan configs/immunotherapy.json   what a run will do and take, without running it
        oncofield run configs/immunotherapy.json    run it; Ctrl-C stops it in good order
        oncofield resume runs/immunotherapy         go on, with the same bytes as if never stopped

      Exit codes: 0 done, 64 usage, 65 bad run file, 66 missing input, 70 defect in Oncofield, 73 output exists or
      cannot be created, 74 read or write failure, 75 interrupted (resume continues), 76 numerical failure, 130 or 143
      ended at once by a second request to stop.
      """,
    version: "Oncofield \(Provenance.version) (\(Provenance.commit))",
    subcommands: [
      Run.self, Resume.self, Validate.self, Plan.self, Inspect.self, Models.self, Schema.self, Compare.self, Bench.self,
    ])

  /// Errors are sentences on standard error, and the exit code says of what kind.
  static func main() {
    WallTimeLimit.begin()
    Rehearsal.begin()
    do {
      var command = try parseAsRoot()
      try command.run()
    } catch {
      Failure.exit(with: error)
    }
  }
}
