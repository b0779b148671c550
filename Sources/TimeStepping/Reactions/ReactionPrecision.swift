/// How many bits the stages of the explicit and the exponential methods have.
///
/// The values of the fields have double precision in any case: the rates of a stage are found from rounded values and are rounded
/// themselves, and so is what is added to the values, but never the sum. The rounding of a substep goes with what changes in it, so
/// that short substeps do not lose what is small beside the value, and what is far smaller than the rest of a field keeps
/// its own digits.
package enum ReactionPrecision: String, Sendable {
  case double, single

  /// The rounding of rates must stay well below what a substep may err by.
  package static let leastToleranceOfSingle = 1e-6
}
