import Rates

/// How one step is composed of flows of its parts: a list of flows, done one after the other.
package struct SplittingScheme: Sendable {
  package typealias Part = EquationPart

  package let name: String
  /// Order in the step size for smooth, non-stiff problems.
  package let order: Int
  /// The flows, each over a fraction of the step; the fractions of a part add up to 1.
  package let flows: [(part: Part, fraction: Double)]
  /// Whether a constant is moved from one part to the other so that both vanish in a steady state.
  package let isRebalanced: Bool
  /// The relative tolerance below which errors of steps count more than they are; see `ErrorAccumulation`.
  var proportionalityOnset = 0.0
  /// One sentence for users.
  package let summary: String

  /// The flows of two steps of half the size, the last of the first step and the first of the second made one where both are
  /// of the same part.
  package var halves: [(part: Part, fraction: Double)] {
    var all: [(part: Part, fraction: Double)] = []
    for flow in flows + flows {
      if let last = all.last, last.part == flow.part {
        all[all.count - 1].fraction += 0.5 * flow.fraction
      } else {
        all.append((flow.part, 0.5 * flow.fraction))
      }
    }
    return all
  }
}

extension SplittingScheme {
  /// First order: one flow after the other.
  package static let lie = SplittingScheme(
    name: "lie", order: 1, flows: [(.reaction, 1), (.taxis, 1), (.diffusion, 1)], isRebalanced: false,
    proportionalityOnset: 4e-2, summary: "first order; for comparison only")

  private static let symmetricFlows: [(part: Part, fraction: Double)] = [
    (.reaction, 0.5), (.taxis, 0.5), (.diffusion, 1), (.taxis, 0.5), (.reaction, 0.5),
  ]

  /// Half a flow of reactions, half a flow of taxis, the flow of diffusion, and back.
  ///
  /// G. Strang, On the construction and comparison of difference schemes, SIAM J. Numer. Anal. 5 (1968) 506–517.
  package static let strang = SplittingScheme(
    name: "strang", order: 2, flows: symmetricFlows, isRebalanced: false,
    summary:
      "second order; where reactions keep densities non-negative they stay so in fields that move by kernels, matrices or "
      + "finite volumes, and to within the tolerance in those that move by transforms; loses accuracy with a fast chemical"
  )

  /// Strang splitting with a constant that balances the two parts.
  ///
  /// R. L. Speth, W. H. Green, S. MacNamara & G. Strang, Balanced splitting and rebalanced splitting, SIAM J. Numer.
  /// Anal. 51 (2013) 3084–3105; here the balancing constant is extrapolated to the step at hand.
  package static let rebalancedStrang = SplittingScheme(
    name: "rebalanced-strang", order: 2, flows: symmetricFlows, isRebalanced: true,
    summary:
      "second order, also with a fast chemical and prescribed boundary data; keeps steady states; takes more memory"
  )

  /// All of them, in the order in which they are listed for users.
  package static let all = [lie, strang, rebalancedStrang]
}
