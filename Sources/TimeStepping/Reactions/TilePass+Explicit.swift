// Substeps of an explicit Runge–Kutta pair. Rows: one stage after the other.
extension TilePass {
  private var pair: RungeKuttaPair { integrator.pair }

  private func row(_ stage: Int) -> Int { rows.stages + stage * fields }

  /// The rows of the rates at the start and at the end of the substep just taken, if it was one of a pair that has both.
  var explicitRates: (start: Int, end: Int)? {
    choice.method == .explicit && pair.reusesLastStage ? (row(0), row(pair.stageCount - 1)) : nil
  }

  func prepareExplicit(at done: Double) { evaluateRates(inputRow: rows.old, outputRow: row(0), at: done) }

  func goOnExplicit(at done: Double) {
    guard pair.reusesLastStage else { return prepareExplicit(at: done) }
    block.copy(row(pair.stageCount - 1), to: row(0), fields: fields, count: tile.count)
  }

  func attemptExplicit(_ step: Double, from done: Double) -> Double {
    for stage in 1..<pair.stageCount {
      combine(pair.matrix[stage], step: step)
      evaluateRates(inputRow: rows.new, outputRow: row(stage), at: done + pair.nodes[stage] * step)
    }
    if !pair.reusesLastStage { combine(pair.weights, step: step) }
    return errorNorm(stages: rows.stages, coefficients: pair.errorWeights, step: step)
  }

  private func combine(_ coefficients: [Double], step: Double) {
    block.combine(
      into: rows.new, base: rows.old, stages: rows.stages, coefficients: coefficients, step: step, fields: fields,
      count: tile.count)
  }
}
