/// The times and weights of which a Brownian path is made: a function of the time, whatever the steps that are taken along it.
///
/// The path `W` has independent increments over the intervals `[start + n Δ, start + (n+1) Δ]`, and within each of them
/// Lévy's construction: with independent normal numbers `Z`, `Z_k` of the interval,
///
///     W(start + nΔ + s) − W(start + nΔ) = √Δ (s/Δ) Z + Σ_k Λ_k(s) Z_k,
///
/// where `Λ_k` is the hat function over the k-th of the intervals that repeated halving makes, of height `√length / 2`. It
/// is known at the 2²⁰ + 1 times of an interval that twenty halvings reach; others count as the nearest of these.
/// An increment between any two times is therefore a weighted sum of normal numbers, each of which belongs to an event:
/// number of the interval, and that of the hat within it.
///
/// Source: P. Lévy, Processus stochastiques et mouvement brownien, Gauthier-Villars 1948; I. Karatzas & S. Shreve,
/// Brownian Motion and Stochastic Calculus, Springer 1991, section 2.3.
package struct BrownianPath: Hashable, Sendable {
  /// Where the first interval begins.
  package let start: Double
  /// `Δ`.
  package let interval: Double

  /// Halvings of an interval.
  static let depth = 20
  /// Times at which the path is known, to an interval.
  static let leaves: Int64 = 1 << depth

  /// A normal number and its weight.
  package struct Term: Hashable, Sendable {
    /// `n · 2²⁰ + k`: the interval, and 0 for its whole increment, or the hat, counted as in a heap from 1.
    package let event: UInt64
    package let weight: Double
  }

  package init(start: Double, interval: Double) {
    precondition(interval > 0)
    self.start = start
    self.interval = interval
  }

  /// `W(end) − W(start)` as a sum of normal numbers, in the order of their events.
  package func increment(from start: Double, to end: Double) -> [Term] {
    let (first, last) = (leaf(at: start), leaf(at: end))
    let (from, to) = (BrownianPath.place(of: first), BrownianPath.place(of: last))
    var weights: [UInt64: Double] = [:]
    for (event, weight) in weightsWithin(to.interval, to.leaf) { weights[event, default: 0] += weight }
    for (event, weight) in weightsWithin(from.interval, from.leaf) { weights[event, default: 0] -= weight }
    for whole in from.interval..<max(to.interval, from.interval) {
      weights[BrownianPath.event(whole, 0), default: 0] += interval.squareRoot()
    }
    return weights.filter { $0.value != 0 }.map { Term(event: $0.key, weight: $0.value) }.sorted { $0.event < $1.event }
  }

  /// The leaf nearest to a time, counted from the start.
  private func leaf(at time: Double) -> Int64 {
    let position = ((time - start) / interval * Double(BrownianPath.leaves)).rounded()
    return Int64(exactly: position) ?? (position > 0 ? .max : 0)
  }

  private static func place(of leaf: Int64) -> (interval: Int64, leaf: Int64) {
    (leaf >> depth, leaf & (leaves - 1))
  }

  private static func event(_ interval: Int64, _ hat: Int64) -> UInt64 {
    UInt64(bitPattern: interval) << UInt64(depth) | UInt64(hat)
  }

  /// What the path has gained since the beginning of an interval.
  private func weightsWithin(_ number: Int64, _ leaf: Int64) -> [(event: UInt64, weight: Double)] {
    guard leaf > 0 else { return [] }
    let leaves = BrownianPath.leaves
    var terms = [(BrownianPath.event(number, 0), Double(leaf) / Double(leaves) * interval.squareRoot())]
    var (low, length, hat) = (Int64(0), leaves, Int64(1))
    while length > 1 && leaf != low {
      let middle = low + length / 2
      let height = 0.5 * (interval * Double(length) / Double(leaves)).squareRoot()
      let share = 1 - abs(Double(leaf - middle)) / Double(length / 2)
      terms.append((BrownianPath.event(number, hat), height * share))
      hat = 2 * hat + (leaf >= middle ? 1 : 0)
      if leaf >= middle { low = middle }
      length /= 2
    }
    return terms
  }
}
