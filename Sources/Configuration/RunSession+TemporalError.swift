import Documents
import Fields
import Rates
import Simulations
import Storage

extension RunSession {
  /// Why the temporal error of a run is not estimated.
  package struct NoErrorEstimate: Error, CustomStringConvertible {
    package let description: String
  }

  /// Runs once more with half the step or a tenth of the tolerance, in memory, and writes down by how much the last state is wrong.
  ///
  /// - Parameters:
  ///   - outcome: how the run has ended.
  ///   - stopRequested: asked after each step.
  ///   - didStep: called after each step, with the share that is done.
  /// - Throws: `NoErrorEstimate` if that is not possible, or if a stop was requested; `OutputFailure` if it cannot be written down.
  package func estimateTemporalError(
    after outcome: Simulation.Outcome, stopRequested: @escaping () -> Bool = { false },
    didStep: @escaping (Double) -> Void = { _ in }
  ) throws {
    if isBranch { throw NoErrorEstimate(description: "the run has branched off from another one") }
    let end = simulation.clock.time
    if case .stopped = outcome, simulation.regimen.memory.given?.first.contains(where: { $0.time == end }) ?? false {
      throw NoErrorEstimate(description: "the run was ended just after a dose")
    }
    let refinement = TemporalRefinement(assembly.configuration)
    let beginning = ContinuousClock.now
    let finer = try solution(refinement, until: end, stopRequested, didStep)
    temporalError = TemporalError(
      assembly.configuration, refinement, time: end, state: simulation.completeState, finer: finer,
      after: (ContinuousClock.now - beginning) / .seconds(1), volumes: assembly.volumes, pool: assembly.pool)
    do { try writeRun(outcome: RunSession.text(outcome)) } catch {
      throw OutputFailure(cause: error, saved: simulation.savedCheckpoint, isOutputWritten: true)
    }
  }

  /// The state at a time in a more accurate run, without the conditions that end the run.
  private func solution(
    _ refinement: TemporalRefinement, until end: Double, _ stopRequested: @escaping () -> Bool,
    _ didStep: @escaping (Double) -> Void
  ) throws -> FieldSet {
    let text = assembly.configuration.resolved(chosen: assembly.chosen).pretty
    do {
      let configuration = try RunConfiguration(
        SourceText(name: directory.path(.resolved), text: text),
        overrides: refinement.overrides(assembly.configuration) + [
          "time.end=\(JSONText.text(end))", "stop=[]",
        ])
      let finer = try RunAssembly(configuration, threads: assembly.pool.threadCount)
      let simulation = try CurrentAssembly(finer).makeSimulation(ledger: nil)
      let outcome = try simulation.run(
        stopRequested: stopRequested,
        didStep: { didStep(($0.clock.time - $0.startTime) / (end - $0.startTime)) })
      if outcome == .interrupted { throw NoErrorEstimate(description: "a stop was requested") }
      return simulation.state
    } catch let reason as NoErrorEstimate {
      throw reason
    } catch let problems as Diagnostics {
      throw NoErrorEstimate(description: "there is no run with \(refinement.text): \(problems.firstMessage)")
    } catch {
      // The run itself is complete, whatever becomes of the other one: a numerical failure, too little memory.
      let problem = (error as? NumericalFailure)?.problem ?? "\(error)"
      throw NoErrorEstimate(description: "the run with \(refinement.text) fails: \(problem)")
    }
  }
}
