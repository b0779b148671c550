/// A way to integrate the reactions of a tile over an interval, as users name it.
package struct ReactionMethod: Sendable {
  /// How a substep is taken.
  package enum Kind: Sendable {
    case explicit(RungeKuttaPair)
    /// Krogstad's exponential Runge–Kutta method with the largest loss of each field over the tile.
    case exponential
    /// That of two stages of Cox and Matthews.
    case twoStageExponential
    case rosenbrock(RosenbrockPair)
    /// The α-QSS method.
    case quasiSteady
    /// Of the others, whichever a tile needs.
    case automatic
  }

  package let name: String
  package let kind: Kind
  /// Order of the solution that is kept, and of the one that measures its error.
  package let order: Int
  package let embeddedOrder: Int
  /// For users.
  package let summary: String

  private init(_ name: String, _ kind: Kind, order: Int, embeddedOrder: Int, _ summary: String) {
    self.name = name
    self.kind = kind
    self.order = order
    self.embeddedOrder = embeddedOrder
    self.summary = summary
  }

  private init(_ pair: RosenbrockPair) {
    self.init(pair.name, .rosenbrock(pair), order: pair.order, embeddedOrder: pair.embeddedOrder, pair.summary)
  }

  private init(_ pair: RungeKuttaPair) {
    self.init(
      pair.name, .explicit(pair), order: pair.order, embeddedOrder: pair.embeddedOrder,
      "explicit Runge–Kutta pair of orders \(pair.order) and \(pair.embeddedOrder)")
  }
}

extension ReactionMethod {
  package static let automatic = ReactionMethod(
    "auto", .automatic, order: 4, embeddedOrder: 3,
    "for each tile what it needs: dormand-prince where nothing decays fast, else etdrk4; rodas4 where that takes many "
      + "substeps, alpha-qss where values would become negative")

  package static let exponential = ReactionMethod(
    "etdrk4", .exponential, order: 4, embeddedOrder: 3,
    "exponential Runge–Kutta method of orders 4 and 3 that takes the largest loss of each field over a tile exactly")

  package static let twoStageExponential = ReactionMethod(
    "etd2rk", .twoStageExponential, order: 2, embeddedOrder: 1,
    "exponential Runge–Kutta method of orders 2 and 1, likewise, with two evaluations of the rates: for short fixed "
      + "steps")

  package static let quasiSteady = ReactionMethod(
    "alpha-qss", .quasiSteady, order: 2, embeddedOrder: 1,
    "quasi-steady-state method of orders 2 and 1 that cannot become negative")

  package static let rodas4 = ReactionMethod(RosenbrockPair.rodas4)
  package static let dormandPrince = ReactionMethod(RungeKuttaPair.dormandPrince)

  /// All methods, in the order in which they are listed for users.
  package static let all =
    [automatic, exponential, twoStageExponential] + RosenbrockPair.all.map { ReactionMethod($0) } + [quasiSteady]
    + RungeKuttaPair.all.map { ReactionMethod($0) }

  /// The one that is used when nothing else is asked for.
  package static let standard = automatic

  package static func named(_ name: String) -> ReactionMethod? { all.first { $0.name == name } }
}
