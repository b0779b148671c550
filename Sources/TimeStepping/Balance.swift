import Fields
import Synchronization

/// The constant `c` of rebalanced splitting, which is added to the reactions and taken from the diffusion:
/// `u' = R(u) + c` and `u_t = D ∇²u − c`.
///
/// With `d_R` and `d_D` the average rates at which the two parts changed the solution in the step before,
/// `c = ½ (d_D − d_R)`: in a steady state both parts then stand still by themselves, and the splitting error vanishes.
/// The constant is extrapolated to the step at hand, `3/2 c_n − 1/2 c_{n−1}`, and limited so that a step takes at most
/// what is there (|c| Δt ≤ u), which keeps densities non-negative.
///
/// Source: R. L. Speth, W. H. Green, S. MacNamara & G. Strang, SIAM J. Numer. Anal. 51 (2013) 3084–3105, section 4.
final class Balance: Sendable {
  /// `c` in the present step, 0 for fields that do not diffuse.
  let constant: FieldSet
  private let latest: FieldSet
  private let earlier: FieldSet
  /// What the present step's flows of each part have added so far.
  private let reacted: FieldSet
  private let diffused: FieldSet
  private let fields: [Int]
  private let steps = Mutex(0)

  var memorizedSteps: Int {
    get { steps.withLock { $0 } }
    set { steps.withLock { $0 = newValue } }
  }
  var memory: [(name: String, set: FieldSet)] { [("balance_latest", latest), ("balance_earlier", earlier)] }

  init(grid: Grid, fields: [Int], count: Int) throws(FieldAllocationError) {
    self.fields = fields
    constant = try FieldSet(grid: grid, count: count)
    latest = try FieldSet(grid: grid, count: count)
    earlier = try FieldSet(grid: grid, count: count)
    reacted = try FieldSet(grid: grid, count: count)
    diffused = try FieldSet(grid: grid, count: count)
  }

  func begin(_ state: FieldSet, step: Double) {
    let weights: (Double, Double) =
      switch memorizedSteps {
      case 0: (0, 0)
      case 1: (1, 0)
      default: (1.5, -0.5)
      }
    for field in fields {
      constant.setField(field, toSumOf: [(weights.0, latest), (weights.1, earlier)])
      constant.limitSource(field, by: state, step: step)
      reacted.clear(field)
      diffused.clear(field)
    }
  }

  func willChange(_ part: SplittingScheme.Part, _ state: FieldSet) { add(state, times: -1, to: part) }
  func didChange(_ part: SplittingScheme.Part, _ state: FieldSet) { add(state, times: 1, to: part) }

  private func add(_ state: FieldSet, times sign: Double, to part: SplittingScheme.Part) {
    let change = part == .reaction ? reacted : diffused
    for field in fields { change.setField(field, toSumOf: [(1, change), (sign, state)]) }
  }

  /// `d_R = reacted / Δt − c` and `d_D = diffused / Δt + c`, hence the next `c = ½ (diffused − reacted) / Δt + c`.
  func finish(step: Double) {
    for field in fields {
      earlier.setField(field, toSumOf: [(1, latest)])
      latest.setField(field, toSumOf: [(0.5 / step, diffused), (-0.5 / step, reacted), (1, constant)])
    }
    memorizedSteps = min(memorizedSteps + 1, 2)
  }
}
