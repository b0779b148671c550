/// Properties of the equations and the domain that decide which scheme serves them; none is of the solution.
package struct SchemeTraits: Hashable, Sendable {
  /// Why the exponential of the diffusion of all fields together cannot be had; nil if it can.
  package let exponentialObstacle: String?
  /// The steps that an exponential scheme needs at least, because some field diffuses explicitly; 0 if none does.
  package let leastExponentialSteps: Double
  /// Whether movement up gradients is computed by series, which no flow of a splitting does.
  package let hasSpectralTaxis: Bool
  /// Whether some rate has no derivative where its field is 0, so that stages of high order tell little.
  package let hasRoughRates: Bool
  /// Whether each field reacts by itself, linearly or logistically, so that the flow of the reactions is exact; true
  /// without reactions.
  package let hasExactReactions: Bool
  /// Whether the flow of the reactions keeps what is prescribed at the sides, so that a splitting keeps its order.
  package let keepsBoundaryData: Bool
  /// The steps that extrapolated splitting needs at least, because within longer ones a field that diffuses is lost too much: half of the
  /// times, in the run, in which the fastest one is lost.
  package let leastSplitSteps: Double
  /// What grows or decays slowly about the uniform state that the run begins near, in words; nil if nothing does, or it begins elsewhere.
  package var patternOnset: String?
  /// The field that an infusion under way removes, or a process in a part of the domain for a while, of which what is left grows again, in
  /// words; nil if there is none.
  package var removal: String?
  /// Why no exponential can be had of the linear part of all fields together; nil if it can.
  package var couplingObstacle: String?

  package init(
    exponentialObstacle: String?, leastExponentialSteps: Double, hasSpectralTaxis: Bool, hasRoughRates: Bool,
    hasExactReactions: Bool, keepsBoundaryData: Bool, leastSplitSteps: Double
  ) {
    self.exponentialObstacle = exponentialObstacle
    self.leastExponentialSteps = leastExponentialSteps
    self.hasSpectralTaxis = hasSpectralTaxis
    self.hasRoughRates = hasRoughRates
    self.hasExactReactions = hasExactReactions
    self.keepsBoundaryData = keepsBoundaryData
    self.leastSplitSteps = leastSplitSteps
  }
}

extension Scheme {
  /// The scheme that is taken where none is asked for, and why; the first line that applies.
  ///
  /// | problem | scheme |
  /// | --- | --- |
  /// | begins near a uniform state about which waves grow, or decay slowly; the exponential of all fields together can be had | `etdrk4-coupled` |
  /// | spectral taxis | `etdrk4` |
  /// | exact flow of the reactions, which keeps the boundary data | `strang4` |
  /// | an infusion, or a process or doses somewhere for a while, removes a field that grows again; nothing is lost fast | `strang4` |
  /// | diffusion of all fields by exponentials, or in explicit steps that are few or fewer than those of a splitting; smooth rates | `etdrk4` |
  /// | no field that diffuses is lost fast, and the reactions keep the boundary data | `strang4` |
  /// | all others | `rebalanced-strang` |
  ///
  /// `docs/work-precision.md` has the measurements.
  package static func recommended(for traits: SchemeTraits) -> (scheme: Scheme, reason: String) {
    if let onset = traits.patternOnset, traits.couplingObstacle == nil {
      return (.etdrk4Coupled, "\(onset), and a linear part of all fields together is exact about that")
    }
    if traits.hasSpectralTaxis { return (.etdrk4, "taxis by series is part of no splitting") }
    if traits.hasExactReactions, traits.keepsBoundaryData {
      return (.strang4, "the reactions have an exact flow, so that splitting makes the only error")
    }
    if let removal = traits.removal, traits.leastSplitSteps <= manyRemovingSteps {
      return (.strang4, "\(removal), and flows of the reactions keep what is left at each point")
    }
    let obstacle =
      traits.exponentialObstacle
      ?? (traits.hasRoughRates ? "a rate has no derivative where its field is 0" : nil)
      ?? (traits.leastExponentialSteps > max(fewExplicitSteps, min(traits.leastSplitSteps, manySteps))
        ? "a field that grows from empty tissue must not be transformed" : nil)
    guard let obstacle else {
      let diffusion = traits.leastExponentialSteps > 0 ? "exponentials or explicitly in few steps" : "exponentials"
      return (.etdrk4, "all fields diffuse by \(diffusion), and nothing is split")
    }
    // Extrapolated splitting is right about the growth of waves with shorter steps only.
    return traits.keepsBoundaryData && traits.leastSplitSteps <= fewSteps && traits.patternOnset == nil
      ? (.strang4, "\(obstacle), and no field that diffuses is lost fast") : (.rebalancedStrang, obstacle)
  }

  /// A run of at most so many times of loss, over 2, is taken by extrapolated splitting.
  ///
  /// Fitted on viral therapy along a radius (8, where it takes half the work for an error) and acid-mediated invasion (350, where
  /// it takes ten times as much).
  private static let fewSteps = 50.0
  /// The same where a field is removed: other schemes are wrong about what is left, which is relative to nothing at other points.
  private static let manyRemovingSteps = 1000.0
  /// A run of at most so many explicit steps of diffusion is taken by an exponential scheme.
  ///
  /// Fitted on T cells that infiltrate a tumor (150; splittings take ten times as long and more) and Keller and Segel (3,800; they take a
  /// quarter of the time).
  private static let fewExplicitSteps = 1000.0
  /// Where splittings need more steps than explicit diffusion does, an exponential scheme is taken up to as many of the latter.
  ///
  /// Measured on T cells that infiltrate a tumor on 800 points (1,900, and 6,500 of a splitting): 8,859 steps of `etdrk4` in place of 300,000
  /// of `strang4` and 47,684 of `rebalanced-strang`, at 1e-3.
  private static let manySteps = 1e4
}
