// Substeps of the α-QSS method for `u' = P − L u`: both taken as constant give `u*`; then, with `P*` and `L*` there,
// `z = −½ h (L + L*)` and `u′ = u e^z + h ((φ₁ − φ₂) P + φ₂ P*)`. All weights are non-negative, so that what begins
// non-negative stays so whatever the step; `u′ − u*` measures the error of `u*`. Rows: the difference of the two; P and L
// of all fields at the start, then at `u*`.
//
// Source: D. R. Mott, E. S. Oran & B. van Leer, A quasi-steady-state solver for the stiff ordinary differential equations
// of reaction kinetics, J. Comput. Phys. 164 (2000) 407–428.
extension TilePass {
  private var start: Int { rows.stages + fields }
  private var predicted: Int { rows.stages + 3 * fields }

  func prepareQuasiSteady(at done: Double) {
    enter(system.productionsAndLosses, worker.productionsAndLosses)
    evaluateParts(inputRow: rows.old, outputRow: start, at: done)
  }

  func attemptQuasiSteady(_ step: Double, from done: Double) -> Double {
    for field in 0..<fields {
      block.relax(
        into: rows.new + field, old: rows.old + field, production: start + field, loss: start + fields + field,
        step: step, count: tile.count)
    }
    evaluateParts(inputRow: rows.new, outputRow: predicted, at: done + step)
    block.copy(rows.new, to: rows.stages, fields: fields, count: tile.count)
    for field in 0..<fields {
      block.relax(
        into: rows.new + field, old: rows.old + field, production: start + field, loss: start + fields + field,
        nextProduction: predicted + field, nextLoss: predicted + fields + field, step: step, count: tile.count)
    }
    let (difference, opposite) = (vectors(rows.stages), [Double](repeating: -1, count: fields))
    difference.add(block, rows.new, times: opposite, to: 0, count: tile.count)
    return errorNorm(difference, coefficients: [1], step: 1)
  }

  /// A source that takes is a share of what is there at the start of the substep.
  private func evaluateParts(inputRow: Int, outputRow: Int, at elapsed: Double) {
    evaluate(
      system.productionsAndLosses, worker.productionsAndLosses, inputRow: inputRow, outputRow: outputRow, at: elapsed)
    worker.counters.evaluations += 1
    worker.counters.evaluatedPoints += tile.count
    // The exponentials are some forty operations each.
    worker.counters.operations += 50 * fields * tile.count
    guard hasSource else { return }
    for field in 0..<fields {
      block.addSource(
        rows.source + field, production: outputRow + field, loss: outputRow + fields + field, amount: rows.old + field,
        count: tile.count)
    }
  }
}
