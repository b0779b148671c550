import CProcess
import Configuration
import Fields
import Foundation
import Rates
import Simulations
import Storage

/// Carries out a session with progress on standard error and an orderly end on a request to stop.
func carryOut(_ session: RunSession, _ options: SessionOptions) throws {
  process_install_stop_signals()
  if !session.assembly.startWarnings.isEmpty { note(session.assembly.startWarnings.description) }
  let isQuiet = options.quiet
  let progress = Progress(session, isQuiet: isQuiet)
  var isUnrestTold = false
  var areManyStepsTold = false
  var limit = options.maxWalltime.map(WallTimeLimit.init)
  func isStopRequested() -> Bool { process_stop_request() != 0 || limit?.isNear(session) ?? false }
  let outcome: Simulation.Outcome
  do {
    outcome = try session.run(
      stopRequested: isStopRequested,
      didStep: {
        progress.update($0)
        if !areManyStepsTold, !isQuiet, $0.simulation.clock.step.isMultiple(of: Int(ShortSteps.manySteps)) {
          for line in manyStepLines($0) {
            progress.tell(line)
            areManyStepsTold = true
          }
        }
        if !isUnrestTold, let warning = $0.unrestWarning {
          progress.tell("warning: \(warning)")
          isUnrestTold = true
        }
      }, patience: options.patience,
      didFail: { error, isSaved in
        note(
          "warning: \(error); \(isSaved ? "a checkpoint is written" : "a checkpoint cannot be written either"); "
            + "trying again for \(Float(options.patience)) s")
      })
  } catch let failure as OutputFailure {
    process_end_stop_signals()
    progress.end()
    warn(session)
    throw Failure(status: .inputOutput, message: "error: \(OutputFailureReport(failure, session).text)")
  } catch let failure as NumericalFailure {
    progress.end()
    warn(session)
    throw Failure(status: .numericalFailure, message: "error: \(session.failure?.text ?? failure.problem)")
  } catch let failure as TreatmentFailure {
    progress.end()
    warn(session)
    throw Failure(status: .numericalFailure, message: "error: \(failure)\n\(session.lastCheckpoint)")
  } catch let failure as HistoryFailure {
    progress.end()
    warn(session)
    throw Failure(status: .numericalFailure, message: "error: \(failure)\n\(session.lastCheckpoint)")
  }
  progress.end()
  if let ledger = session.ledger, !isQuiet { note(ledger.text) }
  warn(session)
  let unmet = outcome == .interrupted ? [] : session.unmetConditions.lines
  if !isQuiet {
    for line in session.doseLines + session.propagatorLines + session.signLines + unmet { note("note: \(line)") }
    if !areManyStepsTold { for line in manyStepLines(session) { note(line) } }
  }
  switch outcome {
  case .reachedEnd: note(summary(session))
  case .stopped(let reason):
    note(
      "Stopped, \(reason): t = \(session.simulation.clock.time) after \(session.simulation.clock.step) steps; everything is in \(session.directory.path)"
    )
  case .interrupted:
    process_end_stop_signals()
    throw Failure(
      status: .interrupted,
      message: "Interrupted at t = \(session.simulation.clock.time) after \(session.simulation.clock.step) steps; "
        + "a checkpoint is written. Continue with:  oncofield resume \(session.directory.path)")
  }
  try estimateError(session, after: outcome, progress, isQuiet: isQuiet, stopRequested: isStopRequested)
  process_end_stop_signals()
}

/// Estimates the temporal error by a more accurate run, if that is asked for, and says it.
private func estimateError(
  _ session: RunSession, after outcome: Simulation.Outcome, _ progress: Progress, isQuiet: Bool,
  stopRequested: @escaping () -> Bool
) throws {
  let configuration = session.assembly.configuration
  guard configuration.estimatesError else {
    if !configuration.isControlled, !isQuiet {
      note(
        "note: the error of a fixed step is not estimated; \"estimate_error\": true in time does that by another run")
    }
    return
  }
  do {
    try session.estimateTemporalError(
      after: outcome, stopRequested: stopRequested,
      didStep: { progress.show($0, of: "of a more accurate run, to estimate the error (Ctrl-C leaves it out)") })
    progress.clear()
    guard let error = session.temporalError else { return }
    if let warning = error.warning { note("warning: \(warning)") }
    if !isQuiet { note("note: \(error.text)") }
  } catch let reason as RunSession.NoErrorEstimate {
    progress.clear()
    if !isQuiet { note("note: the error of the last state is not estimated: \(reason)") }
  } catch let failure as OutputFailure {
    progress.clear()
    throw Failure(status: .inputOutput, message: "error: \(OutputFailureReport(failure, session).text)")
  }
}

/// Why a run of many steps has so many, and what helps.
private func manyStepLines(_ session: RunSession) -> [String] {
  session.shortStepLines.map { "note: \(session.simulation.clock.step) steps so far: \($0)" }
}

private func summary(_ session: RunSession) -> String {
  let clock = session.simulation.clock
  return "Done: t = \(clock.time) after \(clock.step) steps; everything is in \(session.directory.path)"
}

/// Prints what the checks of the state have found.
private func warn(_ session: RunSession) {
  for warning in session.health?.warnings ?? [] { note("warning: \(warning)") }
  for warning in session.overlapWarnings { note("warning: \(warning)") }
  for failure in session.simulation.recoveredOutputs {
    note("warning: \(failure); nothing that belongs to the run is missing")
  }
}
