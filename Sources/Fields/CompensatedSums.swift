/// Sums of many numbers without the errors of rounding that add up.
///
/// What each addition loses is summed up apart (A. Neumaier, Z. Angew. Math. Mech. 54 (1974) 39–51).
package struct CompensatedSums: Codable, Hashable, Sendable {
  private var sums: [Double]
  private var lost: [Double]

  package init(count: Int) {
    sums = [Double](repeating: 0, count: count)
    lost = sums
  }

  package var values: [Double] { zip(sums, lost).map { $0 + $1 } }

  /// Adds one number to each sum.
  package mutating func add(_ amounts: [Double]) {
    for (index, amount) in amounts.enumerated() {
      let (before, after) = (sums[index], sums[index] + amount)
      lost[index] += abs(before) >= abs(amount) ? (before - after) + amount : (amount - after) + before
      sums[index] = after
    }
  }
}
