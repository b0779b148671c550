import CProcess
import Configuration
import Fields
import Foundation
import Simulations
import Storage
import TimeStepping

/// Carries out a session with progress on standard error and an orderly end on a request to stop.
func carryOut(_ session: RunSession, _ options: SessionOptions) throws {
  process_install_stop_signals()
  if !session.assembly.startWarnings.isEmpty { note(session.assembly.startWarnings.description) }
  let isQuiet = options.quiet
  let progress = Progress(session, isQuiet: isQuiet)
  var isUnrestTold = false
  var limit = options.maxWalltime.map(WallTimeLimit.init)
  let outcome: Simulation.Outcome
  do {
    outcome = try session.run(
      stopRequested: { process_stop_request() != 0 || limit?.isNear(session) ?? false },
      didStep: {
        progress.update($0)
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
    process_end_stop_signals()
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
  }
  switch outcome {
  case .reachedEnd: note(summary(session))
  case .stopped(let reason):
    note(
      "Stopped, \(reason): t = \(session.simulation.clock.time) after \(session.simulation.clock.step) steps; everything is in \(session.directory.path)"
    )
  case .interrupted:
    throw Failure(
      status: .interrupted,
      message: "Interrupted at t = \(session.simulation.clock.time) after \(session.simulation.clock.step) steps; "
        + "a checkpoint is written. Continue with:  oncofield resume \(session.directory.path)")
  }
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
