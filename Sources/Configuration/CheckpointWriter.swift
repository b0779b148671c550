import Fields
import Foundation
import Simulations
import Storage
import Synchronization

/// Writes the checkpoints of a run into its directory, on disk space that is reserved for them.
final class CheckpointWriter {
  private let assembly: RunAssembly
  private let directory: RunDirectory
  private let isBranch: Bool
  private let reserve: CheckpointReserve
  /// Of the slowest checkpoint so far, in seconds.
  private let longest = Mutex<Double?>(nil)

  /// - Parameter isBranch: whether the run has branched off from another one.
  init(_ assembly: RunAssembly, in directory: RunDirectory, isBranch: Bool) {
    (self.assembly, self.directory, self.isBranch) = (assembly, directory, isBranch)
    reserve = CheckpointReserve(in: directory)
  }

  /// How long the slowest checkpoint so far has taken; before the first an estimate for a slow disk.
  var longestSeconds: Double { longest.withLock { $0 } ?? Double(assembly.fieldBytes) / 20e6 }

  // MARK: Reserved space

  /// Reserves disk space for checkpoints, and for the outputs that they may hold.
  func reserveSpace(for simulation: Simulation) {
    let state = simulation.state.count * simulation.state.grid.storageCount * 8
    let waiting = FieldSeries.mostBytes(ofFrame: state) + BackgroundWriter.mostBytes(ofFrame: state)
    reserve.make(checkpoint: state * (1 + simulation.stepper.traits.memoryFieldSetCount) + (1 << 19), outputs: waiting)
  }

  /// - Throws: where the reserved space is no longer there.
  func requireSpace() throws { try reserve.require() }

  func releaseSpace() { reserve.remove() }

  // MARK: Writing

  /// Takes the simulation as it is now.
  ///
  /// - Returns: writes it, after what the observers have written before.
  func save(_ simulation: Simulation, keeping kept: KeptFields) throws -> Writing {
    let compose = try checkpoint(of: simulation, keeping: kept)
    return { [self] in
      let start = ContinuousClock.now
      try directory.requireLocked()
      // This writes the outputs before it, which must not take the reserved space.
      let checkpoint = try compose()
      try reserve.write { try checkpoint.write(to: directory.path(.checkpoints)) }
      let seconds = (ContinuousClock.now - start) / .seconds(1)
      longest.withLock { $0 = max($0 ?? 0, seconds) }
      directory.removeCheckpoints(keeping: assembly.configuration.checkpoints.keep)
    }
  }

  /// The contents of a checkpoint of the simulation as it is now.
  ///
  /// - Returns: makes the checkpoint, to be called when the outputs before it have been written.
  private func checkpoint(of simulation: Simulation, keeping kept: KeptFields) throws -> () throws -> Checkpoint {
    let fields = assembly.configuration.model.fields.map(\.fileDescription)
    let groups = try groups(of: simulation, fields: fields, keeping: kept)
    let (clock, memory, commit) = (simulation.clock, simulation.memory, simulation.commitObservers)
    return { [self] in
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
      return Checkpoint(
        step: clock.step, time: clock.time, timeUnit: assembly.configuration.timeUnit,
        lengthUnit: assembly.configuration.lengthUnit, texts: try texts(memory), groups: groups)
    }
  }

  private func groups(
    of simulation: Simulation, fields: [FieldDescription], keeping kept: KeptFields
  ) throws -> [Checkpoint.Group] {
    var groups = [Checkpoint.Group(name: "fields", fields: fields, values: kept.kept(simulation.completeState))]
    groups += simulation.stepperMemory.fields.map {
      Checkpoint.Group(name: "memory/\($0.name)", fields: fields, values: kept.kept($0.set.set))
    }
    if assembly.configuration.mask?.isFile ?? false {
      let name = CheckpointFile.tissueGroup
      let field = FieldDescription(name: name, title: nil, unit: nil)
      groups.append(Checkpoint.Group(name: name, fields: [field], values: try assembly.volumes.indicator()))
    }
    return groups + assembly.historyGroups(keeping: kept)
  }

  private func texts(_ memory: SimulationMemory) throws -> [String: String] {
    let configuration = assembly.configuration
    var texts = [
      CheckpointText.runFile: configuration.resolved(chosen: nil, isForCheckpoint: true).pretty,
      CheckpointText.memory: try CheckpointText.encode(memory),
      CheckpointText.maxima: try CheckpointText.encode(assembly.maxima),
      CheckpointText.nowhereEmpty: try CheckpointText.encode(
        zip(assembly.configuration.model.fieldNames, assembly.nowhereEmpty).filter(\.1).map(\.0)),
      CheckpointText.ringing: try CheckpointText.encode(assembly.ringing),
      CheckpointText.negativeAtStart: try CheckpointText.encode(configuration.negativeAtStart.sorted()),
      CheckpointText.program: "Oncofield \(Provenance.version) (\(Provenance.commit))",
    ]
    if let uniform = assembly.uniformState { texts[CheckpointText.uniformState] = try CheckpointText.encode(uniform) }
    if assembly.delays != nil, let parameters = configuration.parametersBeforeStart {
      texts[CheckpointText.parametersBeforeStart] = try CheckpointText.encode(parameters)
    }
    if isBranch { texts[CheckpointText.branch] = "true" }
    return texts
  }
}
