import Fields
import Glibc
import Rates

/// The work on one tile.
struct TilePass {
  let integrator: ReactionIntegrator
  let worker: TileWorker
  let tile: Tile
  let time: Double
  let interval: Double
  /// Of the state.
  let scale: Double
  let functionals: ReactionIntegrator.FunctionalCourse
  let hasSource: Bool
  /// Where things lie in the worker's block; `old` and `new` change places with every substep.
  var rows: TileWorker.Rows
  var choice: SubstepChoice
  /// What the processes have added so far; nil if nobody asks.
  var account: TileAccount?
  /// The time within the interval whose losses the worker has.
  private var lossTime: Double?
  /// 0 where there is no tissue, or nil if all is.
  private var tissue: UnsafePointer<Double>?

  var system: ReactionSystem { integrator.system }
  var block: TileBlock { worker.block }
  /// Of the explicit and the exponential methods.
  var stages: StageRows { worker.stages }
  var fields: Int { integrator.system.fieldCount }

  init(
    integrator: ReactionIntegrator, worker: TileWorker, tile: Tile, time: Double, interval: Double, scale: Double,
    functionals: ReactionIntegrator.FunctionalCourse, hasSource: Bool
  ) {
    self.integrator = integrator
    self.worker = worker
    self.tile = tile
    self.time = time
    self.interval = interval
    self.scale = scale
    self.functionals = functionals
    self.hasSource = hasSource
    rows = worker.rows
    choice = SubstepChoice(integrator.method.kind)
  }

  mutating func run(state: FieldSet, source: FieldSet?) -> NumericalFailure? {
    tissue = integrator.volumes.isMasked ? integrator.volumes.values(of: tile) : nil
    if let tissue, (0..<tile.count).allSatisfy({ tissue[$0] == 0 }) { return nil }
    block.load(state, tile: tile, into: rows.old)
    if let source { block.load(source, tile: tile, into: rows.source) }
    if choice.isAutomatic, flowExactly() {
      worker.counters.tiles[SubstepMethod.exact.rawValue] += 1
    } else {
      findPlaces()
      enter(system.functions, worker.rates)
      if let poles = system.poles, let workspace = worker.poles { enter(poles.functions, workspace) }
      if let failure = integrate() { return failure }
      worker.counters.tiles[choice.method.rawValue] += 1
    }
    block.store(rows.old, to: state, tile: tile)
    return nil
  }

  /// Takes substeps until the interval is done; the result lies in the rows `old`.
  private mutating func integrate() -> NumericalFailure? {
    var done = 0.0
    var step = interval
    // In a row, and by the method at work.
    var (failures, substeps) = (0, 0)
    // Since progress was looked at last, and what was done then.
    var (attempts, mark) = (0, 0.0)
    // That the latest substep has passed, and so does not count.
    var pole: NumericalFailure?
    begin()
    prepare(at: 0)
    beginAccount()
    while done < interval {
      attempts += 1
      if attempts.isMultiple(of: TilePass.attemptsBetweenLooks) {
        if done - mark < TilePass.leastProgress * interval {
          return pole ?? failure(at: time + done)
        }
        mark = done
      }
      let remaining = interval - done
      // Equal parts of what is left, so that no sliver remains.
      let parts = equalParts(of: remaining, atMost: step)
      step = remaining / parts
      let error = attempt(step, from: done)
      var isUsable = error.isFinite && !hasFalseNegative
      if isUsable, error <= 1 {
        pole = passedPole(step, from: done)
        isUsable = pole == nil
      }
      if isUsable, error <= 1 {
        worker.counters.substeps += 1
        (failures, substeps) = (0, substeps + 1)
        accountSubstep(step, from: done)
        done = parts == 1 ? interval : done + step
        swap(&rows.old, &rows.new)
        step *= max(1, factor(error))
        guard done < interval else { break }
        if choice.relax(done: substeps, stiffness: step * fastestLoss) {
          substeps = 0
          prepare(at: done)
        } else {
          goOn(at: done)
        }
        continue
      }
      worker.counters.rejections += 1
      if !error.isFinite, step < TilePass.shareOfSmallSubsteps * interval {
        if let failure = failureOfSmallSubstep(TilePass.shrinkage * step, at: done) { return failure }
        prepare(at: done)
      }
      failures = isUsable ? 0 : failures + 1
      step *= isUsable ? factor(error) : error.isFinite ? Coefficients.smallestFactor : TilePass.shrinkage
      if choice.mayBeStiff(done: substeps) { measureLosses(at: done) }
      if choice.change(
        failures: failures, done: substeps, parts: remaining / step, stiffness: step * fastestLoss)
      {
        (failures, substeps) = (0, 0)
        prepare(at: done)
      } else if step < interval * 1e-9 {
        return pole ?? failure(at: time + done)
      }
    }
    return nil
  }

  /// So many substeps, rejected ones included, must do at least this share of the interval.
  ///
  /// Else 100 million would be needed, as where values slide along the end of the domain of a rate. An explicit pair that kills a
  /// field at a rate of 2e5 needs 10,000 for 1.4e-3 of the interval.
  private static let (attemptsBetweenLooks, leastProgress) = (20_000, 2e-4)

  /// The factor by which a substep with this error may grow or has to shrink.
  private func factor(_ error: Double) -> Double {
    let factor = Coefficients.safety * pow(max(error, .leastNormalMagnitude), -1 / Double(embeddedOrder + 1))
    return min(max(factor, Coefficients.smallestFactor), Coefficients.largestFactor)
  }

  private typealias Coefficients = StepSizeController.Coefficients

  private var embeddedOrder: Int {
    switch choice.method {
    case .exact, .explicit: integrator.pair.embeddedOrder
    case .exponential: ReactionMethod.exponential.embeddedOrder
    case .twoStageExponential: ReactionMethod.twoStageExponential.embeddedOrder
    case .rosenbrock: integrator.rosenbrock.embeddedOrder
    case .quasiSteady: ReactionMethod.quasiSteady.embeddedOrder
    }
  }

  /// Chooses the method to begin with.
  private mutating func begin() {
    guard choice.isAutomatic else { return }
    measureLosses(at: 0)
    choice.begin(loss: fastestLoss, interval: interval)
  }

  /// Of all fields and points of the tile, when it was looked at last.
  var fastestLoss: Double { (0..<fields).reduce(0) { max($0, worker.largestLosses[$1]) } }

  /// Computes what a substep needs that starts from the rows `old`.
  private mutating func prepare(at done: Double) {
    switch choice.method {
    case .exact: break
    case .explicit: prepareExplicit(at: done)
    case .exponential, .twoStageExponential: prepareExponential(at: done)
    case .rosenbrock: prepareRosenbrock(at: done)
    case .quasiSteady: prepareQuasiSteady(at: done)
    }
  }

  /// The same after a substep of this very method.
  private mutating func goOn(at done: Double) {
    switch choice.method {
    case .explicit: goOnExplicit(at: done)
    case .exponential: goOnExponential(at: done)
    default: prepare(at: done)
    }
  }

  /// Tries a substep; returns its error in units of the tolerance, the new values being in the rows `new`.
  private func attempt(_ step: Double, from done: Double) -> Double {
    switch choice.method {
    case .exact: 0
    case .explicit: attemptExplicit(step, from: done)
    case .exponential: attemptExponential(step, from: done)
    case .twoStageExponential: attemptTwoStageExponential(step, from: done)
    case .rosenbrock: attemptRosenbrock(step, from: done)
    case .quasiSteady: attemptQuasiSteady(step, from: done)
    }
  }

  var hasFalseNegative: Bool {
    block.hasFalseNegative(
      old: rows.old, new: rows.new, source: hasSource ? rows.source : nil, isPositive: system.isPositive,
      fields: fields, count: tile.count)
  }
}

// MARK: - What all methods need
extension TilePass {
  /// Finds what depends on the position alone, once for all evaluations.
  func findPlaces() {
    guard let places = system.places, let workspace = worker.places else { return }
    enter(places, workspace)
    let first = system.functions.extraInputRow
    evaluate(places, workspace, inputRow: rows.old, outputRow: rows.old + first, at: 0)
    block.copy(rows.old + first, to: rows.new + first, fields: places.count, count: tile.count)
  }

  /// Prepares some functions for this tile.
  func enter(_ functions: PointwiseFunctions, _ workspace: PointwiseFunctions.Workspace) {
    for row in [rows.old, rows.new] {
      functions.enter(
        tile, scale: scale, functionals: functionals.start, block: block, inputRow: row, workspace: workspace)
    }
  }

  /// Evaluates functions of the values in the rows from `inputRow` on, 0 outside the tissue.
  func evaluate(
    _ functions: PointwiseFunctions, _ workspace: PointwiseFunctions.Workspace, inputRow: Int, outputRow: Int,
    at elapsed: Double
  ) {
    worker.counters.operations += functions.operationCount * tile.count
    evaluateUncounted(functions, workspace, inputRow: inputRow, outputRow: outputRow, at: elapsed)
  }

  /// The same without counting as work: what only looks on must not change the choice of a scheme.
  func evaluateUncounted(
    _ functions: PointwiseFunctions, _ workspace: PointwiseFunctions.Workspace, inputRow: Int, outputRow: Int,
    at elapsed: Double
  ) {
    if functions.isNonlocal { functions.setFunctionals(functionals.values(at: elapsed / interval), in: workspace) }
    functions.evaluate(
      block, inputRow: inputRow, outputRow: outputRow, time: time + elapsed, count: tile.count, workspace: workspace)
    guard let tissue else { return }
    for row in 0..<functions.count { block.clear(row: outputRow + row, where: tissue, count: tile.count) }
  }

  /// Rows of the block from `row` on, as vectors of all fields.
  func vectors(_ row: Int) -> StageRows { StageRows(block, row: row, fields: fields) }

  /// Evaluates all rates, the source included.
  func evaluateRates(inputRow: Int, outputRow: Int, at elapsed: Double) {
    evaluate(system.functions, worker.rates, inputRow: inputRow, outputRow: outputRow, at: elapsed)
    if hasSource { vectors(outputRow).add(block, rows.source, to: 0, count: tile.count) }
    countRates()
  }

  /// The same into a stage.
  func evaluateRates(inputRow: Int, stage: Int, at elapsed: Double) {
    evaluateRates(inputRow: inputRow, outputRow: rows.stages + stage * fields, at: elapsed)
  }

  private func countRates() {
    worker.counters.evaluations += 1
    worker.counters.evaluatedPoints += tile.count
    // A stage is a sum of about four others for each field.
    worker.counters.operations += 4 * fields * tile.count
  }

  /// Finds the largest loss of each field over the tile; one that is no number counts as 0.
  mutating func measureLosses(at elapsed: Double) {
    guard lossTime != elapsed else { return }
    lossTime = elapsed
    enter(system.losses, worker.losses)
    evaluate(system.losses, worker.losses, inputRow: rows.old, outputRow: rows.losses, at: elapsed)
    for field in 0..<fields {
      let largest = block.maximum(row: rows.losses + field, count: tile.count)
      worker.largestLosses[field] = largest.isFinite ? max(0, largest) : 0
    }
  }

  func errorNorm(_ stages: StageRows, coefficients: [Double], step: Double) -> Double {
    stages.errorNorm(
      block, old: rows.old, new: rows.new, coefficients: coefficients, step: step, absolute: integrator.absolute,
      relative: integrator.tolerance, count: tile.count)
  }

  /// Names the field and point that cannot be integrated: the first whose value or rate is not finite, or where a rate is no number
  /// as soon as a field is negative that is about to become so, or else the one that changes fastest.
  private func failure(at time: Double) -> NumericalFailure {
    evaluateRates(inputRow: rows.old, outputRow: rows.stages, at: time - self.time)
    var worst = (rate: -1.0, field: 0, point: 0)
    for field in 0..<fields {
      for point in 0..<tile.count {
        let rate = block[row: rows.stages + field, point: point]
        guard rate.isFinite, block[row: rows.old + field, point: point].isFinite else {
          let values = (0..<fields).map { block[row: rows.old + $0, point: point] }
          let isUndefined = values.allSatisfy(\.isFinite)
          return NumericalFailure(
            problem: isUndefined ? NumericalFailure.undefinedRate : "stops being a finite number", field: field,
            tile: tile, point: point, time: time, values: values, cause: isUndefined ? .undefined : .reactions)
        }
        if abs(rate) > worst.rate { worst = (abs(rate), field, point) }
      }
    }
    if let failure = failureBelowZero(at: time) { return failure }
    return NumericalFailure(
      problem: "changes too fast for the reactions to be integrated", field: worst.field, tile: tile,
      point: worst.point, time: time)
  }

  /// Names a point where the latest substep has led to no number, and the next one would leave the fields as they are.
  ///
  /// Such substeps would count, millions of them, although the rates are not 0.
  ///
  /// - Parameter step: the next one.
  private func failureOfSmallSubstep(_ step: Double, at done: Double) -> NumericalFailure? {
    let points = (0..<tile.count).filter { point in
      (0..<fields).contains { !block[row: rows.new + $0, point: point].isFinite }
    }
    guard !points.isEmpty else { return nil }
    evaluateRates(inputRow: rows.old, outputRow: rows.stages, at: done)
    let found = points.first { point in
      let changes = (0..<fields).map { step * block[row: rows.stages + $0, point: point] }
      // Where the rates are 0, another method may do.
      return changes.contains { $0 != 0 }
        && (0..<fields).allSatisfy {
          block[row: rows.old + $0, point: point] + changes[$0] == block[row: rows.old + $0, point: point]
        }
    }
    guard let point = found else { return nil }
    return NumericalFailure(
      problem: NumericalFailure.undefinedRate,
      field: (0..<fields).first { !block[row: rows.new + $0, point: point].isFinite } ?? 0, tile: tile, point: point,
      time: time + done, values: (0..<fields).map { block[row: rows.old + $0, point: point] }, cause: .undefined)
  }

  /// Substeps that lead to no number are tried again with this share of their length.
  private static let shrinkage = StepSizeController.Coefficients.smallestFactor
  /// Substeps of less than this share of the interval are looked at when they lead to no number.
  private static let shareOfSmallSubsteps = 1e-3

  /// Looks just beyond the moment at which the first field of the tile becomes negative, its rate being as in `rows.stages`.
  private func failureBelowZero(at time: Double) -> NumericalFailure? {
    var first = (moment: Double.infinity, point: 0)
    for field in 0..<fields {
      for point in 0..<tile.count {
        let (value, rate) = (block[row: rows.old + field, point: point], block[row: rows.stages + field, point: point])
        if value >= 0, rate < 0, value / -rate < first.moment { first = (value / -rate, point) }
      }
    }
    guard first.moment < TilePass.shareOfFailures * interval else { return nil }
    let beyond = 2 * first.moment + .leastNormalMagnitude
    for field in 0..<fields {
      for point in 0..<tile.count {
        block[row: rows.new + field, point: point] =
          block[row: rows.old + field, point: point] + beyond * block[row: rows.stages + field, point: point]
      }
    }
    evaluateRates(inputRow: rows.new, outputRow: rows.stages, at: time - self.time)
    let field = (0..<fields).first { !block[row: rows.stages + $0, point: first.point].isFinite }
    guard let field else { return nil }
    return NumericalFailure(
      problem: NumericalFailure.undefinedRate, field: field, tile: tile, point: first.point, time: time,
      values: (0..<fields).map { block[row: rows.new + $0, point: first.point] }, cause: .undefined)
  }

  /// A field counts as about to be negative if it would be within this share of the interval.
  private static let shareOfFailures = 1e-6
}
