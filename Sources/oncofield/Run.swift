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

  @OptionGroup var options: SessionOptions

  func run() throws {
    let configuration = try file.read()
    try options.requireAgreement(with: configuration, output: output)
    try options.requireAllowed(OutputVolume(configuration), in: output ?? configuration.directory)
    let session = try creating {
      try RunSession(starting: configuration, output: output, overwrite: options.overwrite, threads: options.threads)
    }
    try carryOut(session, options)
  }
}
