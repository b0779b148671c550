import Fields

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
final class BalancingConstant {
  /// `c` in the present step, 0 for fields that do not diffuse.
  let constant: FieldSet
  /// What diffusion has added in the present step so far, less what the other parts have added.
  private let difference: FieldSet
  /// Of the constants of earlier steps, of which memories hold at most two.
  private let kept: FieldSetPool
  private let fields: [Int]
  private let pool: WorkerPool
  /// Field sets held.
  let setCount: Int

  static let names = ["balance_latest", "balance_earlier"]

  /// - Parameters:
  ///   - fields: those that diffuse.
  ///   - isDivided: whether steps are taken in halves and quarters, so that the constants of more of them are in use at a time.
  init(
    grid: Grid, fields: [Int], count: Int, isDivided: Bool, pool: WorkerPool
  ) throws(FieldAllocationError) {
    self.fields = fields
    self.pool = pool
    constant = try FieldSet(grid: grid, count: count)
    difference = try FieldSet(grid: grid, count: count)
    // Two of the step before and one of a step that may count; with halves two of these, and three of quarters.
    let keptCount = isDivided ? 7 : 3
    kept = try FieldSetPool(grid: grid, fields: count, count: keptCount)
    setCount = 2 + keptCount
  }

  func memory(restoring saved: SavedStepperMemory) -> StepperMemory {
    var memory = StepperMemory()
    memory.steps = Array(saved.steps.prefix(BalancingConstant.names.count))
    memory.fields = zip(BalancingConstant.names, memory.steps).map { name, _ in (name, kept.take()) }
    return memory
  }

  /// Chooses the constant for a step that begins with a flow of `part`: that of the steps remembered, extrapolated to
  /// where the latest one ended.
  func begin(_ state: FieldSet, step: Double, part: SplittingScheme.Part, memory: StepperMemory) {
    let terms: [(coefficient: Double, set: FieldSet)]
    switch memory.steps.count {
    case 0: terms = [(0, constant)]
    case 1: terms = [(1, memory.fields[0].set.set)]
    default:
      let weight = memory.steps[0] / (memory.steps[0] + memory.steps[1])
      terms = [(1 + weight, memory.fields[0].set.set), (-weight, memory.fields[1].set.set)]
    }
    for field in fields {
      if memory.steps.isEmpty {
        constant.fill(field, with: 0)
      } else {
        constant.setField(field, toSumOf: terms, pool: pool)
        constant.limitSource(field, by: state, step: step)
      }
      difference.setField(field, toSumOf: [(-BalancingConstant.sign(part), state)], pool: pool)
    }
  }

  /// Takes note of the state between a flow of one part and the next, or at the end of the step.
  ///
  /// A flow changes the difference by its sign times (after − before), so that the state between two flows counts with
  /// the sign of the one less the sign of the other.
  func passed(_ state: FieldSet, after part: SplittingScheme.Part, before next: SplittingScheme.Part?) {
    let weight = BalancingConstant.sign(part) - (next.map(BalancingConstant.sign) ?? 0)
    guard weight != 0 else { return }
    for field in fields { difference.setField(field, toSumOf: [(1, difference), (weight, state)], pool: pool) }
  }

  /// The constants of a memory, 0 where nothing is left of their fields.
  func memory(_ memory: StepperMemory, forgetting changed: [Int], whereEmpty state: FieldSet) -> StepperMemory {
    var cleared = memory
    let grid = state.grid
    for (index, part) in memory.fields.enumerated() {
      let copy = kept.take()
      let constants = copy.set
      constants.copy(from: part.set.set, pool: pool)
      for field in fields where changed.contains(field) {
        pool.forEach(grid.rowCount) { row, _ in
          let (values, row) = (state.pointer(field, row: row), constants.pointer(field, row: row))
          for point in 0..<grid.rowLength where values[point] == 0 { row[point] = 0 }
        }
      }
      cleared.fields[index].set = copy
    }
    return cleared
  }

  private static func sign(_ part: SplittingScheme.Part) -> Double { part == .diffusion ? 1 : -1 }

  /// `d_R = (change by reactions and taxis)/Δt − c` and `d_D = (change by diffusion)/Δt + c`, hence the next
  /// `c = ½ difference/Δt + c`.
  ///
  /// - Parameter memory: of the step before; becomes that of a step that ends now.
  func finish(_ memory: inout StepperMemory, step: Double) {
    let new = kept.take()
    for field in fields {
      new.set.setField(field, toSumOf: [(0.5 / step, difference), (1, constant)], pool: pool)
    }
    memory.steps = [step] + memory.steps.prefix(1)
    memory.fields = Array(zip(BalancingConstant.names, [new] + memory.fields.map(\.set)))
  }
}
