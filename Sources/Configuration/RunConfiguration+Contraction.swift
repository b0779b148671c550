import Expressions
import Models

extension RunConfiguration {
  /// Of each field the rate at which an error of it decays at least, if all others are exact: the least possible
  /// `−∂R_i/∂u_i`; 0 if that is growth.
  ///
  /// Nothing is said of a field that acts on itself in another way: by its past, the whole domain, a field that is always
  /// in balance with it, or the way it moves.
  package var contractionRates: [Double] {
    var known = knownIntervals
    for (name, value) in model.parameterValues { known[.parameter(name)] = Interval(value, value) }
    for (field, parts) in zip(model.fields, productionLoss) where parts.isPositive && field.crossDiffusion.isEmpty {
      known[.field(field.name)] = known[.field(field.name)] ?? .nonNegative
    }
    return zip(model.rates, model.fields).map { rate, field in
      guard actsOnItselfAtPointsOnly(field, rate) else { return 0 }
      let decay = -rate.derivative(by: .field(field.name)).interval(known).high
      return decay > 0 && decay.isFinite ? decay : 0
    }
  }

  private func actsOnItselfAtPointsOnly(_ field: ModelField, _ rate: Expression) -> Bool {
    let own = Symbol.field(field.name)
    return !field.isQuasiSteady && field.taxis.isEmpty && field.crossDiffusion.isEmpty
      && !field.diffusivity.all.contains { $0.expression.dependsOn(own) }
      && !model.fields.contains { $0.isQuasiSteady && rate.dependsOn(.field($0.name)) }
      && model.delays.isEmpty && Expression.extractingFunctionals([rate]).functionals.isEmpty
      && Expression.extractingDistributions([rate]).distributions.isEmpty
  }
}
