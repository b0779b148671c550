import Fields

/// What moves the upper side of a domain of one axis.
package enum FreeBoundary: Sendable {
  /// `s' = −κ ∂u/∂n`, `n` pointing outward: the steeper a field ends there, the faster the boundary moves.
  case stefan(field: Int, coefficient: Double)
  /// The tissue grows by itself: `∇·v = g`, and `s' = v` at the boundary.
  case growth(Growth)

  package struct Growth: Sendable {
    /// Fields that move with the tissue, `u_t = −∇·(v u) + …`; the others stay where they are.
    package let carried: Set<Int>
    /// Brings `state` into balance, if it has fields that are to be, and writes `g` at all points into field 0 of
    /// `target`.
    package let setRate:
      @Sendable (_ state: FieldSet, _ time: Double, _ target: FieldSet) throws(FreeBoundaryFailure) -> Void

    package init(
      carried: Set<Int>,
      setRate:
        @escaping @Sendable (_ state: FieldSet, _ time: Double, _ target: FieldSet) throws(FreeBoundaryFailure) -> Void
    ) {
      self.carried = carried
      self.setRate = setRate
    }
  }
}

/// The boundary of the domain cannot be moved further.
package struct FreeBoundaryFailure: Error, Sendable {
  /// The field that is named with it.
  package let field: Int
  /// What went wrong, as a clause that follows the name of the field.
  package let problem: String
  package let time: Double

  package init(field: Int, problem: String, time: Double) {
    self.field = field
    self.problem = problem
    self.time = time
  }
}
