/// Values of all fields at some points, side by side in memory that stays in cache: those of row `i` begin at
/// `start + i · spacing`.
///
/// The rows are the fields, then what further inputs there are.
package struct PointBlock {
  package let start: UnsafeMutablePointer<Double>
  /// Doubles from one row to the next.
  package let spacing: Int
  /// Values of a row.
  package let count: Int

  package init(start: UnsafeMutablePointer<Double>, spacing: Int, count: Int) {
    (self.start, self.spacing, self.count) = (start, spacing, count)
  }

  package func row(_ index: Int) -> UnsafeMutablePointer<Double> { start + index * spacing }
}
