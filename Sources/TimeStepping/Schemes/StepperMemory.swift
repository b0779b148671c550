import Fields
import Operators

/// What a method keeps of one step for the next one.
///
/// A value: nothing in it changes once it is made. Its field sets are taken from a `FieldSetPool` and go back to it with the
/// last memory that holds them.
package struct StepperMemory {
  /// Sizes of the steps that the field sets belong to, the latest first; empty where nothing is kept.
  package var steps: [Double] = []
  /// Sets of all fields, with the names that they have in checkpoints.
  package var fields: [(name: String, set: PooledFieldSet)] = []
  /// Where the linear part of the equations is that about the mean: its matrices.
  var matrices: LinearMatrices?

  package init() {}

  package var isEmpty: Bool { steps.isEmpty }
}

/// A solution and its rates as an exponential method keeps them for the next step.
struct SolutionAndRates {
  let solution, rates: PooledFieldSet

  /// With values that are yet to be set.
  init(from sets: FieldSetPool) { (solution, rates) = (sets.take(), sets.take()) }

  /// nil if nothing is kept.
  init?(_ memory: StepperMemory) {
    guard !memory.isEmpty else { return nil }
    (solution, rates) = (memory.fields[0].set, memory.fields[1].set)
  }

  /// - Parameters:
  ///   - size: of the step that has found them.
  ///   - name: of the solution in checkpoints.
  func memory(size: Double, name: String = "coefficients", matrices: LinearMatrices? = nil) -> StepperMemory {
    var memory = StepperMemory()
    memory.steps = [size]
    memory.fields = [(name, solution), ("rates", rates)]
    memory.matrices = matrices
    return memory
  }
}

/// What a checkpoint holds of the memory of a method besides field values, and of what is known of its errors.
package struct SavedStepperMemory: Codable, Hashable, Sendable {
  let steps: [Double]
  let calibration: ErrorCalibration?
  let propagation: ErrorPropagation?
  let matrices: LinearMatrices?

  private enum CodingKeys: String, CodingKey {
    case steps, matrices
    case propagation = "transport"
    case calibration = "gain"
  }

  /// - Parameter estimator: nil where steps are not chosen by their errors.
  package init(_ memory: StepperMemory, _ estimator: GlobalErrorEstimator?) {
    (steps, matrices) = (memory.steps, memory.matrices)
    (calibration, propagation) = (estimator?.calibration, estimator?.propagation)
  }

  package var estimator: GlobalErrorEstimator {
    GlobalErrorEstimator(calibration: calibration, propagation: propagation ?? ErrorPropagation())
  }
}

/// Field sets of one size that are used again and again.
///
/// Belongs to one stepper, and is used from one thread.
package final class FieldSetPool {
  private let grid: Grid
  private let fields: Int
  private var free: [FieldSet]

  /// - Parameters:
  ///   - fields: in each set.
  ///   - count: of the sets that are in use at one time.
  init(grid: Grid, fields: Int, count: Int) throws(FieldAllocationError) {
    (self.grid, self.fields) = (grid, fields)
    free = []
    for _ in 0..<count { free.append(try FieldSet(grid: grid, count: fields)) }
  }

  /// A set that nobody uses, with values from its last use.
  func take() -> PooledFieldSet {
    if let set = free.popLast() { return PooledFieldSet(set, of: self) }
    guard let set = try? FieldSet(grid: grid, count: fields) else {
      fatalError("there is not enough memory for \(fields) more fields of \(grid.pointCount) points")
    }
    return PooledFieldSet(set, of: self)
  }

  fileprivate func giveBack(_ set: FieldSet) { free.append(set) }
}

/// A field set that goes back to its pool when nobody holds it any more.
package final class PooledFieldSet {
  package let set: FieldSet
  private let pool: FieldSetPool

  fileprivate init(_ set: FieldSet, of pool: FieldSetPool) { (self.set, self.pool) = (set, pool) }

  deinit { pool.giveBack(set) }
}
