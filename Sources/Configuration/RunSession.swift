import Foundation
import Rates
import Simulations
import Storage
import TimeStepping

/// A run on disk: its directory, its files, and the loop between a start or a checkpoint and its end.
package final class RunSession {
  /// The parts as the run file gives them.
  package let assembly: RunAssembly
  let current: CurrentAssembly
  package let directory: RunDirectory
  package private(set) var simulation: Simulation
  let provenance: Provenance
  let started = Date()
  /// When the run was complete; what comes after does not count as its time.
  private(set) var ended: Date?
  let parent: String?
  /// Whether the run has branched off from another one.
  let isBranch: Bool
  /// The latest row of observables, for the progress line.
  package var latestObservables: [Double] { table?.latest ?? [] }
  private let table: ObservableTable?
  private let checkpoints: CheckpointWriter
  /// How long the slowest checkpoint so far has taken; before the first an estimate for a slow disk.
  package var longestCheckpointSeconds: Double { checkpoints.longestSeconds }

  /// What the checks of the state have found so far.
  package var health: HealthReport? {
    simulation.health.map {
      HealthReport(
        $0, assembly.configuration, observables: table?.notFinite ?? [],
        allowsPositiveScheme: assembly.allowsPositiveScheme)
    }
  }
  /// Conditions that have never held so far.
  package var unmetConditions: UnmetConditions {
    UnmetConditions(
      assembly.configuration, courses: simulation.regimen.memory.triggers.mapValues(\.courses),
      isStopped: simulation.stopReason != nil)
  }
  /// What has changed the masses so far; nil if no ledger is kept.
  package var ledger: LedgerReport? {
    simulation.ledger.flatMap { ledger in
      assembly.account.map {
        LedgerReport(ledger, masses: $0.masses(of: simulation.completeState), assembly.configuration)
      }
    }
  }
  /// Where the run can go on from, in a sentence.
  package var lastCheckpoint: String {
    FailureReport.sentence(lastCheckpoint: directory.checkpoints.last?.path)
  }

  /// Doubtful things about the way in which the run was begun.
  package private(set) var warnings: [String] = []

  /// Why the run could not go on, if so.
  package private(set) var failure: FailureReport?

  /// The temporal error of the last state; nil if it is not estimated.
  package internal(set) var temporalError: TemporalError?

  // MARK: Beginning

  /// Begins a new run.
  package init(
    starting configuration: RunConfiguration, output: String? = nil, overwrite: Bool = false, threads: Int? = nil,
    provenance: Provenance = Provenance()
  ) throws {
    assembly = try RunAssembly(configuration, threads: threads)
    directory = RunDirectory(output ?? configuration.directory)
    try directory.create(overwrite: overwrite, runFile: configuration.document.place.source.name)
    parent = nil
    isBranch = false
    self.provenance = provenance
    try AtomicFile.write(configuration.sourceText, to: directory.path(.config))
    let ledger = assembly.makeLedger()
    let observers = try RunObservers(assembly, in: directory, ledger: ledger)
    table = observers.table
    current = CurrentAssembly(assembly)
    current.didChange = { [table] in table?.observables = $0.observables }
    checkpoints = CheckpointWriter(assembly, in: directory, isBranch: isBranch)
    simulation = try current.makeSimulation(
      ledger: ledger, observers: observers.scheduled, saveCheckpoint: checkpoints.save)
    try writeResolved()
  }

  /// Continues from a checkpoint.
  ///
  /// - Parameter output: a new directory for the run that branches off here; nil to go on in the directory of the
  ///   checkpoint.
  package init(
    resuming checkpoint: CheckpointFile, as continuation: RunContinuation, in directory: RunDirectory,
    branching: Bool, threads: Int? = nil, provenance: Provenance = Provenance()
  ) throws {
    let configuration = continuation.configuration
    let names = configuration.model.fieldNames
    guard var memory = SimulationMemory(of: checkpoint)
    else { throw StorageError(checkpoint.path, "is damaged: it does not say where the run stood", isDamage: true) }
    let scale = memory.scale ?? 1
    assembly = try RunAssembly(
      configuration, threads: threads,
      continuing: .init(
        maxima: checkpoint.numbers(CheckpointText.maxima, fields: names.count),
        ringing: checkpoint.numbers(CheckpointText.ringing, fields: names.count),
        nowhereEmpty: checkpoint.nowhereEmpty,
        uniformState: checkpoint.numbers(CheckpointText.uniformState, fields: names.count),
        negativeAtStart: checkpoint.negativeAtStart,
        parametersBeforeStart: checkpoint.parametersBeforeStart ?? continuation.parametersBefore,
        tissue: checkpoint.tissue(configuration),
        restore: {
          try checkpoint.read(group: "fields", names, into: $0)
          $0.scale = scale
        }))
    self.directory = directory
    self.provenance = provenance
    parent = checkpoint.path
    isBranch = branching || checkpoint.header.texts[CheckpointText.branch] != nil
    if !branching {
      try directory.removeCheckpoints(after: checkpoint.header.step)
      warnings += RunObservers.missingPictures(directory, of: memory.extents["images"] ?? 0)
    }
    let ledger = assembly.makeLedger()
    let observers = try RunObservers(
      assembly, in: directory, ledger: ledger, continuing: branching ? nil : memory.extents)
    table = observers.table
    current = CurrentAssembly(assembly)
    current.didChange = { [table] in table?.observables = $0.observables }
    checkpoints = CheckpointWriter(assembly, in: directory, isBranch: isBranch)
    simulation = try current.makeSimulation(
      ledger: ledger, observers: observers.scheduled, saveCheckpoint: checkpoints.save)
    memory.regimen?.forgetParameters(continuation.parametersSet)
    if continuation.hasOtherStops { memory.stops = nil }
    if checkpoint.header.fields(of: "fields").map(\.field.name) != names { memory.health = nil }
    try restore(memory, from: checkpoint, branching: branching)
    try writeResolved()
  }

  /// Gives the simulation its state at a checkpoint: treatments, what the stepper remembers, history, outputs.
  private func restore(_ memory: SimulationMemory, from checkpoint: CheckpointFile, branching: Bool) throws {
    let configuration = assembly.configuration
    let names = configuration.model.fieldNames
    try simulation.regimen.restore(memory.regimen, at: memory.clock.time)
    // What the stepper remembers of the latest step holds for the equations and the scheme of that step alone.
    let transformed = try assembly.fieldsTransformed(before: checkpoint)
    let inForce = simulation.regimen.equations.scheme
    let hasOtherScheme =
      memory.scheme.map { $0 != inForce } ?? (configuration.askedScheme.name == Scheme.auto.name)
    let hasOtherEquations =
      try assembly.hasOtherEquations(than: checkpoint) || !transformed.isEmpty || hasOtherScheme
    if !transformed.isEmpty {
      let names = transformed.map { names[$0] }.joined(separator: ", ")
      warnings.append(
        "up to here transforms have moved \(names), because the run was to end earlier or growth to be slower; their rounding in empty tissue "
          + "would grow from here on, so that values below 1e-13 of the largest one are set to 0")
      assembly.removeRounding(of: transformed)
    }
    if !hasOtherEquations {
      let kept = simulation.stepper.memory(restoring: memory.stepper)
      // A checkpoint of an older version may hold it in another form; steps begin anew then.
      let isThere = kept.fields.allSatisfy { !checkpoint.header.fields(of: "memory/\($0.name)").isEmpty }
      if isThere {
        for part in kept.fields { try checkpoint.read(group: "memory/\(part.name)", names, into: part.set.set) }
        simulation.stepperMemory = kept
      }
    }
    try assembly.restoreHistory(memory.history, from: checkpoint)
    try simulation.restore(
      memory, continuesFiles: !branching,
      unwritten: branching ? [:] : checkpoint.unwrittenOutputs(memory, configuration))
    if hasOtherEquations {
      do {
        try simulation.equationsHaveChanged()
      } catch let failure as NumericalFailure {
        throw configuration.diagnostics(failure)
      }
    }
  }

  // MARK: Running

  /// Runs to the end or to a request to stop, and writes down how it went.
  ///
  /// - Parameters:
  ///   - didStep: called after each step, and after the outputs of a time inside of one.
  ///   - patience: how long outputs that fail are tried again, in seconds.
  ///   - didFail: called before that, with the reason and whether a checkpoint has been taken since.
  package func run(
    stopRequested: @escaping () -> Bool = { false }, didStep: @escaping (RunSession) -> Void = { _ in },
    patience: Double = 10, didFail: @escaping (any Error, Bool) -> Void = { _, _ in }
  ) throws -> Simulation.Outcome {
    try writeRun(outcome: "running")
    simulation.whenOutputsFail(patience: patience, requireSpace: checkpoints.requireSpace, didFail: didFail)
    do {
      defer { checkpoints.releaseSpace() }
      checkpoints.reserveSpace(for: simulation)
      let outcome = try simulation.run(
        stopRequested: stopRequested, didStep: { _ in didStep(self) }, didShow: { _ in didStep(self) })
      ended = Date()
      do { try writeRun(outcome: RunSession.text(outcome)) } catch {
        throw OutputFailure(cause: error, saved: simulation.savedCheckpoint, isOutputWritten: true)
      }
      return outcome
    } catch let error as OutputFailure {
      try? writeRun(outcome: "failed: \(error.cause)")
      throw error
    } catch let error as NumericalFailure {
      failure = FailureReport(
        error, in: current.assembly, step: simulation.clock.step + 1, checkpoint: directory.checkpoints.last?.path)
      try? writeRun(outcome: "failed: \(error.problem)")
      throw error
    } catch {
      try? writeRun(outcome: "failed: \(error)")
      throw error
    }
  }
}
