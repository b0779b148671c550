import Expressions

/// The rate `R` of a quasi-steady field `w`, and by how much it changes where `w` changes by the same amount along the axes of its
/// integrals: `∂R/∂w + Σ_k ∂R/∂I_k ∫ ∂e_k/∂w` for integrals or means `I_k = ∫ e_k` along an axis.
///
/// For a field that is the same along these axes, as oxygen along an axis of phenotypes, Newton's method with this slope is that of the
/// whole equation. For others it is an approximation, with which the search converges more slowly to the same balance.
struct QuasiSteadyRate {
  /// Integrals along an axis and convolutions in `rate` and `slope`.
  let distributions: [Distribution]
  /// With fields of their names in place of the distributions.
  let rate: Expression
  let slope: Expression
  /// Whether `R` is linear in `w`.
  let isLinear: Bool

  init(_ rate: Expression, field: String) {
    let (found, rates) = Expression.extractingDistributions([rate])
    let own = Symbol.field(field)
    self.rate = rates[0]
    var distributions = found
    var slope = rates[0].derivative(by: own)
    /// What changes with `w` besides it.
    var dependent: Set<Symbol> = [own]
    var isLinear = true
    for distribution in found where !distribution.argument.symbols.isDisjoint(with: dependent) {
      guard case .along = distribution.kind else { continue }
      let symbol = Symbol.field(distribution.name)
      dependent.insert(symbol)
      let ofArgument = distribution.argument.derivative(by: own)
      let integral = Distribution(
        kind: distribution.kind, argument: ofArgument, name: "slope of " + distribution.name)
      distributions.append(integral)
      let ofRate = rates[0].derivative(by: symbol)
      slope = slope + ofRate * .symbol(.field(integral.name))
      if ofArgument.dependsOn(own) || !ofRate.symbols.isDisjoint(with: dependent) { isLinear = false }
    }
    if !rates[0].derivative(by: own).symbols.isDisjoint(with: dependent) { isLinear = false }
    self.distributions = distributions
    self.slope = slope
    self.isLinear = isLinear
  }
}

extension Expression {
  /// What a quasi-steady field cannot have in its equation: convolutions of itself, and integrals along an axis of what contains other
  /// such integrals of itself; nil if it has none.
  package func quasiSteadyObstacle(_ field: String) -> String? {
    var dependent: Set<Symbol> = [.field(field)]
    for distribution in Expression.extractingDistributions([self]).distributions
    where !distribution.argument.symbols.isDisjoint(with: dependent) {
      if case .convolution = distribution.kind { return "a convolution of the field itself" }
      if dependent.count > 1, !distribution.argument.symbols.isDisjoint(with: dependent.subtracting([.field(field)])) {
        return "an integral along an axis of an integral of the field itself"
      }
      dependent.insert(.field(distribution.name))
    }
    return nil
  }
}
