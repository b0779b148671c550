import Documents
import Fields
import Foundation
import Operators
import Reports
import Simulations
import Storage
import Synchronization
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
  let parent: String?
  /// The latest row of observables, for the progress line.
  package var latestObservables: [Double] { table?.latest ?? [] }
  private let table: ObservableTable?
  private let checkpointTimes: CheckpointTimes
  private let reserve: CheckpointReserve
  /// What the slowest checkpoint so far has taken; before the first what one might take on a slow disk.
  package var longestCheckpointSeconds: Double {
    let longest = checkpointTimes.longest.withLock { $0 }
    return longest ?? Double(assembly.fieldBytes) / 20e6
  }

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
  private final class CheckpointTimes: Sendable {
    let longest = Mutex<Double?>(nil)
  }

  /// Doubtful things about the way in which the run was begun.
  package private(set) var warnings: [String] = []

  /// Why the run could not go on, if so.
  package private(set) var failure: FailureReport?

  private static func fields(
    _ configuration: RunConfiguration, inSpaceOnly: Bool = false
  ) -> [FieldDescription] {
    (inSpaceOnly ? configuration.model.fieldsInSpace : configuration.model.fields).map {
      FieldDescription(name: $0.name, title: $0.title, unit: $0.unit)
    }
  }

  // MARK: Beginning

  /// Begins a new run.
  package init(
    starting configuration: RunConfiguration, output: String? = nil, overwrite: Bool = false, threads: Int? = nil,
    provenance: Provenance = Provenance()
  ) throws {
    assembly = try RunAssembly(configuration, threads: threads)
    directory = RunDirectory(output ?? configuration.directory)
    try directory.create(overwrite: overwrite)
    parent = nil
    self.provenance = provenance
    try AtomicFile.write(configuration.sourceText, to: directory.path(.config))
    let ledger = assembly.makeLedger()
    let observers = try RunSession.observers(assembly, directory, ledger)
    table = observers.table
    current = CurrentAssembly(assembly)
    current.didChange = { [table] in table?.observables = $0.observables }
    checkpointTimes = CheckpointTimes()
    reserve = CheckpointReserve(in: directory)
    simulation = try RunSession.simulation(
      assembly, current, directory, ledger, observers.scheduled, checkpointTimes, reserve)
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
        maxima: RunSession.numbers(CheckpointText.maxima, checkpoint, fields: names.count),
        ringing: RunSession.numbers(CheckpointText.ringing, checkpoint, fields: names.count),
        negativeAtStart: RunSession.negativeAtStart(checkpoint),
        parametersBeforeStart: RunSession.parametersBeforeStart(checkpoint) ?? continuation.parametersBefore,
        tissue: RunSession.tissue(checkpoint, configuration),
        restore: {
          try RunSession.restore(checkpoint, "fields", names, into: $0)
          $0.scale = scale
        }))
    self.directory = directory
    self.provenance = provenance
    parent = checkpoint.path
    if !branching {
      try directory.removeCheckpoints(after: checkpoint.header.step)
      warnings += RunSession.missingPictures(directory, of: memory.extents["images"] ?? 0)
    }
    let ledger = assembly.makeLedger()
    let observers = try RunSession.observers(assembly, directory, ledger, continuing: branching ? nil : memory.extents)
    table = observers.table
    current = CurrentAssembly(assembly)
    current.didChange = { [table] in table?.observables = $0.observables }
    checkpointTimes = CheckpointTimes()
    reserve = CheckpointReserve(in: directory)
    simulation = try RunSession.simulation(
      assembly, current, directory, ledger, observers.scheduled, checkpointTimes, reserve)
    memory.regimen?.forgetParameters(continuation.parametersSet)
    if continuation.hasOtherStops { memory.stops = nil }
    try simulation.regimen.restore(memory.regimen, at: memory.clock.time)
    // What the stepper remembers of the latest step holds for the equations and the scheme of that step alone.
    let transformed = try RunSession.fieldsThatWereTransformed(checkpoint, assembly)
    let hasOtherEquations =
      try RunSession.hasOtherEquations(checkpoint, configuration) || !transformed.isEmpty
    if !transformed.isEmpty {
      let names = transformed.map { names[$0] }.joined(separator: ", ")
      warnings.append(
        "up to here transforms have moved \(names), because the run was to end earlier; their rounding lies in empty tissue "
          + "and grows: if there is any, begin a new run with this end")
    }
    simulation.stepper.memorized =
      hasOtherEquations ? StepperMemory(choice: memory.stepper.choice) : memory.stepper
    for part in simulation.stepper.memory where !hasOtherEquations {
      try RunSession.restore(checkpoint, "memory/\(part.name)", names, into: part.set)
    }
    try assembly.restoreHistory(memory.history, from: checkpoint)
    try simulation.restore(
      memory, continuesFiles: !branching,
      unwritten: branching ? [:] : RunSession.unwritten(memory, checkpoint, configuration))
    if hasOtherEquations {
      do {
        try simulation.equationsHaveChanged()
      } catch let failure as NumericalFailure {
        throw configuration.diagnostics(failure)
      }
    }
    try writeResolved()
  }

  /// A warning if some of the pictures of before are not there; they are for people, who may remove them.
  private static func missingPictures(_ directory: RunDirectory, of count: Int) -> [String] {
    let names = (try? FileManager.default.contentsOfDirectory(atPath: directory.path(.images))) ?? []
    let found = names.filter { $0.hasSuffix(".png") }.count
    guard found < count else { return [] }
    return ["\(directory.path(.images)) holds \(found) of the \(count) pictures that were drawn before"]
  }

  /// Whether a run that goes on does so with other equations, or another way to solve them, than those of a checkpoint.
  private static func hasOtherEquations(
    _ checkpoint: CheckpointFile, _ configuration: RunConfiguration
  ) throws -> Bool {
    guard !configuration.overrides.isEmpty, let text = checkpoint.header.texts[CheckpointText.runFile] else {
      return false
    }
    let before = try RunConfiguration(SourceText(name: checkpoint.path, text: text))
    return before.equationsOutput != configuration.equationsOutput
  }

  /// Finds the fields that are not transformed from here on, but were before, because the run was to end earlier.
  ///
  /// What a transform has left in empty tissue stays there and grows.
  private static func fieldsThatWereTransformed(
    _ checkpoint: CheckpointFile, _ assembly: RunAssembly
  ) throws -> [Int] {
    let configuration = assembly.configuration
    guard !configuration.overrides.isEmpty, let text = checkpoint.header.texts[CheckpointText.runFile],
      assembly.diffusion.fields.contains(where: \.isSpoiltByRounding)
    else { return [] }
    var before = try RunConfiguration(SourceText(name: checkpoint.path, text: text))
    guard before.model.fieldNames == configuration.model.fieldNames else { return [] }
    before.negativeAtStart = configuration.negativeAtStart
    let growth = try before.traceGrowth(maxima: assembly.maxima, volumes: assembly.volumes, pool: assembly.pool)
    return assembly.diffusion.fields.indices.filter { index in
      let field = assembly.diffusion.fields[index]
      return field.moves && field.isSpoiltByRounding && field.requestedMethod == nil
        && growth.exponents[index] <= FieldDiffusion.largestHarmlessGrowth
    }
  }

  static func restore(
    _ checkpoint: CheckpointFile, _ group: String, _ names: [String], into set: FieldSet
  ) throws {
    for (index, name) in names.enumerated() {
      guard let entry = checkpoint.header.fields(of: group).first(where: { $0.field.name == name }) else {
        throw StorageError(
          checkpoint.path, "holds no values \(group)/\(name)", remedy: "it belongs to another model or scheme")
      }
      try checkpoint.read(entry, into: set, field: index)
    }
  }

  /// What the observers had seen and could not write.
  private static func unwritten(
    _ memory: SimulationMemory, _ checkpoint: CheckpointFile, _ configuration: RunConfiguration
  ) throws -> [String: [UnwrittenOutput]] {
    try (memory.unwritten ?? [:]).mapValues { outputs in
      try outputs.map { output in
        let state = try output.group.map { group in
          let state = try FieldSet(grid: configuration.grid, count: configuration.model.fieldNames.count)
          try restore(checkpoint, group, configuration.model.fieldNames, into: state)
          state.scale = output.scale ?? 1
          return state
        }
        return UnwrittenOutput(time: output.time, state: state, text: output.text)
      }
    }
  }

  /// What a checkpoint says of each field at the start of the run; nil if it does not.
  private static func numbers(_ key: String, _ checkpoint: CheckpointFile, fields: Int) -> [Double]? {
    guard let text = checkpoint.header.texts[key] else { return nil }
    let numbers = CheckpointText.decode([Double].self, from: text)
    return numbers?.count == fields ? numbers : nil
  }

  /// None in files of older versions, which took all fields for densities.
  private static func negativeAtStart(_ checkpoint: CheckpointFile) -> Set<String> {
    let names = checkpoint.header.texts[CheckpointText.negativeAtStart].flatMap {
      CheckpointText.decode(Set<String>.self, from: $0)
    }
    return names ?? []
  }

  /// Parameters of the time before the start, if they are others than those of the run file.
  private static func parametersBeforeStart(_ checkpoint: CheckpointFile) -> [String: Double]? {
    checkpoint.header.texts[CheckpointText.parametersBeforeStart].flatMap {
      CheckpointText.decode([String: Double].self, from: $0)
    }
  }

  /// The tissue, where it was read from a file.
  private static func tissue(_ checkpoint: CheckpointFile, _ configuration: RunConfiguration) throws -> FieldSet? {
    guard configuration.mask?.isFile ?? false, !checkpoint.header.fields(of: tissueGroup).isEmpty else { return nil }
    let tissue = try FieldSet(grid: configuration.grid, count: 1)
    try restore(checkpoint, tissueGroup, [tissueGroup], into: tissue)
    return tissue
  }

  static let tissueGroup = "tissue"

  /// - Parameter extents: what each observer had written when the checkpoint was taken whose files are gone on with; nil to begin
  ///   new files.
  private static func observers(
    _ assembly: RunAssembly, _ directory: RunDirectory, _ ledger: MassLedger?, continuing extents: [String: Int]? = nil
  ) throws -> (scheduled: [ScheduledObserver], table: ObservableTable?) {
    let configuration = assembly.configuration
    let fields = fields(configuration, inSpaceOnly: true)
    var scheduled: [ScheduledObserver] = []
    func add(_ interval: Double?, _ make: () throws -> any Observer) rethrows {
      guard let interval else { return }
      scheduled.append(
        ScheduledObserver(try make(), cadence: Cadence(start: configuration.startTime, interval: interval)))
    }
    func masked(_ observer: any Observer) -> any Observer {
      guard assembly.volumes.isMasked else { return observer }
      return MaskedObserver(observer, volumes: assembly.volumes)
    }
    func exists(_ part: RunDirectory.Part, _ observer: String) throws(StorageError) -> Bool {
      guard let extents else { return false }
      if FileManager.default.fileExists(atPath: directory.path(part)) { return true }
      guard extents[observer, default: 0] == 0 else {
        throw StorageError(
          directory.path(part), "is not there, and the run had written into it before the checkpoint was taken",
          remedy: "put the file of this run back, or go on without it in a new directory: resume … --output NEW",
          code: ENOENT)
      }
      return false
    }
    var table: ObservableTable?
    try add(configuration.observableInterval) {
      let made = try ObservableTable(
        directory.path(.observables), observables: assembly.observables,
        ledger: ledger?.columns ?? [], isNew: !exists(.observables, "observables"))
      table = made
      return made
    }
    try add(configuration.fieldInterval) {
      masked(
        try exists(.fields, "fields")
          ? FieldSeries(opening: directory.path(.fields), grid: configuration.grid, fields: fields)
          : FieldSeries(
            creating: directory.path(.fields), grid: configuration.grid, fields: fields, title: configuration.title,
            lengthUnit: configuration.lengthUnit, timeUnit: configuration.timeUnit,
            hasFreeBoundary: configuration.model.freeBoundary != nil))
    }
    try add(configuration.imageInterval) {
      masked(
        try FieldPictures(
          directory.path(.images), title: configuration.title, fields: fields, lengthUnit: configuration.lengthUnit,
          timeUnit: configuration.timeUnit, colormap: configuration.colormap,
          isMasked: assembly.volumes.isMasked))
    }
    return (scheduled, table)
  }

  private static func simulation(
    _ assembly: RunAssembly, _ current: CurrentAssembly, _ directory: RunDirectory, _ ledger: MassLedger?,
    _ observers: [ScheduledObserver], _ times: CheckpointTimes, _ reserve: CheckpointReserve
  ) throws -> Simulation {
    try current.makeSimulation(ledger: ledger, observers: observers) { simulation, fields in
      let checkpoint = try checkpoint(of: simulation, assembly, keeping: fields)
      return {
        let start = ContinuousClock.now
        try directory.requireLocked()
        // Composing it writes the outputs before it, which must not take the room that is set aside for it.
        let composed = try checkpoint()
        try reserve.write { try composed.write(to: directory.path(.checkpoints)) }
        let seconds = (ContinuousClock.now - start) / .seconds(1)
        times.longest.withLock { $0 = max($0 ?? 0, seconds) }
        directory.removeCheckpoints(keeping: assembly.configuration.checkpoints.keep)
      }
    }
  }

  /// A checkpoint of the simulation as it is now, to be put together when what the observers have written before has
  /// been written.
  private static func checkpoint(
    of simulation: Simulation, _ assembly: RunAssembly, keeping kept: KeptFields
  ) throws -> () throws -> Checkpoint {
    let configuration = assembly.configuration
    let fields = fields(configuration)
    var groups = [Checkpoint.Group(name: "fields", fields: fields, values: kept.kept(simulation.completeState))]
    groups += simulation.stepper.memory.map {
      Checkpoint.Group(name: "memory/\($0.name)", fields: fields, values: kept.kept($0.set))
    }
    if configuration.mask?.isFile ?? false {
      let field = FieldDescription(name: tissueGroup, title: nil, unit: nil)
      groups.append(Checkpoint.Group(name: tissueGroup, fields: [field], values: try assembly.volumes.indicator()))
    }
    groups += assembly.historyGroups(keeping: kept)
    let (clock, memory, commit) = (simulation.clock, simulation.memory, simulation.commitObservers)
    return { [groups] in
      var (memory, groups) = (memory, groups)
      let account = commit()
      memory.extents = account.extents
      for (observer, outputs) in account.unwritten {
        memory.unwritten = (memory.unwritten ?? [:]).merging([
          observer: outputs.enumerated().map { number, output in
            let group = output.state.map { state in
              let name = "unwritten/\(observer)/\(number)"
              groups.append(Checkpoint.Group(name: name, fields: fields, values: state, hasScales: false))
              return name
            }
            return .init(time: output.time, text: output.text, group: group, scale: output.state?.scale)
          }
        ]) { $1 }
      }
      var texts = [
        CheckpointText.runFile: configuration.resolved(chosen: nil, isForCheckpoint: true).pretty,
        CheckpointText.memory: try CheckpointText.encode(memory),
        CheckpointText.maxima: try CheckpointText.encode(assembly.maxima),
        CheckpointText.ringing: try CheckpointText.encode(assembly.ringing),
        CheckpointText.negativeAtStart: try CheckpointText.encode(configuration.negativeAtStart.sorted()),
        CheckpointText.program: "Oncofield \(Provenance.version) (\(Provenance.commit))",
      ]
      if assembly.delays != nil, let parameters = configuration.parametersBeforeStart {
        texts[CheckpointText.parametersBeforeStart] = try CheckpointText.encode(parameters)
      }
      return Checkpoint(
        step: clock.step, time: clock.time, timeUnit: configuration.timeUnit, lengthUnit: configuration.lengthUnit,
        texts: texts, groups: groups)
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
    simulation.whenOutputsFail(patience: patience, requireRoom: reserve.require, didFail: didFail)
    do {
      defer { reserve.remove() }
      setRoomAside()
      let outcome = try simulation.run(
        stopRequested: stopRequested, didStep: { _ in didStep(self) }, didShow: { _ in didStep(self) })
      let text =
        switch outcome {
        case .reachedEnd: RunSession.reachedEnd
        case .stopped(let reason): RunSession.stopped + reason
        case .interrupted: "interrupted, can be resumed"
        }
      do { try writeRun(outcome: text) } catch {
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

  /// Sets room on the disk aside for checkpoints, and for the outputs that they may hold.
  private func setRoomAside() {
    let state = simulation.state.count * simulation.state.grid.storageCount * 8
    let waiting = FieldSeries.mostBytes(ofFrame: state) + BackgroundWriter.mostBytes(ofFrame: state)
    reserve.make(checkpoint: state * (1 + simulation.stepper.memory.count) + (1 << 19), outputs: waiting)
  }
}
