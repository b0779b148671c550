import ArgumentParser
import Configuration

struct Run: ParsableCommand {
  static let configuration = CommandConfiguration(
    abstract: "Run a run file.",
    discussion: """
      Writes a run directory: fields (fields.h5, fields.xdmf), observables.csv, images, checkpoints, and where everything
      comes from (run.json, resolved.json). An existing run is never overwritten without --overwrite.

        oncofield run configs/immunotherapy.json
        oncofield run my.json --set parameters.sigma_u=0.018 --output runs/more-cells
      """)

  @OptionGroup var file: RunFileOptions

  @Option(name: .shortAndLong, help: "The run directory, instead of the run file's.", completion: .directory)
  var output: String?

  @Flag(help: "Replace the run that is in the run directory.")
  var overwrite = false

  @Option(help: "Number of threads, instead of the run file's; 0 for all processors.")
  var threads: Int?

  @Flag(name: .shortAndLong, help: "No progress on standard error.")
  var quiet = false

  func run() throws {
    let configuration = try file.read()
    let session = try creating {
      try RunSession(starting: configuration, output: output, overwrite: overwrite, threads: threads)
    }
    try carryOut(session, isQuiet: quiet)
  }
}
