import ArgumentParser
import Configuration
import Storage

/// How a run is carried out: common to the verbs that compute.
struct SessionOptions: ParsableArguments {
  @Flag(help: "Replace the run that is in the run directory.")
  var overwrite = false

  @Option(parsing: .unconditional, help: "Number of threads, instead of the run file's; 0 for all processors.")
  var threads: Int?

  @Option(
    help: ArgumentHelp(
      "Stop in good order, with a checkpoint and exit code 75, before so much time has passed since the start: as in "
        + "Slurm minutes, hours:minutes:seconds or days-hours:minutes:seconds.", valueName: "time"))
  var maxWalltime: WallTime?

  @Flag(help: "Write all that is asked for, however much it is.")
  var allowLargeOutput = false

  @Option(
    help: ArgumentHelp(
      "How long to try again when an output cannot be written, before the run ends with a checkpoint.",
      valueName: "seconds"))
  var patience = 10.0

  @Flag(name: .shortAndLong, help: "No progress on standard error.")
  var quiet = false

  func validate() throws {
    guard threads.map({ (0...1024).contains($0) }) ?? true else {
      throw ValidationError("--threads takes a number from 0 to 1024")
    }
    guard patience >= 0, patience.isFinite else {
      throw ValidationError("--patience takes a number of seconds of at least 0")
    }
  }

  /// Refuses options that say something else than `--set` does.
  func requireAgreement(with configuration: RunConfiguration, output: String? = nil) throws {
    if let output, let set = configuration.setFromOutside("output", "directory"), set.string != output {
      throw Failure(contradiction: "output.directory", with: "--output")
    }
    if let threads, let set = configuration.setFromOutside("threads"), set.integer != threads {
      throw Failure(contradiction: "threads", with: "--threads")
    }
  }

  /// Refuses what is probably a slip, before anything is written.
  func requireAllowed(_ volume: OutputVolume, in directory: String) throws {
    let free = FreeSpace(at: directory)?.bytes
    guard !allowLargeOutput, let refusal = volume.refusal(free: free) else { return }
    let isForDiskOnly = volume.refusal(free: nil) == nil
    throw Failure(
      status: isForDiskOnly ? .cannotCreate : .badConfiguration, message: "error: \(refusal); \(OutputVolume.remedy)")
  }
}
