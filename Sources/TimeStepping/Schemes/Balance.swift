import Fields
import Synchronization

/// The constant `c` of rebalanced splitting, which is added to the reactions and taken from diffusion:
/// `u' = R(u) + c` and `u_t = D ∇²u − c`.
///
/// With `d_R` and `d_D` the average rates at which the two parts changed the solution in the step before,
/// `c = ½ (d_D − d_R)`: in a steady state both parts then stand still by themselves, and the splitting error vanishes.
/// Taxis counts with the reactions in `d_R`, so that what diffusion begins with fits what is given at the sides, where
/// a splitting otherwise loses its order; between reactions and taxis there remains a splitting error.
/// The constant is extrapolated to the step at hand, `3/2 c_n − 1/2 c_{n−1}`, and limited so that a step takes at most
/// what is there (|c| Δt ≤ u), which keeps densities non-negative.
///
/// Source: R. L. Speth, W. H. Green, S. MacNamara & G. Strang, SIAM J. Numer. Anal. 51 (2013) 3084–3105, section 4.
final class Balance: Sendable {
  /// `c` in the present step, 0 for fields that do not diffuse.
  let constant: FieldSet
  /// What diffusion has added in the present step so far, less what the other parts have added.
  private let difference: FieldSet
  /// `c` of earlier steps; which is which is in the memories.
  private let kept: [FieldSet]
  private let fields: [Int]
  private let pool: WorkerPool
  private let memories: Mutex<(current: Memory, pending: Memory)>

  /// Which constants a step goes on from.
  struct Memory: Sendable {
    /// Sizes of the steps that are remembered, the latest first, at most two.
    var steps: [Double] = []
    /// Numbers of the kept sets that hold their constants; without steps, those that will.
    var slots = [0, 1]
  }

  /// What the next step goes on from.
  var memory: Memory {
    get { memories.withLock { $0.current } }
    set { memories.withLock { $0.current = newValue } }
  }
  /// What the next step would go on from if the latest one counted.
  var pending: Memory {
    get { memories.withLock { $0.pending } }
    set { memories.withLock { $0.pending = newValue } }
  }
  var sets: [(name: String, set: FieldSet)] {
    zip(["balance_latest", "balance_earlier"], memory.slots).map { ($0, kept[$1]) }
  }
  /// Field sets held.
  var setCount: Int { 2 + kept.count }

  /// - Parameters:
  ///   - fields: those that diffuse.
  ///   - isDivided: whether steps are tried in halves, so that more has to be kept until they count.
  init(
    grid: Grid, fields: [Int], count: Int, isDivided: Bool, pool: WorkerPool
  ) throws(FieldAllocationError) {
    self.fields = fields
    self.pool = pool
    constant = try FieldSet(grid: grid, count: count)
    difference = try FieldSet(grid: grid, count: count)
    // Two of steps that count and one of a step that is tried; with halves two of them, and one of a step aside.
    kept = try (0..<(isDivided ? 5 : 3)).map { _ throws(FieldAllocationError) in try FieldSet(grid: grid, count: count)
    }
    memories = Mutex((Memory(), Memory()))
  }

  /// Chooses the constant for a step that begins with a flow of `part`: that of the steps remembered, extrapolated to
  /// where the latest one ended.
  func begin(_ state: FieldSet, step: Double, part: SplittingScheme.Part) {
    let memory = memory
    let terms: [(coefficient: Double, set: FieldSet)]
    switch memory.steps.count {
    case 0: terms = [(0, constant)]
    case 1: terms = [(1, kept[memory.slots[0]])]
    default:
      let weight = memory.steps[0] / (memory.steps[0] + memory.steps[1])
      terms = [(1 + weight, kept[memory.slots[0]]), (-weight, kept[memory.slots[1]])]
    }
    for field in fields {
      if memory.steps.isEmpty {
        constant.fill(field, with: 0)
      } else {
        constant.setField(field, toSumOf: terms, pool: pool)
        constant.limitSource(field, by: state, step: step)
      }
      difference.setField(field, toSumOf: [(-Balance.sign(part), state)], pool: pool)
    }
  }

  /// Takes note of the state between a flow of one part and the next, or at the end of the step.
  ///
  /// A flow changes the difference by its sign times (after − before), so that the state between two flows counts with
  /// the sign of the one less the sign of the other.
  func passed(_ state: FieldSet, after part: SplittingScheme.Part, before next: SplittingScheme.Part?) {
    let weight = Balance.sign(part) - (next.map(Balance.sign) ?? 0)
    guard weight != 0 else { return }
    for field in fields { difference.setField(field, toSumOf: [(1, difference), (weight, state)], pool: pool) }
  }

  /// Sets the constants that are remembered to 0 where nothing is left of their fields.
  func clear(_ changed: [Int], whereEmpty state: FieldSet) {
    let memory = memory
    let grid = state.grid
    for field in fields where changed.contains(field) {
      for slot in memory.slots.prefix(memory.steps.count) {
        let set = kept[slot]
        pool.forEach(grid.rowCount) { row, _ in
          let (values, constants) = (state.pointer(field, row: row), set.pointer(field, row: row))
          for point in 0..<grid.rowLength where values[point] == 0 { constants[point] = 0 }
        }
      }
    }
  }

  private static func sign(_ part: SplittingScheme.Part) -> Double { part == .diffusion ? 1 : -1 }

  /// `d_R = (change by reactions and taxis)/Δt − c` and `d_D = (change by diffusion)/Δt + c`, hence the next
  /// `c = ½ difference/Δt + c`, which is kept as pending.
  ///
  /// - Parameter others: memories whose sets are not to be written over, besides the one in use.
  func finish(step: Double, keeping others: [Memory]) {
    let memory = memory
    let taken = ([memory] + others).flatMap(\.slots)
    let slot = kept.indices.first { !taken.contains($0) } ?? 0
    for field in fields {
      kept[slot].setField(field, toSumOf: [(0.5 / step, difference), (1, constant)], pool: pool)
    }
    pending = Memory(steps: Array(([step] + memory.steps).prefix(2)), slots: [slot, memory.slots[0]])
  }
}
