import Fields
import Rates
import TimeStepping

/// A way to times inside of a step by steps of another stepper, which keeps densities non-negative.
///
/// It goes by way of the quarters of the step, whatever the times that are asked for, so that the solution at one of them does not
/// depend on the others. From one place to the next it takes 1, 2, 4, … equal steps, until two results in a row differ by no more than the
/// tolerance of the steps; a scheme of second order is then three times as accurate.
final class OutputPath {
  let stepper: any TimeStepper
  private let pool: WorkerPool
  /// The solution at the latest quarter, and what is compared.
  private var position: FieldSet
  private var finer: FieldSet
  private var coarser: FieldSet
  /// The step, and how many of its quarters are behind.
  private var reached: (begin: Double, quarters: Int, changes: MassChanges?)?

  private static let mostSteps = 64

  init(_ stepper: any TimeStepper, like state: FieldSet, pool: WorkerPool) throws(FieldAllocationError) {
    self.stepper = stepper
    self.pool = pool
    func set() throws(FieldAllocationError) -> FieldSet { try FieldSet(grid: state.grid, count: state.count) }
    (position, finer, coarser) = (try set(), try set(), try set())
  }

  /// Forgets where it is: a step is over.
  func end() { reached = nil }

  /// Goes to a time, not before the one that was asked for last in the same step.
  ///
  /// - Returns: the solution there, which is gone with the next call, and what has changed the masses since the start of the step.
  func reach(
    _ time: Double, ofStepAt begin: Double, length: Double, from start: FieldSet, _ health: HealthCheck
  ) throws(NumericalFailure) -> (state: FieldSet, changes: MassChanges?) {
    if reached?.begin != begin { position.copy(from: start, pool: pool) }
    var (_, quarters, changes) = reached.flatMap { $0.begin == begin ? $0 : nil } ?? (begin, 0, nil)
    func place(_ quarters: Int) -> Double { begin + 0.25 * Double(quarters) * length }
    while quarters < 3, place(quarters + 1) <= time {
      changes = [changes, try go(from: place(quarters), to: place(quarters + 1), health)].sum
      swap(&position, &finer)
      quarters += 1
    }
    reached = (begin, quarters, changes)
    guard time > place(quarters) else { return (position, changes) }
    return (finer, [changes, try go(from: place(quarters), to: time, health)].sum)
  }

  /// Sets `finer` to the solution at a time, `position` being the one before.
  private func go(
    from: Double, to time: Double, _ health: HealthCheck
  ) throws(NumericalFailure) -> MassChanges? {
    _ = try advance(coarser, from: from, to: time, steps: 1)
    var count = 2
    while true {
      let changes = try advance(finer, from: from, to: time, steps: count)
      if count >= OutputPath.mostSteps || health.agree(finer, coarser) { return changes }
      swap(&finer, &coarser)
      count *= 2
    }
  }

  private func advance(
    _ set: FieldSet, from: Double, to time: Double, steps: Int
  ) throws(NumericalFailure) -> MassChanges? {
    set.copy(from: position, pool: pool)
    var (changes, memory) = (MassChanges?.none, StepperMemory())
    let size = (time - from) / Double(steps)
    for step in 0..<steps {
      let result = try stepper.step(
        set, from: from + Double(step) * size, by: size, memory: memory, goesOn: step + 1 < steps)
      (changes, memory) = ([changes, result.changes].sum, result.memory)
    }
    return changes
  }
}

extension [MassChanges?] {
  fileprivate var sum: MassChanges? {
    compactMap(\.self).reduce(nil) { total, next in
      guard var total else { return next }
      total.add(next)
      return total
    }
  }
}
