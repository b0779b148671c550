/// A coefficient of an exponential Runge–Kutta method: `Σ_l a_l φ_l(c hL) + Σ_l b_l φ_l(hL)`, `l` from 1 to 3, where `c` is the
/// node of the stage that it belongs to.
///
/// An array literal gives `a₁`, `a₂` and `a₃`.
package struct PhiWeights: Hashable, Sendable, ExpressibleByArrayLiteral {
  /// `a`: weights of functions of the step up to the stage.
  package let own: [Double]
  /// `b`: weights of functions of the whole step.
  package let whole: [Double]

  package init(_ own: [Double], whole: [Double] = [0, 0, 0]) {
    precondition(own.count == 3 && whole.count == 3)
    (self.own, self.whole) = (own, whole)
  }

  package init(arrayLiteral own: Double...) { self.init(own) }

  package var isZero: Bool { own.allSatisfy { $0 == 0 } && !usesWhole }
  /// Whether functions of the whole step are among them.
  package var usesWhole: Bool { whole.contains { $0 != 0 } }

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
    PhiWeights(weights.own.map { factor * $0 }, whole: weights.whole.map { factor * $0 })
  }

  package static func - (a: PhiWeights, b: PhiWeights) -> PhiWeights {
    PhiWeights(zip(a.own, b.own).map { $0 - $1 }, whole: zip(a.whole, b.whole).map { $0 - $1 })
  }
}
