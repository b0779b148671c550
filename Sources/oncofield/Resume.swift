import ArgumentParser
import Configuration
import Documents
import Foundation
import Storage

/// Which checkpoint of a run.
enum CheckpointChoice: ExpressibleByArgument {
  case latest
  case of(step: Int)

  init?(argument: String) {
    if argument == "latest" { self = .latest; return }
    guard let step = Int(argument) else { return nil }
    self = .of(step: step)
  }

  /// nil for the newest.
  var step: Int? { if case .of(let step) = self { step } else { nil } }
}

struct Resume: ParsableCommand {
  static let configuration = CommandConfiguration(
    abstract: "Continue a run from a checkpoint, with the same bytes as if it had never stopped.",
    discussion: """
      Takes a run directory (its newest checkpoint, or the one that --step or --time chooses) or a checkpoint file. A \
      checkpoint alone is enough; nothing is read from the run file.

        oncofield resume runs/immunotherapy
        oncofield resume runs/immunotherapy --set time.end=500
        oncofield resume runs/immunotherapy --time 150 --set parameters.sigma_u=0.03 --output runs/what-if
      """)

  @Argument(help: ArgumentHelp("A run directory or a checkpoint.", valueName: "run"), completion: .file())
  var path: String

  @Option(
    help: ArgumentHelp(
      "The step of the checkpoint to continue from; the newest that is whole without it, or with latest.",
      valueName: "step|latest"))
  var step: CheckpointChoice?

  @Option(parsing: .unconditional, help: "Continue from the last checkpoint at or before this time.")
  var time: Double?

  @Option(
    name: .customLong("set"),
    help: ArgumentHelp(
      "Override a value (repeatable): time.end and output go on in place, anything else needs --output.",
      valueName: "key=value"))
  var overrides: [String] = []

  @Option(name: .shortAndLong, help: "A new run directory for a run that branches off here.", completion: .directory)
  var output: String?

  @OptionGroup var options: SessionOptions

  func validate() throws {
    if step != nil, time != nil { throw ValidationError("Give --step or --time, not both.") }
  }

  func run() throws {
    let (checkpoint, directory) = try find()
    let continuation = try continuation(checkpoint)
    let configuration = continuation.configuration
    try options.requireAgreement(with: configuration)
    let branch = output.map(RunDirectory.init)
    if branch == nil { try refuseWhatNeedsABranch(continuation) }
    let time = checkpoint.header.time
    // A run that was killed after its last checkpoint may still have to put its files in order.
    if branch == nil,
      configuration.endTime < time || configuration.endTime == time && RunSession.isComplete(directory)
    {
      note("\(path) is already at its end, t = \(time); go on with --set time.end=…")
      return
    }
    if let asked = self.time, branch != nil, !overrides.isEmpty, time < asked - 1e-12 * abs(asked) {
      note(
        "warning: the last checkpoint at or before t = \(JSONText.text(asked)) is of t = \(JSONText.text(time)); what is set counts from "
          + "t = \(JSONText.text(time)) on")
    }
    let target = branch ?? directory
    try options.requireAllowed(OutputVolume(configuration, after: time), in: target.path)
    try creating {
      if branch != nil { try target.create(overwrite: options.overwrite) } else { try target.open() }
    }
    let session = try RunSession(
      resuming: checkpoint, as: continuation, in: target, branching: branch != nil, threads: options.threads)
    for warning in session.warnings { note("warning: \(warning)") }
    if branch == nil, let reason = session.simulation.stopReason {
      note(
        "\(path) was ended at t = \(JSONText.text(time)) by what its run file asks for (stop: \(reason)); to go on, branch off with "
          + "--output DIRECTORY and another condition, as --set stop=[]")
    }
    try carryOut(session, options)
  }

  /// The checkpoint, and the directory of its run.
  private func find() throws -> (CheckpointFile, RunDirectory) {
    try GivenPath.requireCheckpoint(path)
    var isDirectory: ObjCBool = false
    _ = FileManager.default.fileExists(atPath: path, isDirectory: &isDirectory)
    let parent = URL(fileURLWithPath: path).deletingLastPathComponent().deletingLastPathComponent()
    let directory = RunDirectory(isDirectory.boolValue ? path : parent.relativePath)
    // What it holds may change at any time while another process is at it.
    if output == nil || isDirectory.boolValue && directory.checkpoints.isEmpty {
      try creating { try directory.requireFree() }
    }
    return (isDirectory.boolValue ? try newest(in: directory) : try CheckpointFile.verified(path).get(), directory)
  }

  /// The newest checkpoint that is whole; damaged ones are passed over with a word.
  private func newest(in directory: RunDirectory) throws -> CheckpointFile {
    let candidates = directory.checkpoints.filter { step?.step == nil || $0.step == step?.step }
    guard !candidates.isEmpty else {
      let known = directory.checkpoints.map { "\($0.step)" }.joined(separator: ", ")
      let hint =
        known.isEmpty
        ? "; begin the run anew:  oncofield run \(directory.path(.config)) --output DIRECTORY" : "; it has: \(known)"
      throw Failure(
        status: .missingInput,
        message: "error: \(path) has no checkpoint" + (step?.step.map { " of step \($0)" } ?? "") + hint)
    }
    var later: [Double] = []
    for candidate in candidates.reversed() {
      switch CheckpointFile.verified(candidate.path) {
      case .success(let file):
        if let time, file.header.time > time { later.append(file.header.time) } else { return file }
      case .failure(let error): note("warning: \(error); trying the one before")
      }
    }
    guard let time, !later.isEmpty else {
      throw Failure(status: .inputOutput, message: "error: \(path) has no checkpoint that is whole")
    }
    let known = later.reversed().map { JSONText.text($0) }.joined(separator: ", ")
    throw Failure(
      status: .missingInput,
      message: "error: \(path) has no checkpoint at or before t = \(JSONText.text(time)); its times: \(known)")
  }

  /// The run file that lies in the checkpoint, with what is set now; prints what comes too late.
  private func continuation(_ checkpoint: CheckpointFile) throws -> RunContinuation {
    let continuation = try RunContinuation(checkpoint, overrides: overrides)
    guard continuation.configuration.grid == checkpoint.header.grid else {
      throw Failure(status: .badConfiguration, message: "error: the grid of a run cannot change; begin a new run")
    }
    if !continuation.warnings.isEmpty { note(continuation.warnings.description) }
    return continuation
  }

  private func refuseWhatNeedsABranch(_ continuation: RunContinuation) throws {
    let allowed = ["time.end", "output", "checkpoint", "threads"]
    for override in overrides {
      let key = String(override.prefix { $0 != "=" })
      if !allowed.contains(where: { key == $0 || key.hasPrefix($0 + ".") }) {
        throw Failure(
          status: .badConfiguration,
          message: "error: \(key) cannot change within one run; branch off with --output DIRECTORY")
      }
    }
    if let reason = continuation.needForBranch {
      throw Failure(status: .badConfiguration, message: "error: \(reason); branch off with --output DIRECTORY")
    }
  }
}
