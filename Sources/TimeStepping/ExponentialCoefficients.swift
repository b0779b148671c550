/// The coefficients of a substep of Krogstad's exponential Runge–Kutta method for `u' = −κ u + N(u)`, with one `κ` for
/// each field.
///
/// With `z = −κ h` and the functions φ of `z` and `z/2`:
/// `a = e^{z/2} u + ½ h φ₁(z/2) N₀`, `b = e^{z/2} u + ½ h φ₁(z/2) N₀ + h φ₂(z/2) (N_a − N₀)`,
/// `c = e^z u + h φ₁ N₀ + 2 h φ₂ (N_b − N₀)`,
/// `u′ = e^z u + h ((φ₁ − 3φ₂ + 4φ₃) N₀ + (2φ₂ − 4φ₃) (N_a + N_b) + (4φ₃ − φ₂) N_c)`. Replacing `N_c` by `N(u′)` gives a
/// solution of third order, so that `h (4φ₃ − φ₂) (N(u′) − N_c)` measures the error. It is taken four times: then the same
/// tolerance gives about the accuracy that it gives with the pair of Dormand and Prince.
///
/// Source: S. Krogstad, Generalized integrating factor methods for stiff PDEs, J. Comput. Phys. 203 (2005) 72–88.
struct ExponentialCoefficients {
  /// `κ` and `h` that the rest belongs to.
  private(set) var losses: [Double]
  private(set) var step = 0.0
  /// Factors of `u` in the stages `a` and `b`, and in `c` and `u′`.
  private(set) var halfDecay: [Double]
  private(set) var decay: [Double]
  /// Factors of the values of `N` so far, for each field one after the other.
  private(set) var a: [Double]
  private(set) var b: [Double]
  private(set) var c: [Double]
  private(set) var solution: [Double]
  private(set) var error: [Double]

  static let stageCount = 5

  init(fieldCount: Int) {
    func zeros(_ stages: Int) -> [Double] { [Double](repeating: 0, count: stages * fieldCount) }
    losses = zeros(1)
    (halfDecay, decay) = (zeros(1), zeros(1))
    (a, b, c, solution, error) = (zeros(1), zeros(2), zeros(3), zeros(4), zeros(5))
  }

  /// Computes them anew if they belong to something else.
  mutating func set(losses: [Double], step h: Double) {
    guard h != step || losses != self.losses else { return }
    step = h
    for (field, loss) in losses.enumerated() {
      self.losses[field] = loss
      let (half, whole) = (PhiFunctions(-0.5 * h * loss), PhiFunctions(-h * loss))
      (halfDecay[field], decay[field]) = (half.exponential, whole.exponential)
      a[field] = 0.5 * h * half.first
      (b[2 * field], b[2 * field + 1]) = (0.5 * h * half.first - h * half.second, h * half.second)
      (c[3 * field], c[3 * field + 2]) = (h * whole.first - 2 * h * whole.second, 2 * h * whole.second)
      let middle = h * (2 * whole.second - 4 * whole.third)
      let last = h * (4 * whole.third - whole.second)
      solution[4 * field] = h * (whole.first - 3 * whole.second + 4 * whole.third)
      (solution[4 * field + 1], solution[4 * field + 2], solution[4 * field + 3]) = (middle, middle, last)
      (error[5 * field + 3], error[5 * field + 4]) = (-4 * last, 4 * last)
    }
  }
}
