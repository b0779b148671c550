import Analysis
import ArgumentParser
import Documents
import Storage

struct Compare: ParsableCommand {
  static let configuration = CommandConfiguration(
    abstract: "Say whether two runs are equal, or where and by how much they differ.",
    discussion: """
      Takes run directories, files of fields or checkpoints. Fields and observables are compared at equal times. If the \
      grids differ, the finer values are averaged over the control volumes of the coarser grid. Where a boundary is free, \
      points are compared that have the same share of the length; places are those of the first run. Of two run \
      directories, the keys are listed in which the run files differ.

      Exit codes: 0 equal, bit for bit, at all times of both; 1 different; 65 the domains differ, or no field or no time \
      is common; 66 there is no such run.

        oncofield compare runs/treated runs/untreated
      """)

  @Argument(help: "The first run.", completion: .file())
  var first: String

  @Argument(help: "The second run.", completion: .file())
  var second: String

  @Flag(help: "As JSON on standard output.")
  var json = false

  func run() throws {
    for path in [first, second] { try GivenPath.requireValues(path) }
    let comparison: RunComparison
    do { comparison = try RunComparison(first, second) } catch let refusal as RunComparison.Refusal {
      throw Failure(
        status: .badConfiguration, message: "error: they cannot be compared: \(refusal.reason); \(refusal.remedy)")
    }
    try writeOutput(json ? comparison.output.pretty : comparison.text)
    if !comparison.isEqual { throw ExitCode(1) }
  }
}
