import Fields
import Operators

/// The coefficients of a substep of Krogstad's exponential Runge–Kutta method for `u' = −κ u + N(u)`, with one `κ` for
/// each field.
///
/// The formulas are those of `ExponentialScheme.krogstad`, with `z = −κ h` in place of `h L`: stages `N₀`, `N_a`, `N_b`,
/// `N_c` and the new solution `u′`.
///
/// The error has two parts. Replacing `N_c` by `N′ = N(u′)` gives a solution of third order, so that
/// `h (4φ₃ − φ₂) (N′ − N_c)` measures how the stages depend on each other; it is taken four times: then the same tolerance
/// gives about the accuracy that it gives with the pair of Dormand and Prince. It does not see what Simpson's rule misses
/// where `N` follows a field that decays within the substep. If `N` goes like `e^{−ws}`, 0 ≤ s ≤ 1, that is
/// `h φ₁ |d| w²/720` with the second difference `d = N₀ − N_a − N_b + N′`, and `w` follows from the three values by
/// `tanh(w/4) = d/(N₀ − N′)`; it is at most the fastest loss times `h`, and the whole at most `h φ₁ |d|/6`.
///
/// Source: S. Krogstad, Generalized integrating factor methods for stiff PDEs, J. Comput. Phys. 203 (2005) 72–88.
final class ExponentialCoefficients {
  /// `κ` and `h` that the rest belongs to.
  private let losses: UnsafeMutablePointer<Double>
  private var step = 0.0
  /// Factors of `u` in the stages `a` and `b`, and in `c` and `u′`.
  let halfDecay: UnsafeMutablePointer<Double>
  let decay: UnsafeMutablePointer<Double>
  /// Factors of the values of `N` so far in each stage and in `u′`, for each field one after the other.
  let stages: [UnsafeMutablePointer<Double>]
  /// `4 h (4φ₃ − φ₂)` and `h φ₁`.
  let last: UnsafeMutablePointer<Double>
  let spans: UnsafeMutablePointer<Double>

  /// `−h φ₂` and `h φ₂` of each field: what the method of two stages multiplies its values of `N` by in the end.
  let bends: UnsafeMutablePointer<Double>

  /// All of these.
  private let numbers: Numbers
  private let fieldCount: Int
  /// Numbers that one field has of all.
  private static let numbersPerField = 17
  /// The weights of `φ₁`, `φ₂` and `φ₃` of each factor, stage after stage.
  private static let weights = (ExponentialScheme.krogstad.stages.map(\.weights) + [ExponentialScheme.krogstad.weights])
    .flatMap { $0 }.flatMap { [$0.own.x, $0.own.y, $0.own.z] }

  init(fieldCount: Int) {
    self.fieldCount = fieldCount
    let numbers = Numbers(count: ExponentialCoefficients.numbersPerField * fieldCount)
    self.numbers = numbers
    func part(_ first: Int) -> UnsafeMutablePointer<Double> { numbers.start + first * fieldCount }
    (losses, halfDecay, decay, last, spans) = (part(0), part(1), part(2), part(3), part(4))
    stages = [part(5), part(6), part(8), part(11)]
    bends = part(15)
  }

  /// Computes them anew if they belong to something else.
  func set(losses: UnsafePointer<Double>, step h: Double) {
    guard h != step || (0..<fieldCount).contains(where: { losses[$0] != self.losses[$0] }) else { return }
    step = h
    ExponentialCoefficients.weights.withUnsafeBufferPointer { weights in
      for field in 0..<fieldCount {
        self.losses[field] = losses[field]
        set(field, loss: losses[field], step: h, weights: weights.baseAddress!)
      }
    }
  }

  private func set(_ field: Int, loss: Double, step h: Double, weights: UnsafePointer<Double>) {
    // The exponential, then φ₁, φ₂ and φ₃.
    withUnsafeTemporaryAllocation(of: Double.self, capacity: 8) { functions in
      let (half, whole) = (functions.baseAddress!, functions.baseAddress! + 4)
      PhiFunctions.write(-0.5 * h * loss, to: half)
      PhiFunctions.write(-h * loss, to: whole)
      halfDecay[field] = half[0]
      decay[field] = whole[0]
      var w = weights
      for (stage, factors) in stages.enumerated() {
        let phi = stage < 2 ? half : whole
        for earlier in 0...stage {
          factors[(stage + 1) * field + earlier] = h * (w[0] * phi[1] + w[1] * phi[2] + w[2] * phi[3])
          w += 3
        }
      }
      last[field] = 4 * stages[3][4 * field + 3]
      spans[field] = h * whole[1]
      bends[2 * field] = -h * whole[2]
      bends[2 * field + 1] = h * whole[2]
    }
  }
}
