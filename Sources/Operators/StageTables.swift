import Fields
import Synchronization

/// The functions that the stages of an exponential Runge–Kutta method multiply coefficients by, for the size of the step at
/// hand.
///
/// They are written down where all of them are small enough to stay in cache; larger tables would take longer to read than to
/// compute.
final class StageTables: Sendable {
  /// Functions of so much of the step, of one field.
  struct Key: Hashable {
    let field: Int
    let share: Double
  }

  private struct Entry {
    let step: Double
    let functions: StageFunctions
    let table: FieldSet?
  }

  private let grid: Grid
  private let isUsed: Bool
  private let entries = Mutex<[Key: Entry]>([:])

  /// Bytes that all tables may take: somewhat less than the innermost shared cache of common processors.
  private static let mostBytes = 6 << 20

  /// - Parameters:
  ///   - fieldCount: fields that are transformed.
  ///   - shares: parts of a step that each of them has functions of.
  init(grid: Grid, fieldCount: Int, shares: Int) {
    self.grid = grid
    let bytes = grid.storageCount * 8 * 3 * shares * fieldCount
    isUsed = bytes <= StageTables.mostBytes
  }

  /// Those that were made last, or others if the step has another size.
  ///
  /// - Parameter make: is given room for the functions; nil where it is not worth while, or there is no memory for it.
  func functions(_ key: Key, step: Double, make: (_ table: FieldSet?) -> StageFunctions) -> StageFunctions {
    entries.withLock { entries in
      let entry = entries[key]
      if let entry, entry.step == step { return entry.functions }
      let table = entry?.table ?? (isUsed ? try? FieldSet(grid: grid, count: 3) : nil)
      let made = make(table)
      entries[key] = Entry(step: step, functions: made, table: table)
      return made
    }
  }
}
