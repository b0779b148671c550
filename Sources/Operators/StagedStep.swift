import Glibc

/// The strong-stability-preserving Runge–Kutta method of third order with three stages, for advection:
/// `Y_j = a u + b (Y_{j−1} + h F(Y_{j−1}))`, with `u` the solution at the start and `Y₀ = u`.
///
/// What a step of Euler's method keeps, its stages keep.
///
/// Source: C.-W. Shu & S. Osher, Efficient implementation of essentially non-oscillatory shock-capturing schemes, J. Comput.
/// Phys. 77 (1988) 439–471.
enum StrongStabilityPreserving {
  /// `a`, `b`, and the share of the step that has passed at `Y_{j−1}`.
  static let stages: [(start: Double, latest: Double, time: Double)] = [
    (0, 1, 0), (0.75, 0.25, 1), (1.0 / 3, 2.0 / 3, 0.5),
  ]

  /// The number of equal parts of a step in which no point loses all that it has, for the largest rate of outflow, 1 / time.
  ///
  /// So much of the step that a point could lose all in is taken at most.
  static func parts(step: Double, outflow rate: Double) -> Double { max(1, (step * rate / 0.9).rounded(.up)) }
}

/// One step of a Runge–Kutta method of second order for diffusion, in which each stage is a sum of few sets:
/// `Y_j = a Y_{j−1} + b Y_{j−2} + c Y_0 + h (d L Y_{j−1} + e L Y_0)`.
struct StagedStep: Sendable {
  struct Stage: Sendable {
    var latest = 0.0
    var earlier = 0.0
    var start = 0.0
    /// Times the step.
    var change = 0.0
    var first = 0.0
    /// The share of the step that has passed at the stage before, whose `L Y` is taken.
    var time = 0.0
  }

  /// From the first, for which `Y_{j−1}` is `Y_0`.
  let stages: [Stage]

  /// The Runge–Kutta–Legendre method.
  ///
  /// It is stable for `h ρ ≤ (s² + s − 2)/2`, `ρ` being the spectral radius: `s` stages go as
  /// far as `s²/4` steps of Euler's method. The number of stages is odd: with these the kernel of one step on equal
  /// points was positive in all tests.
  ///
  /// Source: C. D. Meyer, D. S. Balsara & T. D. Aslam, A stabilized Runge–Kutta–Legendre method for explicit
  /// super-time-stepping of parabolic and mixed equations, J. Comput. Phys. 257 (2014) 594–626.
  static func legendre(stages count: Int) -> StagedStep {
    precondition(count >= 3 && count % 2 == 1)
    func b(_ j: Int) -> Double { j < 2 ? 1.0 / 3 : Double(j * j + j - 2) / Double(2 * j * (j + 1)) }
    let w = 4 / Double(count * count + count - 2)
    func time(_ j: Int) -> Double {
      switch j {
      case 0: 0
      case 1: w / 3
      default: Double(j * j + j - 2) / Double(count * count + count - 2)
      }
    }
    return StagedStep(
      stages: (1...count).map { j in
        guard j > 1 else { return Stage(latest: 1, change: b(1) * w) }
        let mu = Double(2 * j - 1) * b(j) / (Double(j) * b(j - 1))
        let nu = -Double(j - 1) * b(j) / (Double(j) * b(j - 2))
        return Stage(
          latest: mu, earlier: nu, start: 1 - mu - nu, change: mu * w, first: -(1 - b(j - 1)) * mu * w,
          time: time(j - 1))
      })
  }

  /// Steps of Euler's method and an average with the start, all of them sums of non-negative numbers where
  /// `h |L_ii| ≤ s − 1`: non-negative data stay so, whatever the diffusivities.
  ///
  /// Source: R. J. Spiteri & S. J. Ruuth, A new class of optimal high-order strong-stability-preserving time
  /// discretization methods, SIAM J. Numer. Anal. 40 (2002) 469–491.
  static func positive(stages count: Int) -> StagedStep {
    precondition(count >= 2)
    let share = 1 / Double(count - 1)
    return StagedStep(
      stages: (1...count).map { j in
        guard j == count else { return Stage(latest: 1, change: share, time: Double(j - 1) * share) }
        let weight = Double(count - 1) / Double(count)
        return Stage(latest: weight, start: 1 - weight, change: weight * share, time: 1)
      })
  }

  /// More stages than these in one step would lose accuracy; longer steps are divided.
  static let mostStages = 15

  /// So finely a step is divided at most.
  static let mostSteps = 1 << 20

  /// The steps of equal length, not more than one beyond `mostSteps`, and the stages of each that the Legendre method needs with the spectral radius `bound`.
  ///
  /// - Parameter parts: the least number of steps.
  static func division(step: Double, bound: Double, parts: Double = 1) -> (steps: Int, stages: Int) {
    let farthest = Double(mostStages * mostStages + mostStages - 2) / 2
    let steps = max(parts, (step * bound / farthest).rounded(.up))
    let stages = Int(((9 + 8 * step * bound / steps).squareRoot() / 2 - 0.5).rounded(.up))
    return (Int(min(steps, Double(mostSteps + 1))), min(mostStages, max(3, stages % 2 == 0 ? stages + 1 : stages)))
  }
}

/// What super-time-stepping makes of one wave.
package enum StabilizedDiffusion {
  /// By how much what a step depends on may grow within it.
  package static let margin = 1.1

  /// The factor of a wave with `u' = λ u`, near `e^{hλ}`.
  ///
  /// - Parameters:
  ///   - strength: `hλ ≤ 0`.
  ///   - bound: of `h |λ|` for all waves of the grid.
  package static func factor(_ strength: Double, bound: Double) -> Double {
    let division = StagedStep.division(step: 1, bound: bound)
    let part = strength / Double(division.steps)
    var (latest, earlier) = (1.0, 1.0)
    for stage in StagedStep.legendre(stages: division.stages).stages {
      let next =
        (stage.latest + stage.change * part) * latest + stage.earlier * earlier + stage.start + stage.first * part
      (latest, earlier) = (next, latest)
    }
    return pow(latest, Double(division.steps))
  }

  /// One of the equal parts of a step of `u' = L u` from a value, and the number of parts.
  ///
  /// - Parameters:
  ///   - bound: of the absolute values of the eigenvalues of `h L`.
  ///   - rate: `h L` of a value.
  ///   - sum: of values times numbers.
  package static func part<Value>(
    of start: Value, bound: Double, rate: (Value) -> Value, sum: ([(factor: Double, value: Value)]) -> Value
  ) -> (value: Value, parts: Int) {
    let division = StagedStep.division(step: 1, bound: bound)
    let share = 1 / Double(division.steps)
    let first = rate(start)
    var (latest, earlier) = (start, start)
    for stage in StagedStep.legendre(stages: division.stages).stages {
      let next = sum([
        (stage.latest, latest), (stage.earlier, earlier), (stage.start, start), (stage.change * share, rate(latest)),
        (stage.first * share, first),
      ])
      (latest, earlier) = (next, latest)
    }
    return (latest, division.steps)
  }
}
