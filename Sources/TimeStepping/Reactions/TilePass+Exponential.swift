// Substeps of the exponential Runge–Kutta methods: `u' = −κ u + N(u)` with `N = R + κ u`, where `κ` is the largest loss of
// each field over the tile at the start of the substep. Stages: N at the start, at the stages a, b, c, and at the new values.
extension TilePass {
  private var coefficients: ExponentialCoefficients { worker.exponential }

  mutating func prepareExponential(at done: Double) {
    measureLosses(at: done)
    evaluateRemainder(stage: 0, inputRow: rows.old, at: done)
  }

  mutating func goOnExponential(at done: Double) {
    // N at the new values is known, but for the change of κ.
    stages.copy(4, to: 0, count: tile.count)
    let change = worker.changesOfLosses
    for field in 0..<fields { change[field] = -worker.largestLosses[field] }
    measureLosses(at: done)
    for field in 0..<fields { change[field] += worker.largestLosses[field] }
    stages.add(block, rows.old, times: change.start, to: 0, count: tile.count)
  }

  func attemptExponential(_ step: Double, from done: Double) -> Double {
    coefficients.set(losses: worker.largestLosses.start, step: step)
    for stage in 0..<3 {
      combine(stage, scales: stage < 2 ? coefficients.halfDecay : coefficients.decay)
      // Beyond zero rates may have poles, which no estimate sees from the other side.
      if hasFalseNegative { return .infinity }
      evaluateRemainder(stage: stage + 1, inputRow: rows.new, at: done + (stage < 2 ? 0.5 * step : step))
    }
    combine(3, scales: coefficients.decay)
    evaluateRemainder(stage: 4, inputRow: rows.new, at: done + step)
    return stages.exponentialError(
      block, old: rows.old, new: rows.new, last: coefficients.last, spans: coefficients.spans,
      reach: step * fastestLoss, absolute: integrator.absolute, relative: integrator.tolerance, count: tile.count)
  }

  /// ETD2RK: `U = e^{−κh} u + h φ₁ N(u)`, `u′ = U + h φ₂ (N(U) − N(u))`; `u′ − U` measures the error of `U`.
  ///
  /// Source: S. M. Cox & P. C. Matthews, Exponential time differencing for stiff systems, J. Comput. Phys. 176 (2002)
  /// 430–455.
  func attemptTwoStageExponential(_ step: Double, from done: Double) -> Double {
    coefficients.set(losses: worker.largestLosses.start, step: step)
    stages.combine(
      block, into: rows.new, base: rows.old, scales: coefficients.decay, coefficients: coefficients.spans,
      stageCount: 1, count: tile.count)
    if hasFalseNegative { return .infinity }
    evaluateRemainder(stage: 1, inputRow: rows.new, at: done + step)
    stages.combine(
      block, into: rows.new, base: rows.new, scales: nil, coefficients: coefficients.bends, stageCount: 2,
      count: tile.count)
    return stages.errorNorm(
      block, old: rows.old, new: rows.new, coefficients: coefficients.bends, stageCount: 2,
      absolute: integrator.absolute, relative: integrator.tolerance, count: tile.count)
  }

  private func evaluateRemainder(stage: Int, inputRow: Int, at elapsed: Double) {
    evaluateRates(inputRow: inputRow, stage: stage, at: elapsed)
    stages.add(block, inputRow, times: worker.largestLosses.start, to: stage, count: tile.count)
  }

  private func combine(_ stage: Int, scales: UnsafePointer<Double>) {
    stages.combine(
      block, into: rows.new, base: rows.old, scales: scales, coefficients: coefficients.stages[stage],
      stageCount: stage + 1, count: tile.count)
  }
}
