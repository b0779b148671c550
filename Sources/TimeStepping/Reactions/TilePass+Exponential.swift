// Substeps of the exponential Runge–Kutta method: `u' = −κ u + N(u)` with `N = R + κ u`, where `κ` is the largest loss of
// each field over the tile at the start of the substep. Rows: N at the start, at the stages a, b, c, and at the new values.
extension TilePass {
  private var coefficients: ExponentialCoefficients { worker.exponential }

  private func row(_ stage: Int) -> Int { rows.stages + stage * fields }

  mutating func prepareExponential(at done: Double) {
    measureLosses(at: done)
    evaluateRemainder(stage: 0, inputRow: rows.old, at: done)
  }

  mutating func goOnExponential(at done: Double) {
    // N at the new values is known, but for the change of κ.
    block.copy(row(4), to: row(0), fields: fields, count: tile.count)
    let before = worker.largestLosses
    measureLosses(at: done)
    let change = zip(worker.largestLosses, before).map { $0 - $1 }
    block.add(rows.old, times: change, to: row(0), fields: fields, count: tile.count)
  }

  func attemptExponential(_ step: Double, from done: Double) -> Double {
    worker.exponential.set(losses: worker.largestLosses, step: step)
    // Beyond zero rates may have poles, which no estimate sees from the other side.
    combine(scales: coefficients.halfDecay, coefficients.a)
    if hasFalseNegative { return .infinity }
    evaluateRemainder(stage: 1, inputRow: rows.new, at: done + 0.5 * step)
    combine(scales: coefficients.halfDecay, coefficients.b)
    if hasFalseNegative { return .infinity }
    evaluateRemainder(stage: 2, inputRow: rows.new, at: done + 0.5 * step)
    combine(scales: coefficients.decay, coefficients.c)
    if hasFalseNegative { return .infinity }
    evaluateRemainder(stage: 3, inputRow: rows.new, at: done + step)
    combine(scales: coefficients.decay, coefficients.solution)
    evaluateRemainder(stage: 4, inputRow: rows.new, at: done + step)
    return block.exponentialError(
      old: rows.old, new: rows.new, stages: rows.stages, last: coefficients.last, spans: coefficients.spans,
      reach: step * (worker.largestLosses.max() ?? 0), absolute: integrator.absolute, relative: integrator.tolerance,
      fields: fields, count: tile.count)
  }

  private func evaluateRemainder(stage: Int, inputRow: Int, at elapsed: Double) {
    evaluateRates(inputRow: inputRow, outputRow: row(stage), at: elapsed)
    block.add(inputRow, times: worker.largestLosses, to: row(stage), fields: fields, count: tile.count)
  }

  private func combine(scales: [Double], _ coefficients: [Double]) {
    block.combine(
      into: rows.new, base: rows.old, scales: scales, stages: rows.stages, coefficients: coefficients, fields: fields,
      count: tile.count)
  }
}
