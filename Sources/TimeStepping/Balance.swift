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
  private let latest: FieldSet
  private let earlier: FieldSet
  /// What diffusion has added in the present step so far, less what the other parts have added.
  private let difference: FieldSet
  private let fields: [Int]
  private let pool: WorkerPool
  private let steps = Mutex(0)

  var memorizedSteps: Int {
    get { steps.withLock { $0 } }
    set { steps.withLock { $0 = newValue } }
  }
  var memory: [(name: String, set: FieldSet)] { [("balance_latest", latest), ("balance_earlier", earlier)] }
  /// Field sets held.
  static let setCount = 4

  /// - Parameter fields: those that diffuse.
  init(grid: Grid, fields: [Int], count: Int, pool: WorkerPool) throws(FieldAllocationError) {
    self.fields = fields
    self.pool = pool
    constant = try FieldSet(grid: grid, count: count)
    latest = try FieldSet(grid: grid, count: count)
    earlier = try FieldSet(grid: grid, count: count)
    difference = try FieldSet(grid: grid, count: count)
  }

  /// Chooses the constant for a step that begins with a flow of `part`.
  func begin(_ state: FieldSet, step: Double, part: SplittingScheme.Part) {
    let weights: (Double, Double) =
      switch memorizedSteps {
      case 0: (0, 0)
      case 1: (1, 0)
      default: (1.5, -0.5)
      }
    for field in fields {
      constant.setField(field, toSumOf: [(weights.0, latest), (weights.1, earlier)], pool: pool)
      constant.limitSource(field, by: state, step: step)
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

  private static func sign(_ part: SplittingScheme.Part) -> Double { part == .diffusion ? 1 : -1 }

  /// `d_R = (change by reactions and taxis)/Δt − c` and `d_D = (change by diffusion)/Δt + c`, hence the next
  /// `c = ½ difference/Δt + c`.
  func finish(step: Double) {
    for field in fields {
      earlier.setField(field, toSumOf: [(1, latest)], pool: pool)
      latest.setField(field, toSumOf: [(0.5 / step, difference), (1, constant)], pool: pool)
    }
    memorizedSteps = min(memorizedSteps + 1, 2)
  }
}
