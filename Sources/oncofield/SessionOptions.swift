import ArgumentParser

/// How a run is carried out: common to the verbs that compute.
struct SessionOptions: ParsableArguments {
  @Flag(help: "Replace the run that is in the run directory.")
  var overwrite = false

  @Option(help: "Number of threads, instead of the run file's; 0 for all processors.")
  var threads: Int?

  @Option(
    help: ArgumentHelp(
      "Stop in good order, with a checkpoint and exit code 75, before so much time has passed since the start: as in "
        + "Slurm minutes, hours:minutes:seconds or days-hours:minutes:seconds.", valueName: "time"))
  var maxWalltime: WallTime?

  @Flag(name: .shortAndLong, help: "No progress on standard error.")
  var quiet = false
}
