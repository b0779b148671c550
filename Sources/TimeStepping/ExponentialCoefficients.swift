/// The coefficients of a substep of Krogstad's exponential Runge–Kutta method for `u' = −κ u + N(u)`, with one `κ` for
/// each field.
///
/// With `z = −κ h` and the functions φ of `z` and `z/2`:
/// `a = e^{z/2} u + ½ h φ₁(z/2) N₀`, `b = e^{z/2} u + ½ h φ₁(z/2) N₀ + h φ₂(z/2) (N_a − N₀)`,
/// `c = e^z u + h φ₁ N₀ + 2 h φ₂ (N_b − N₀)`,
/// `u′ = e^z u + h ((φ₁ − 3φ₂ + 4φ₃) N₀ + (2φ₂ − 4φ₃) (N_a + N_b) + (4φ₃ − φ₂) N_c)`.
///
/// The error has two parts. Replacing `N_c` by `N′ = N(u′)` gives a solution of third order, so that
/// `h (4φ₃ − φ₂) (N′ − N_c)` measures how the stages depend on each other; it is taken four times: then the same tolerance
/// gives about the accuracy that it gives with the pair of Dormand and Prince. It does not see what Simpson's rule misses
/// where `N` follows a field that decays within the substep. If `N` goes like `e^{−ws}`, 0 ≤ s ≤ 1, that is
/// `h φ₁ |d| w²/720` with the second difference `d = N₀ − N_a − N_b + N′`, and `w` follows from the three values by
/// `tanh(w/4) = d/(N₀ − N′)`; it is at most the fastest loss times `h`, and the whole at most `h φ₁ |d|/6`.
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
  /// `4 h (4φ₃ − φ₂)` and `h φ₁`.
  private(set) var last: [Double]
  private(set) var spans: [Double]

  init(fieldCount: Int) {
    func zeros(_ stages: Int) -> [Double] { [Double](repeating: 0, count: stages * fieldCount) }
    losses = zeros(1)
    (halfDecay, decay) = (zeros(1), zeros(1))
    (a, b, c, solution) = (zeros(1), zeros(2), zeros(3), zeros(4))
    (last, spans) = (zeros(1), zeros(1))
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
      (self.last[field], spans[field]) = (4 * last, h * whole.first)
    }
  }
}
