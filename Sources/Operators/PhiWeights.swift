/// A coefficient of an exponential Runge–Kutta method: `Σ_l a_l φ_l(c hL) + Σ_l b_l φ_l(hL)`, `l` from 1 to 3, where `c` is the
/// node of the stage that it belongs to.
///
/// An array literal gives `a₁`, `a₂` and `a₃`.
package struct PhiWeights: Hashable, Sendable, ExpressibleByArrayLiteral {
  /// `a`: weights of functions of the step up to the stage.
  package let own: SIMD3<Double>
  /// `b`: weights of functions of the whole step.
  package let whole: SIMD3<Double>

  package init(_ own: SIMD3<Double>, whole: SIMD3<Double> = .zero) { (self.own, self.whole) = (own, whole) }

  package init(arrayLiteral own: Double...) {
    precondition(own.count == 3)
    self.init(SIMD3(own[0], own[1], own[2]))
  }

  package var isZero: Bool { own == .zero && whole == .zero }
  /// Whether functions of the whole step are among them.
  package var usesWhole: Bool { whole != .zero }

  /// The value at `hL = 0`.
  package var limit: Double { value(own: PhiFunctions(0), whole: PhiFunctions(0)) }

  /// The value for a number `z` in place of `hL`, and a node.
  package func value(at z: Double, node: Double) -> Double {
    value(own: PhiFunctions(node * z), whole: PhiFunctions(z))
  }

  func value(own functions: PhiFunctions, whole: PhiFunctions) -> Double {
    usesWhole ? functions.sum(own) + whole.sum(self.whole) : functions.sum(own)
  }

  package static func * (factor: Double, weights: PhiWeights) -> PhiWeights {
    PhiWeights(factor * weights.own, whole: factor * weights.whole)
  }

  package static func - (a: PhiWeights, b: PhiWeights) -> PhiWeights {
    PhiWeights(a.own - b.own, whole: a.whole - b.whole)
  }
}
