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
      let scheme = ExponentialScheme.krogstad
      a[field] = h * half.sum(scheme.stages[0].weights[0])
      for stage in 0..<2 { b[2 * field + stage] = h * half.sum(scheme.stages[1].weights[stage]) }
      for stage in 0..<3 { c[3 * field + stage] = h * whole.sum(scheme.stages[2].weights[stage]) }
      for stage in 0..<4 { solution[4 * field + stage] = h * whole.sum(scheme.weights[stage]) }
      (last[field], spans[field]) = (4 * solution[4 * field + 3], h * whole.sum([1, 0, 0]))
    }
  }
}
