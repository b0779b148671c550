/// A way to advance all fields by a step, as users name it.
package struct Scheme: Sendable {
  package let name: String
  /// Order in the step size for smooth, non-stiff problems.
  package let order: Int
  /// One sentence for users.
  package let summary: String
  /// How a step is composed of flows.
  package let splitting: SplittingScheme
  /// Whether each step is taken whole and in halves, and its error taken off.
  package let extrapolates: Bool

  private init(_ splitting: SplittingScheme) {
    name = splitting.name
    order = splitting.order
    summary = splitting.summary
    self.splitting = splitting
    extrapolates = false
  }

  private init(extrapolating splitting: SplittingScheme, name: String, order: Int, summary: String) {
    self.name = name
    self.order = order
    self.summary = summary
    self.splitting = splitting
    extrapolates = true
  }
}

extension Scheme {
  package static let lie = Scheme(.lie)
  package static let strang = Scheme(.strang)
  package static let rebalancedStrang = Scheme(.rebalancedStrang)

  /// Strang splitting extrapolated from a whole step and its halves.
  package static let strang4 = Scheme(
    extrapolating: .strang, name: "strang4", order: 4,
    summary: "fourth order by extrapolation of Strang splitting, its error known for nothing; loses accuracy with a "
      + "fast chemical")

  /// All schemes, in the order in which they are listed for users.
  package static let all = [lie, strang, strang4, rebalancedStrang]

  package static func named(_ name: String) -> Scheme? { all.first { $0.name == name } }
}
