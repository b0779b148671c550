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
    case coupledExponential(ExponentialScheme)
    /// All parts together, stabilized so that nothing becomes negative.
    case positiveExponential(ExponentialScheme)
    /// One of the others, by the rule of `recommended`.
    case automatic
  }

  private init(_ splitting: SplittingScheme) {
    name = splitting.name
    order = splitting.order
    summary = splitting.summary
    method = .splitting(splitting, extrapolates: false)
  }

  private init(_ exponential: ExponentialScheme) {
    name = exponential.name
    order = exponential.order
    summary = exponential.summary
    method = .exponential(exponential)
  }

  private init(coupled exponential: ExponentialScheme) {
    name = exponential.name + "-coupled"
    order = exponential.order
    summary =
      exponential.orderInWords
      + ", nothing split: diffusion and the mean Jacobian of the reactions exactly, so that what departs little "
      + "from a uniform state grows and decays at the right rates with steps of any size; values may fall below 0 within the "
      + "tolerance"
    method = .coupledExponential(exponential)
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

  /// Whether the diffusion of all fields is by exponentials, whatever propagator a splitting would take.
  package var isUnsplit: Bool {
    switch method {
    case .exponential, .coupledExponential: true
    case .splitting, .positiveExponential, .automatic: false
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

  package static let etdrk4 = Scheme(.krogstad)
  package static let etdrk4Coupled = Scheme(coupled: .krogstad)

  package static let etd2Positive = Scheme(
    "etd2-positive", order: 2, .positiveExponential(.coxMatthews),
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
  package static let all =
    SplittingScheme.all.map { Scheme($0) } + [strang4]
    + ExponentialScheme.all.flatMap { [Scheme($0), Scheme(coupled: $0)] } + [etd2Positive]
  /// What users may ask for.
  package static let offered = all + [auto]

  package static func named(_ name: String) -> Scheme? { offered.first { $0.name == name } }
}
