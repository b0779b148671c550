import Documents
import Operators
import Simulations
import TimeStepping

/// The parts of a run in force: those of the run file, or those that a treatment has changed.
package final class CurrentAssembly {
  /// That of the run file.
  private let original: RunAssembly
  package private(set) var assembly: RunAssembly
  /// What treatments and the course of the solution have changed of the equations.
  private var changes = EquationChanges()
  /// What the reactions of those before have taken.
  private var earlier = ReactionStatistics()
  /// Work done by those before.
  private var earlierWork = Work()
  /// Called when parameters have changed.
  package var didChange: (RunAssembly) -> Void = { _ in }

  package init(_ assembly: RunAssembly) {
    original = assembly
    self.assembly = assembly
  }

  /// The treatments of the run, from its start.
  private func regimen() -> Regimen {
    Regimen(
      original.configuration.treatments, start: original.configuration.startTime, doser: doser,
      equations: original.equations, makeEquations: { try self.change($0, at: $1) })
  }

  /// The run from its start, with all that looks at each step.
  ///
  /// - Parameter saveCheckpoint: as in `Simulation.init`.
  package func makeSimulation(
    ledger: MassLedger?, observers: [ScheduledObserver] = [],
    saveCheckpoint: @escaping (Simulation, KeptFields) throws -> Writing = { _, _ in {} }
  ) throws -> Simulation {
    let (assembly, configuration) = (original, original.configuration)
    let regimen = regimen()
    let simulation = try Simulation(
      fieldNames: configuration.model.fieldNames, state: assembly.state, regimen: regimen,
      stops: stopConditions(regimen),
      extinction: assembly.makeExtinction(), startTime: configuration.startTime, endTime: configuration.endTime,
      steps: assembly.stepPolicy(), observers: observers, checkpoints: configuration.checkpoints,
      pool: assembly.pool,
      saveCheckpoint: saveCheckpoint)
    simulation.ledger = ledger
    simulation.health = HealthCheck(
      of: assembly.state, rules: configuration.healthRules, traces: assembly.traceWatches, volumes: assembly.volumes,
      pool: assembly.pool)
    return simulation
  }

  private func stopConditions(_ regimen: Regimen) -> StopConditions {
    let tolerance: Double? =
      if case .controlled(let tolerance, _) = original.configuration.steps { tolerance.relative.max() } else { nil }
    return StopConditions(
      original.configuration.stops, fieldCount: original.state.count, tolerance: tolerance, volumes: original.volumes,
      pool: original.pool,
      condition: regimen.condition)
  }

  private var doser: Doser { original.configuration.doser(volumes: original.volumes, pool: original.pool) }

  private func change(_ changes: EquationChanges, at time: Double) throws -> Equations {
    let (statistics, done) = (reactionStatistics, work)
    do {
      let next =
        changes.isEmpty
        ? original
        : try RunAssembly(
          original.configuration.applying(changes), following: original, changes: changes)
      earlierWork = done - next.work
      earlier = statistics - (next.reactions?.statistics ?? ReactionStatistics())
      let before = assembly
      (assembly, self.changes) = (next, changes)
      if before.configuration.model.parameterValues != next.configuration.model.parameterValues { didChange(next) }
    } catch let problems as Diagnostics {
      throw TreatmentFailure(time: time, problem: cause(of: changes) + ": " + problems.firstMessage)
    }
    return assembly.equations
  }

  /// Why there are no equations after some changes, as a sentence without its end.
  private func cause(of changes: EquationChanges) -> String {
    let emptied = Set((changes.emptiedFields ?? []).map(\.field)).subtracting(
      (self.changes.emptiedFields ?? []).map(\.field))
    let sharp = Set((changes.sharpFields ?? []).map(\.field)).subtracting((self.changes.sharpFields ?? []).map(\.field))
    let names = emptied.union(sharp).sorted().joined(separator: ", ")
    return names.isEmpty
      ? "a treatment leaves no run that is possible"
      : "a transform must not move \(names) any more, which has become \(emptied.isEmpty ? "too sharp" : "nearly empty somewhere"), "
        + "and the run needs another time.scheme"
  }

  /// Done since the start.
  package var work: Work { earlierWork + assembly.work }

  /// What the integration of the reactions has taken.
  package var reactionStatistics: ReactionStatistics {
    earlier + (assembly.reactions?.statistics ?? ReactionStatistics())
  }
}

extension RunAssembly {
  /// Done since the start, by its parts.
  fileprivate var work: Work { ratesOfChange.map { stepper.work + $0.work } ?? stepper.work }

  var equations: Equations {
    Equations(
      scheme: configuration.scheme.name, stepper: stepper, quasiSteady: quasiSteady, delays: delays, account: account,
      positiveStepper: positiveStepper, ratesOfChange: ratesOfChange, contractionRates: configuration.contractionRates,
      jumps: configuration.jumps, stepLimits: configuration.stepLimits, growthLimit: growthLimit,
      boundsChecks: boundsChecks, poleCheck: poleCheck)
  }
}
