import CKernels
import Fields
import Synchronization

/// What the stages of an exponential Runge–Kutta method multiply coefficients by, for the size of the step at hand.
///
/// Kept where all of it is small enough to stay in cache; larger tables would take longer to read than to compute.
///
/// The products are the same, bit for bit, with and without.
final class StageTables: Sendable {
  /// One stage: the exponential where the base is multiplied by it, and the factors of the terms.
  struct Table: @unchecked Sendable {
    let set: FieldSet
    let exponential: UnsafePointer<Double>?
    let factors: [UnsafePointer<Double>?]
  }

  /// What makes a stage, but for the size of the step.
  struct Stage: Hashable {
    let field: Int
    let isAdvanced: Bool
    let share: Double
    let weights: [Double]
  }

  private struct Entry {
    var step: Double
    var isFilled = false
    var table: Table?
  }

  private let grid: Grid
  private let isUsed: Bool
  private let entries = Mutex<[Stage: Entry]>([:])

  /// Bytes that all tables may take: somewhat less than the innermost shared cache of common processors.
  private static let mostBytes = 6 << 20
  /// Numbers that the stages of a step take for each coefficient.
  private static let numbersPerCoefficient = 11

  /// - Parameter fieldCount: fields that are transformed.
  init(grid: Grid, fieldCount: Int) {
    self.grid = grid
    let bytes = grid.storageCount * 8 * StageTables.numbersPerCoefficient * fieldCount
    isUsed = bytes <= StageTables.mostBytes
  }

  /// The table of a stage, written when a size of step comes for the second time in a row.
  ///
  /// - Parameter fill: writes the exponentials, where asked for, and the factors of some weights.
  /// - Returns: nil where it is not worth while, or there is no memory for it.
  func table(
    _ stage: Stage, step: Double,
    fill: (_ exponential: UnsafeMutablePointer<Double>?, _ factors: [UnsafeMutablePointer<Double>?], [Double]) -> Void
  ) -> Table? {
    guard isUsed else { return nil }
    return entries.withLock { entries in
      guard var entry = entries[stage], entry.step == step else {
        entries[stage] = Entry(step: step, table: entries[stage]?.table)
        return nil
      }
      if entry.isFilled { return entry.table }
      let first = stage.isAdvanced ? 1 : 0
      // Terms with the same weights share their factors.
      let all = stride(from: 0, to: stage.weights.count, by: 3).map { Array(stage.weights[$0..<($0 + 3)]) }
      let distinct = all.indices.filter { all.firstIndex(of: all[$0]) == $0 }.map { all[$0] }
      guard let set = entry.table?.set ?? (try? FieldSet(grid: grid, count: first + distinct.count)) else { return nil }
      let places = distinct.indices.map { Optional(set.pointer(first + $0)) }
      let exponential = stage.isAdvanced ? set.pointer(0) : nil
      fill(exponential, places, distinct.flatMap(\.self))
      entry.table = Table(
        set: set, exponential: exponential.map { UnsafePointer($0) },
        factors: all.map { UnsafePointer(places[distinct.firstIndex(of: $0)!]) })
      entry.isFilled = true
      entries[stage] = entry
      return entry.table
    }
  }
}
