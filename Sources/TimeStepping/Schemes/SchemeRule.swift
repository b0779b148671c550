/// Properties of the equations and the domain that decide which scheme serves them; none is of the solution.
package struct SchemeTraits: Hashable, Sendable {
  /// Why the exponential of the diffusion of all fields together cannot be had; nil if it can.
  package let exponentialObstacle: String?
  /// Whether some field diffuses explicitly in an exponential scheme, which bounds its steps.
  package let boundsExponentialSteps: Bool
  /// Whether movement up gradients is computed by series, which no flow of a splitting does.
  package let hasSpectralTaxis: Bool
  /// Whether some rate has no derivative where its field is 0, so that stages of high order tell little.
  package let hasRoughRates: Bool
  /// Whether each field reacts by itself, linearly or logistically, so that the flow of the reactions is exact; true
  /// without reactions.
  package let hasExactReactions: Bool
  /// Whether the flow of the reactions keeps what is prescribed at the sides, so that a splitting keeps its order.
  package let keepsBoundaryData: Bool

  package init(
    exponentialObstacle: String?, boundsExponentialSteps: Bool, hasSpectralTaxis: Bool, hasRoughRates: Bool,
    hasExactReactions: Bool, keepsBoundaryData: Bool
  ) {
    self.exponentialObstacle = exponentialObstacle
    self.boundsExponentialSteps = boundsExponentialSteps
    self.hasSpectralTaxis = hasSpectralTaxis
    self.hasRoughRates = hasRoughRates
    self.hasExactReactions = hasExactReactions
    self.keepsBoundaryData = keepsBoundaryData
  }
}

extension Scheme {
  /// The scheme that is taken where none is asked for, and why; the first line that applies.
  ///
  /// | problem | scheme |
  /// | --- | --- |
  /// | spectral taxis | `etdrk4` |
  /// | exact flow of the reactions, which keeps the boundary data | `strang4` |
  /// | diffusion of all fields by exponentials, smooth rates | `etdrk4` |
  /// | all others | `rebalanced-strang` |
  ///
  /// `docs/work-precision.md` has the measurements.
  package static func recommended(for traits: SchemeTraits) -> (scheme: Scheme, reason: String) {
    if traits.hasSpectralTaxis { return (.etdrk4, "taxis by series is part of no splitting") }
    if traits.hasExactReactions, traits.keepsBoundaryData {
      return (.strang4, "the reactions have an exact flow, so that splitting makes the only error")
    }
    if let obstacle = traits.exponentialObstacle { return (.rebalancedStrang, obstacle) }
    if traits.hasRoughRates {
      return (.rebalancedStrang, "a rate has no derivative where its field is 0")
    }
    if traits.boundsExponentialSteps {
      return (.rebalancedStrang, "a field that grows from empty tissue must not be transformed")
    }
    return (.etdrk4, "all fields diffuse by exponentials, and nothing is split")
  }
}
