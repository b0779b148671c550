import Fields
import Foundation
import Simulations
import Storage

/// What a run reads from its checkpoint, beside `SimulationMemory`.
extension CheckpointFile {
  /// Group of the tissue, where a file gives it.
  static let tissueGroup = "tissue"

  /// Reads the fields of a group.
  ///
  /// - Throws: `StorageError` if one of them is missing or cannot be read.
  func read(group: String, _ names: [String], into set: FieldSet) throws {
    for (index, name) in names.enumerated() {
      guard let entry = header.fields(of: group).first(where: { $0.field.name == name }) else {
        throw StorageError(
          path, "holds no values \(group)/\(name)", remedy: "it belongs to another model or scheme")
      }
      try read(entry, into: set, field: index)
    }
  }

  /// Outputs that the observers had taken and could not write.
  func unwrittenOutputs(
    _ memory: SimulationMemory, _ configuration: RunConfiguration
  ) throws -> [String: [UnwrittenOutput]] {
    try (memory.unwritten ?? [:]).mapValues { outputs in
      try outputs.map { output in
        let state = try output.group.map { group in
          let state = try FieldSet(grid: configuration.grid, count: configuration.model.fieldNames.count)
          try read(group: group, configuration.model.fieldNames, into: state)
          state.scale = output.scale ?? 1
          return state
        }
        return UnwrittenOutput(time: output.time, state: state, text: output.text)
      }
    }
  }

  /// One number of each field at the start of the run; nil if the checkpoint does not have them.
  func numbers(_ key: String, fields: Int) -> [Double]? {
    guard let text = header.texts[key] else { return nil }
    let numbers = CheckpointText.decode([Double].self, from: text)
    return numbers?.count == fields ? numbers : nil
  }

  /// Names of the fields that were nowhere empty at the start; nil in files of older versions, which did not tell.
  var nowhereEmpty: Set<String>? {
    header.texts[CheckpointText.nowhereEmpty].flatMap { CheckpointText.decode(Set<String>.self, from: $0) }
  }

  /// Names of the fields that had negative values at the start; none in files of older versions, which took all fields for densities.
  var negativeAtStart: Set<String> {
    let names = header.texts[CheckpointText.negativeAtStart].flatMap {
      CheckpointText.decode(Set<String>.self, from: $0)
    }
    return names ?? []
  }

  /// Values of the parameters of the time before the start, if they are others than those of the run file.
  var parametersBeforeStart: [String: Double]? {
    header.texts[CheckpointText.parametersBeforeStart].flatMap {
      CheckpointText.decode([String: Double].self, from: $0)
    }
  }

  /// The tissue, where it was read from a file.
  func tissue(_ configuration: RunConfiguration) throws -> FieldSet? {
    let group = CheckpointFile.tissueGroup
    guard configuration.mask?.isFile ?? false, !header.fields(of: group).isEmpty else { return nil }
    let tissue = try FieldSet(grid: configuration.grid, count: 1)
    try read(group: group, [group], into: tissue)
    return tissue
  }
}
