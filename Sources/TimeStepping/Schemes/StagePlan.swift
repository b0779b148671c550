import Operators

/// The work of a step that follows from the tableau of an exponential method: the sums that its stages are, and the slots in which
/// rates are kept.
///
/// Weights of 0 are left out. Rates that all later sums take with equal weights are added up as soon as the first stage after
/// them is there, and share a slot. A slot is used again when nothing more is made of what it holds.
package struct StagePlan: Sendable {
  package struct Term: Sendable {
    /// Slot 0 has the rates at the start of the step.
    package let slot: Int
    package let weights: PhiWeights
  }

  /// A stage after the first, or the new solution.
  package struct Row: Sendable {
    /// `c_i`.
    package let node: Double
    package let terms: [Term]
    /// What the sum has more than that of the row before, where that has the same node and these are fewer terms; nil elsewhere.
    ///
    /// Without the rates at the start, whose weight follows from the others.
    package let increments: [Term]?
    /// Slot of the rates that were found last; nil in the first row.
    package let latest: Int?
    /// The slot that these are added to once the row is there.
    package let addedTo: Int?
    /// Where the rates of the stage come; nil for the new solution.
    package let target: Int?
  }

  /// The stages after the first, then the new solution.
  package let rows: [Row]
  /// The largest number of a slot.
  package let slotCount: Int
  /// What holds a multiple of the rates in the middle of the step, and the factor that makes them of it.
  package let middle: (slot: Int, scale: Double)?
  /// Slots of the rates whose difference the error is made of; nil for those at the new solution.
  package let error: (of: Int?, minus: Int?)
  /// Slots of the rates in the middle, with the factor that makes them of it, and at the last stage at the end of the step, for the
  /// solution inside of it.
  var inside: (middle: Int, scale: Double, last: Int)? {
    guard let middle, let last = error.minus else { return nil }
    return (middle.slot, middle.scale, last)
  }
  /// A slot that may be written over once the error has been found; nil if there is none.
  ///
  /// - Parameter keepsLast: whether what is needed for the solution inside of the step has the rates at the last stage.
  func spare(keepsLast: Bool) -> Int? {
    (1..<(slotCount + 1)).first { $0 != middle?.slot && !(keepsLast && $0 == inside?.last) }
  }

  package init(_ scheme: ExponentialScheme) {
    var builder = Builder(scheme)
    var rows: [Row] = []
    for row in 1...builder.count { rows.append(builder.row(row)) }
    let slots = builder.slots
    self.rows = rows
    slotCount = slots.max() ?? 0
    func slot(_ stage: Int) -> Int? { stage < slots.count ? slots[stage] : nil }
    error = (slot(scheme.error.of), slot(scheme.error.minus))
    middle = scheme.middle.flatMap { weights in
      weights.firstIndex { $0 != 0 }.map { (slots[$0], weights[$0]) }
    }
    precondition(
      scheme.middle.map { weights in weights.indices.allSatisfy { weights[$0] == 0 || slots[$0] == middle?.slot } }
        ?? true,
      "the rates in the middle of a step must be of one stage, or of several with equal weights")
  }

  /// Goes through the rows of a tableau.
  private struct Builder {
    private let scheme: ExponentialScheme
    /// Row by row; no row 0.
    private let weights: [[PhiWeights]]
    /// Of the rates at each stage.
    private(set) var slots = [0]
    /// The stage to whose rates those of each stage are added, which is itself where that is not done.
    private var partners = [0]
    private var free: Set<Int> = []

    /// The number of stages.
    var count: Int { weights.count - 1 }

    init(_ scheme: ExponentialScheme) {
      self.scheme = scheme
      weights = [[]] + scheme.stages.map(\.weights) + [scheme.weights]
    }

    mutating func row(_ row: Int) -> Row {
      let own = (0..<row).filter { partners[$0] == $0 }
      let terms = terms(own) { weights[row][$0] }
      let (increments, latest) = (increments(own, row, terms), row - 1)
      let latestSlot = latest > 0 ? slots[latest] : nil
      var total: Int?
      if let partner = own.first(where: { $0 > 0 && $0 < latest && isAlike($0, latest, from: row + 1) }) {
        free.insert(slots[latest])
        (slots[latest], partners[latest]) = (slots[partner], partner)
        total = slots[partner]
      }
      for stage in own where stage > 0 && partners[stage] == stage && !isUsed(stage, from: row + 1) {
        free.insert(slots[stage])
      }
      guard row < count else {
        return Row(node: 1, terms: terms, increments: increments, latest: latestSlot, addedTo: total, target: nil)
      }
      let target = free.min() ?? (slots.max() ?? 0) + 1
      free.remove(target)
      slots.append(target)
      partners.append(row)
      return Row(
        node: scheme.nodes[row], terms: terms, increments: increments, latest: latestSlot, addedTo: total,
        target: target)
    }

    private func terms(_ stages: [Int], _ weights: (Int) -> PhiWeights) -> [Term] {
      stages.map { Term(slot: slots[$0], weights: weights($0)) }.filter { !$0.weights.isZero }
    }

    private func increments(_ own: [Int], _ row: Int, _ terms: [Term]) -> [Term]? {
      guard row > 1, scheme.nodes[row] == scheme.nodes[row - 1] else { return nil }
      let before = weights[row - 1] + [[0, 0, 0]]
      guard before.indices.allSatisfy({ before[$0] == before[partners[$0]] }) else { return nil }
      let found = self.terms(own.filter { $0 > 0 }) { weights[row][$0] - before[$0] }
      let known = Set(terms.map(\.slot))
      return found.allSatisfy { known.contains($0.slot) } && found.count < terms.count ? found : nil
    }

    /// Whether the rates of a stage are of use in some row from one on, or for what is done after the step.
    private func isUsed(_ stage: Int, from row: Int) -> Bool {
      weights.dropFirst(row).contains { !$0[stage].isZero } || isOfError(stage)
        || scheme.middle.map { $0[stage] != 0 } ?? false
    }

    private func isOfError(_ stage: Int) -> Bool { stage == scheme.error.of || stage == scheme.error.minus }

    /// Whether the rates of two stages are used with equal weights from a row on.
    private func isAlike(_ a: Int, _ b: Int, from row: Int) -> Bool {
      isUsed(a, from: row) && !isOfError(a) && !isOfError(b) && (scheme.middle.map { $0[a] == $0[b] } ?? true)
        && weights.dropFirst(row).allSatisfy { $0[a] == $0[b] }
    }
  }
}
