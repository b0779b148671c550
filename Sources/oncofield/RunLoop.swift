import CProcess
import Configuration
import Fields
import Foundation
import Simulations
import Storage
import TimeStepping

/// Carries out a session with progress on standard error and an orderly end on a request to stop.
func carryOut(_ session: RunSession, isQuiet: Bool) throws {
  process_install_stop_signals()
  let progress = Progress(session, isQuiet: isQuiet)
  let outcome: Simulation.Outcome
  do {
    outcome = try session.run(
      stopRequested: { process_stop_request() != 0 }, didStep: { progress.update($0) })
  } catch let failure as NumericalFailure {
    progress.end()
    throw Failure(status: .numericalFailure, message: sentence(failure, session))
  } catch let failure as TreatmentFailure {
    progress.end()
    throw Failure(status: .numericalFailure, message: "error: \(failure)\n\(lastCheckpoint(session))")
  }
  progress.end()
  for (name, lowest) in session.negativeFields {
    note(
      "warning: field \(name) fell to \(Float(lowest)); if it is a density, take a shorter step, "
        + "or let it diffuse by kernel (numerics.propagator)")
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

/// Names field, place, time and step of a failure, and what is left to go on from.
private func sentence(_ failure: NumericalFailure, _ session: RunSession) -> String {
  let configuration = session.assembly.configuration
  let grid = configuration.grid
  let position = [grid.axes[0].coordinate(failure.column)] + grid.rowCoordinates(failure.tile.row)
  let place = zip(grid.axes, position).map { "\($0.name) = \(Float($1))" }.joined(separator: ", ")
  let time = [Float(failure.time).description, configuration.timeUnit ?? ""].joined(separator: " ").trimmingCharacters(
    in: .whitespaces)
  return """
    error: step \(session.simulation.clock.step + 1) (t = \(time)): field \(configuration.model.fieldNames[failure.field]) \
    \(failure.problem) at \(place).
    \(lastCheckpoint(session)) A shorter step, or another value of the parameters that drive this field, may help.
    """
}

private func lastCheckpoint(_ session: RunSession) -> String {
  session.directory.checkpoints.last.map { "The last checkpoint is \($0.path)." } ?? "There is no checkpoint yet."
}
