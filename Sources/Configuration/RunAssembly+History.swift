import Documents
import Fields
import Models
import Rates
import Simulations
import Storage

/// What a checkpoint keeps of the past: the state at the start, as long as a delay reaches back to it, and the values of
/// what is delayed, one group for each time in the memory of the history.
extension RunAssembly {
  private static let group = "history"
  private static let initialGroup = "history/start"

  private static func group(_ number: Int) -> String {
    let digits = String(number)
    return group + "/" + String(repeating: "0", count: max(0, 5 - digits.count)) + digits
  }

  /// Of what is delayed; expressions cannot be names in a file.
  private var historyNames: [String] { (0..<(delays?.history.count ?? 0)).map { "value \($0 + 1)" } }

  func historyGroups(keeping kept: KeptFields) -> [Checkpoint.Group] {
    guard let history = delays?.history else { return [] }
    let values = history.values.enumerated().map { number, set in
      Checkpoint.Group(
        name: RunAssembly.group(number), fields: historyNames.map { FieldDescription(name: $0, title: nil, unit: nil) },
        values: kept.kept(set), hasScales: false)
    }
    let initial = history.initial.map { set in
      Checkpoint.Group(
        name: RunAssembly.initialGroup,
        fields: configuration.model.fieldNames.map { FieldDescription(name: $0, title: nil, unit: nil) },
        values: kept.kept(set), hasScales: false)
    }
    return (initial.map { [$0] } ?? []) + values
  }

  func restoreHistory(_ memory: DelayHistory.Memory?, from checkpoint: CheckpointFile) throws {
    guard let history = delays?.history else { return }
    guard let memory, let latest = memory.times.last else {
      throw StorageError(checkpoint.path, "holds no history", remedy: "it belongs to a model without delays")
    }
    let names = configuration.model.fieldNames
    var initial: FieldSet?
    if !checkpoint.header.fields(of: RunAssembly.initialGroup).isEmpty {
      let set = try FieldSet(grid: configuration.grid, count: names.count)
      try checkpoint.read(group: RunAssembly.initialGroup, names, into: set)
      initial = set
    }
    guard initial != nil || memory.times[0] <= latest - history.longest else {
      let (model, longest) = (configuration.model, configuration.model.delayRange?.longest)
      throw Diagnostics([
        .error(
          "the longest delay is \(history.longest), but the history in \(checkpoint.path) begins at "
            + "t = \(memory.times[0])", at: model.constantDelays.first { $0.delay == longest }?.place,
          remedy: "a delay cannot become longer when a run is resumed; begin a new run with it")
      ])
    }
    let values = try memory.times.indices.map { number in
      let set = try FieldSet(grid: configuration.grid, count: history.count)
      try checkpoint.read(group: RunAssembly.group(number), historyNames, into: set)
      return set
    }
    history.restore(memory, values: values, initial: initial)
  }
}
