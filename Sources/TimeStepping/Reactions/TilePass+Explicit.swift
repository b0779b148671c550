// Substeps of an explicit Runge–Kutta pair. Stages: its own, one after the other.
extension TilePass {
  private var pair: RungeKuttaPair { integrator.pair }

  /// The rows of the rates at the start and at the end of the substep just taken, if it was one of a pair that has both.
  var explicitRates: (start: Int, end: Int)? {
    guard choice.method == .explicit, pair.reusesLastStage else { return nil }
    return (rows.stages, rows.stages + (pair.stageCount - 1) * fields)
  }

  func prepareExplicit(at done: Double) { evaluateRates(inputRow: rows.old, stage: 0, at: done) }

  func goOnExplicit(at done: Double) {
    guard pair.reusesLastStage else { return prepareExplicit(at: done) }
    stages.copy(pair.stageCount - 1, to: 0, count: tile.count)
  }

  func attemptExplicit(_ step: Double, from done: Double) -> Double {
    for stage in 1..<pair.stageCount {
      combine(pair.matrix[stage], step: step)
      evaluateRates(inputRow: rows.new, stage: stage, at: done + pair.nodes[stage] * step)
    }
    if !pair.reusesLastStage { combine(pair.weights, step: step) }
    return errorNorm(stages, coefficients: pair.errorWeights, step: step)
  }

  private func combine(_ coefficients: [Double], step: Double) {
    stages.combine(block, into: rows.new, base: rows.old, coefficients: coefficients, step: step, count: tile.count)
  }
}
