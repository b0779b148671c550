/// A way to advance all fields by a step, as users name it.
package struct Scheme: Sendable {
  package let name: String
  /// Order in the step size for smooth, non-stiff problems.
  package let order: Int
  /// One sentence for users.
  package let summary: String
  package let method: Method

  package enum Method: Sendable {
    /// By flows of the parts, one after the other; `extrapolates` if each step is taken whole and in halves, and its
    /// error taken off.
    case splitting(SplittingScheme, extrapolates: Bool)
    /// All parts together.
    case exponential(ExponentialScheme)
    /// All parts together, the fields coupled in the linear part.
    case coupledExponential
    /// All parts together, stabilized so that nothing becomes negative.
    case positiveExponential
    /// One of the others, by the rule of `recommended`.
    case automatic
  }

  private init(_ splitting: SplittingScheme) {
    name = splitting.name
    order = splitting.order
    summary = splitting.summary
    method = .splitting(splitting, extrapolates: false)
  }

  private init(_ name: String, order: Int, _ method: Method, summary: String) {
    self.name = name
    self.order = order
    self.summary = summary
    self.method = method
  }

  /// Whether what is prescribed at the sides costs it its order.
  package var losesOrderAtSides: Bool {
    if case .splitting(let splitting, _) = method { return order > 1 && !splitting.isRebalanced }
    return false
  }

  /// Whether reactions can be a flow of their own.
  package var maySplit: Bool {
    switch method {
    case .splitting, .automatic: true
    case .exponential, .coupledExponential, .positiveExponential: false
    }
  }

  /// Whether fields go through the coefficients of a transform whatever the size of a step.
  package var usesCoefficients: Bool {
    switch method {
    case .exponential, .coupledExponential, .positiveExponential: true
    case .splitting(let splitting, _): splitting.isRebalanced
    case .automatic: false
    }
  }

  /// Whether solutions of steps of different sizes are compared even with a fixed step.
  package var comparesSteps: Bool {
    if case .splitting(_, extrapolates: true) = method { return true }
    return false
  }
}

extension Scheme {
  package static let lie = Scheme(.lie)
  package static let strang = Scheme(.strang)
  package static let rebalancedStrang = Scheme(.rebalancedStrang)

  /// Strang splitting extrapolated from a whole step and its halves.
  package static let strang4 = Scheme(
    "strang4", order: 4, .splitting(.strang, extrapolates: true),
    summary: "fourth order by extrapolation of Strang splitting, its error known for nothing; loses accuracy with a "
      + "fast chemical")

  package static let etdrk4 = Scheme(
    "etdrk4", order: 4, .exponential(.krogstad),
    summary: "fourth order, nothing split: diffusion and constant decay exactly, the rest by Runge–Kutta stages; keeps "
      + "steady states; for fast chemicals that decay at a constant rate; values may fall below 0 within the tolerance")

  package static let etdrk4Coupled = Scheme(
    "etdrk4-coupled", order: 4, .coupledExponential,
    summary:
      "fourth order, nothing split: diffusion and the mean Jacobian of the reactions exactly, so that what departs little "
      + "from a uniform state grows and decays at the right rates with steps of any size; values may fall below 0 within the "
      + "tolerance")

  package static let etd2Positive = Scheme(
    "etd2-positive", order: 2, .positiveExponential,
    summary:
      "second order, nothing split; what is not negative stays so with steps of any size; the larger the fastest "
      + "loss of a field anywhere, the less accurate")

  /// Whichever scheme the rule names.
  package static let auto = Scheme(
    "auto", order: 4, .automatic,
    summary:
      "the scheme that follows from the equations and the domain: `etdrk4` where all diffusion is by exponentials, "
      + "`strang4` where reactions have an exact flow or nothing decays fast, else `rebalanced-strang`; `plan` names it with the reason"
  )

  /// The schemes that take steps, in the order in which they are listed for users.
  package static let all = SplittingScheme.all.map { Scheme($0) } + [strang4, etdrk4, etdrk4Coupled, etd2Positive]
  /// What users may ask for.
  package static let offered = all + [auto]

  package static func named(_ name: String) -> Scheme? { offered.first { $0.name == name } }
}
