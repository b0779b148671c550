// Substeps of a Rosenbrock method. Rows: the stages; the rates at the start; the derivatives of the rates by time, those of
// the functionals included; the outputs of the Jacobian; the matrix.
extension TilePass {
  private var pair: RosenbrockPair { integrator.rosenbrock }
  private var jacobian: ReactionJacobian { system.jacobian }

  private func row(_ stage: Int) -> Int { rows.stages + stage * fields }
  private var startRates: Int { row(pair.stageCount) }
  private var timeSlopes: Int { row(pair.stageCount + 1) }
  private var derivatives: Int { row(pair.stageCount + 2) }
  private var matrix: Int { derivatives + jacobian.functions.count }

  func prepareRosenbrock(at done: Double) {
    evaluateRates(inputRow: rows.old, outputRow: startRates, at: done)
    enter(jacobian.functions, worker.jacobian)
    evaluate(jacobian.functions, worker.jacobian, inputRow: rows.old, outputRow: derivatives, at: done)
    guard jacobian.dependsOnTime else { return }
    let byTime = derivatives + jacobian.elementCount
    block.copy(byTime, to: timeSlopes, fields: fields, count: tile.count)
    for index in 0..<jacobian.functionalCount {
      let slope = (functionals.end[index] - functionals.start[index]) / interval
      vectors(byTime + (1 + index) * fields).combine(
        block, into: timeSlopes, base: timeSlopes, coefficients: [1], step: slope, count: tile.count)
    }
  }

  func attemptRosenbrock(_ step: Double, from done: Double) -> Double {
    block.loadShiftedJacobian(
      into: matrix, jacobian: derivatives, entries: jacobian.entries, shift: 1 / (step * pair.diagonal), size: fields,
      count: tile.count)
    worker.counters.operations += fields * fields * (fields / 3 + pair.stageCount) * tile.count
    block.factor(matrix, pattern: jacobian.pattern, size: fields, count: tile.count)
    for stage in 0..<pair.stageCount {
      if stage == 0 {
        block.copy(startRates, to: row(0), fields: fields, count: tile.count)
      } else {
        add(pair.matrix[stage], to: rows.old, into: rows.new, step: 1)
        evaluateRates(inputRow: rows.new, outputRow: row(stage), at: done + pair.nodes[stage] * step)
        add(pair.couplings[stage], to: row(stage), into: row(stage), step: 1 / step)
      }
      if jacobian.dependsOnTime, pair.timeWeights[stage] != 0 {
        vectors(timeSlopes).combine(
          block, into: row(stage), base: row(stage), coefficients: [pair.timeWeights[stage]], step: step,
          count: tile.count)
      }
      block.solve(matrix, pattern: jacobian.pattern, rightHandSide: row(stage), size: fields, count: tile.count)
    }
    add(pair.weights, to: rows.old, into: rows.new, step: 1)
    return errorNorm(vectors(rows.stages), coefficients: pair.errorWeights, step: 1)
  }

  private func add(_ coefficients: [Double], to base: Int, into out: Int, step: Double) {
    vectors(rows.stages).combine(
      block, into: out, base: base, coefficients: coefficients, step: step, count: tile.count)
  }
}
