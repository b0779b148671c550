import Fields
import Glibc

/// The work on one tile.
struct TilePass {
  let integrator: ReactionIntegrator
  let worker: ReactionIntegrator.Worker
  let tile: Tile
  let time: Double
  let interval: Double
  let functionals: ReactionIntegrator.FunctionalCourse
  let hasSource: Bool
  /// Where things lie in the worker's block; `old` and `new` change places with every substep.
  var rows: ReactionIntegrator.Rows
  /// 0 where there is no tissue, or nil if all is.
  var tissue: UnsafePointer<Double>?

  var pair: RungeKuttaPair { integrator.pair }
  var fields: Int { integrator.system.fieldCount }

  mutating func run(state: FieldSet, source: FieldSet?) -> NumericalFailure? {
    let block = worker.block
    tissue = integrator.volumes.isMasked ? integrator.volumes.values(of: tile) : nil
    if let tissue, (0..<tile.count).allSatisfy({ tissue[$0] == 0 }) { return nil }
    block.load(state, tile: tile, into: rows.old)
    if let source { block.load(source, tile: tile, into: rows.source) }
    for row in [rows.old, rows.new] {
      integrator.system.functions.enter(
        tile, scale: state.scale, functionals: functionals.start, block: block, inputRow: row,
        workspace: worker.workspace)
    }
    if let failure = integrate() { return failure }
    block.store(rows.old, to: state, tile: tile)
    return nil
  }

  /// Takes substeps until the interval is done; the result lies in the rows `old`.
  mutating func integrate() -> NumericalFailure? {
    var done = 0.0
    var step = interval
    evaluate(stage: 0, inputRow: rows.old, at: 0)
    while done < interval {
      let remaining = interval - done
      // Equal parts of what is left, so that no sliver remains.
      let parts = max(1, (remaining / step * (1 - 1e-12)).rounded(.up))
      step = remaining / parts
      let error = attempt(step, from: done)
      if error <= 1 {
        worker.substeps += 1
        done = parts == 1 ? interval : done + step
        accept(at: done)
        step *= error == 0 ? 5 : min(5, max(1, factor(error)))
      } else {
        worker.rejections += 1
        step *= error.isFinite ? max(0.1, factor(error)) : 0.1
        if step < interval * 1e-9 { return failure(at: time + done) }
      }
    }
    return nil
  }

  func factor(_ error: Double) -> Double {
    0.9 * pow(error, -1 / Double(pair.embeddedOrder + 1))
  }

  /// Computes all stages; returns the error in units of the tolerance, the new values being in the rows `new`.
  func attempt(_ step: Double, from done: Double) -> Double {
    let block = worker.block
    for stage in 1..<pair.stageCount {
      block.combine(
        into: rows.new, base: rows.old, stages: rows.stages, coefficients: pair.matrix[stage], step: step,
        fields: fields, count: tile.count)
      evaluate(stage: stage, inputRow: rows.new, at: done + pair.nodes[stage] * step)
    }
    if !pair.reusesLastStage {
      block.combine(
        into: rows.new, base: rows.old, stages: rows.stages, coefficients: pair.weights, step: step,
        fields: fields, count: tile.count)
    }
    return block.errorNorm(
      old: rows.old, new: rows.new, stages: rows.stages, coefficients: pair.errorWeights, step: step,
      absolute: integrator.absolute, relative: integrator.tolerance, fields: fields, count: tile.count)
  }

  /// Makes the new values the old ones, and the last stage the first.
  mutating func accept(at done: Double) {
    let block = worker.block
    swap(&rows.old, &rows.new)
    guard done < interval else { return }
    if pair.reusesLastStage {
      block.copy(
        rows.stages + (pair.stageCount - 1) * fields, to: rows.stages, fields: fields, count: tile.count)
    } else {
      evaluate(stage: 0, inputRow: rows.old, at: done)
    }
  }

  func evaluate(stage: Int, inputRow: Int, at elapsed: Double) {
    let functions = integrator.system.functions
    if functions.isNonlocal {
      functions.setFunctionals(functionals.values(at: elapsed / interval), in: worker.workspace)
    }
    let row = rows.stages + stage * fields
    worker.evaluatedPoints += tile.count
    functions.evaluate(
      worker.block, inputRow: inputRow, outputRow: row, time: time + elapsed, count: tile.count,
      workspace: worker.workspace)
    if let tissue {
      for field in 0..<fields { worker.block.clear(row: row + field, where: tissue, count: tile.count) }
    }
    if hasSource { worker.block.add(rows.source, to: row, fields: fields, count: tile.count) }
  }

  /// Names the field and point that cannot be integrated: the first whose rate or value is not finite, or else the
  /// one that changes fastest.
  func failure(at time: Double) -> NumericalFailure {
    let block = worker.block
    var worst = (rate: -1.0, field: 0, point: 0)
    for field in 0..<fields {
      for point in 0..<tile.count {
        let rate = block[row: rows.stages + field, point: point]
        guard rate.isFinite, block[row: rows.old + field, point: point].isFinite else {
          return NumericalFailure(
            problem: "stops being a finite number", field: field, tile: tile, point: point, time: time)
        }
        if abs(rate) > worst.rate { worst = (abs(rate), field, point) }
      }
    }
    return NumericalFailure(
      problem: "changes too fast for the reactions to be integrated", field: worst.field, tile: tile,
      point: worst.point, time: time)
  }
}
