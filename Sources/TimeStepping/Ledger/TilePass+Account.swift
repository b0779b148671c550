import Fields
import Rates

/// What each process has added to a tile: the integral over its points and over the time so far of its rate, with the
/// difference between two quadratures as a measure of how well it is known.
struct TileAccount {
  fileprivate(set) var amounts: [Double]
  fileprivate(set) var errors: [Double]
  /// Integrals over the points at the start of the substep.
  fileprivate var start: [Double]
  /// The time within the interval whose rates lie in the rows `startRates`.
  fileprivate var rateTime: Double?

  init(processes: Int) {
    amounts = [Double](repeating: 0, count: processes)
    (errors, start) = (amounts, amounts)
  }

  /// Adds a substep by Simpson's rule.
  fileprivate mutating func add(middle: [Double], end: [Double], step: Double) {
    for index in amounts.indices {
      let amount = step / 6 * (start[index] + 4 * middle[index] + end[index])
      amounts[index] += amount
      errors[index] += abs(amount - 0.5 * step * (start[index] + end[index]))
    }
    start = end
  }
}

// What the processes add is found beside the integration, which it does not change: after each substep by Simpson's rule,
// with the solution in the middle from the cubic through the values and rates at both ends. It is of fourth order.
extension TilePass {
  mutating func beginAccount() {
    guard account != nil, let processes = system.processes, let workspace = worker.processes else { return }
    enterAccount(processes, workspace)
    let start = sums(inputRow: rows.old, at: 0)
    account?.start = start
  }

  /// Takes note of a substep from the rows `old` to the rows `new`.
  mutating func accountSubstep(_ step: Double, from done: Double) {
    guard account != nil else { return }
    let rates = substepRates(step, from: done)
    block.cubicMiddle(
      into: rows.middle, old: rows.old, new: rows.new, oldRate: rates.start, newRate: rates.end, step: step,
      fields: fields, count: tile.count)
    let middle = sums(inputRow: rows.middle, at: done + 0.5 * step)
    let end = sums(inputRow: rows.new, at: done + step)
    account?.add(middle: middle, end: end, step: step)
  }

  /// The rows of all rates at the start and at the end of a substep from the rows `old` to the rows `new`.
  private mutating func substepRates(_ step: Double, from done: Double) -> (start: Int, end: Int) {
    if let known = explicitRates { return known }
    if account?.rateTime != done {
      evaluateRatesUncounted(inputRow: rows.old, outputRow: rows.startRates, at: done)
    }
    evaluateRatesUncounted(inputRow: rows.new, outputRow: rows.endRates, at: done + step)
    swap(&rows.startRates, &rows.endRates)
    account?.rateTime = done + step
    return (rows.endRates, rows.startRates)
  }

  /// Takes note of the whole interval by exact flows, whose coefficients lie in the rows of the stages: in parts that are
  /// short against the time in which values change.
  mutating func accountExactFlow() {
    guard account != nil, let processes = system.processes, let workspace = worker.processes else { return }
    enterAccount(processes, workspace)
    let start = sums(inputRow: rows.old, at: 0)
    account?.start = start
    let parts = min(64, max(1, (2 * fastestExactRate * interval).rounded(.up)))
    let step = interval / parts
    for part in 0..<Int(parts) {
      let start = Double(part) * step
      let middle = exactSums(at: start + 0.5 * step)
      let end = exactSums(at: start + step)
      account?.add(middle: middle, end: end, step: step)
    }
  }

  /// The largest of `|b| + |c u|` over fields.
  private var fastestExactRate: Double {
    (0..<fields).reduce(0) { fastest, field in
      let row = rows.stages + 3 * field
      let size = largest(rows.old + field)
      let change = largest(row + 1) + largest(row + 2) * max(size, largest(rows.new + field))
      return max(fastest, change)
    }
  }

  private func largest(_ row: Int) -> Double {
    max(abs(block.minimum(row: row, count: tile.count)), abs(block.maximum(row: row, count: tile.count)))
  }

  private func exactSums(at elapsed: Double) -> [Double] {
    block.copy(rows.old, to: rows.middle, fields: fields, count: tile.count)
    for field in 0..<fields {
      let row = rows.stages + 3 * field
      block.flow(rows.middle + field, supply: row, growth: row + 1, square: row + 2, step: elapsed, count: tile.count)
    }
    return sums(inputRow: rows.middle, at: elapsed)
  }

  private func enterAccount(_ processes: PointwiseFunctions, _ workspace: PointwiseFunctions.Workspace) {
    enter(processes, workspace)
    processes.enter(
      tile, scale: scale, functionals: functionals.start, block: block, inputRow: rows.middle, workspace: workspace)
  }

  private func evaluateRatesUncounted(inputRow: Int, outputRow: Int, at elapsed: Double) {
    evaluateUncounted(system.functions, worker.rates, inputRow: inputRow, outputRow: outputRow, at: elapsed)
    if hasSource { vectors(outputRow).add(block, rows.source, to: 0, count: tile.count) }
  }

  /// The rates of the processes, integrated over the points of the tile but for a common volume.
  private func sums(inputRow: Int, at elapsed: Double) -> [Double] {
    guard let processes = system.processes, let workspace = worker.processes else { return [] }
    evaluateUncounted(processes, workspace, inputRow: inputRow, outputRow: rows.processes, at: elapsed)
    let weights = integrator.volumes.values(of: tile)
    return (0..<processes.count).map { block.sum(row: rows.processes + $0, times: weights, count: tile.count) }
  }
}
