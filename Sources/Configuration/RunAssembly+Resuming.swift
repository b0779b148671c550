import Documents
import Operators
import Storage

/// How a run that is resumed differs from the run that wrote the checkpoint.
extension RunAssembly {
  /// Whether the equations, or the way to solve them, are other ones.
  func hasOtherEquations(than checkpoint: CheckpointFile) throws -> Bool {
    guard !configuration.overrides.isEmpty, let before = try checkpoint.configuration else { return false }
    return before.equationsOutput != configuration.equationsOutput
  }

  /// The fields that transforms have moved before and do not move any more, because the run was to end earlier, or its traces to grow more slowly.
  ///
  /// The rounding of a transform lies in empty tissue, and would grow there.
  func fieldsTransformed(before checkpoint: CheckpointFile) throws -> [Int] {
    guard !configuration.overrides.isEmpty, diffusion.fields.contains(where: \.isSpoiltByRounding),
      var before = try checkpoint.configuration, before.model.fieldNames == configuration.model.fieldNames
    else { return [] }
    (before.negativeAtStart, before.sizesAtStart) = (configuration.negativeAtStart, configuration.sizesAtStart)
    let growth = try before.traceGrowth(
      maxima: maxima, volumes: volumes, kernels: ConvolutionKernels(before, pool: pool))
    return diffusion.fields.indices.filter { index in
      let field = diffusion.fields[index]
      return field.moves && field.isSpoiltByRounding && field.requestedMethod == nil
        && !field.isTridiagonal(on: volumes.grid)
        && growth.exponents[index] <= FieldDiffusion.largestHarmlessGrowth
    }
  }
}

extension RunAssembly {
  /// What the rounding of transforms has left at most, relative to the largest value.
  private static let roundingOfTransforms = 1e-13

  /// Sets to 0 what may be the rounding of transforms that have moved some fields before.
  func removeRounding(of fields: [Int]) {
    for field in fields {
      let limit = RunAssembly.roundingOfTransforms * max(state.maximum(field), -state.minimum(field))
      for row in 0..<state.grid.rowCount {
        let values = state.pointer(field, row: row)
        for point in 0..<state.grid.rowLength where abs(values[point]) < limit { values[point] = 0 }
      }
    }
  }
}

extension CheckpointFile {
  /// The run file of the run that wrote it; nil in files of older versions.
  fileprivate var configuration: RunConfiguration? {
    get throws {
      try header.texts[CheckpointText.runFile].map { try RunConfiguration(SourceText(name: path, text: $0)) }
    }
  }
}
