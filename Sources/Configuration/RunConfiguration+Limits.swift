import Expressions
import Models

extension RunConfiguration {
  /// Of each field the value `K` that its equation does not take it beyond.
  ///
  /// It is where movement up gradients ends, as all its
  /// sensitivities vanish at `u = K` like `1 − u/K`, or where its rates end, as `sqrt(1 − u/K)` does, without sensitivities that do
  /// not vanish there. Its rate is not positive there, whatever the other fields are.
  ///
  /// No flow, cross-diffusion, noise, treatment, prescribed side or free boundary may act on the field.
  ///
  /// Source: K. J. Painter & T. Hillen, Volume-filling and quorum-sensing in models for chemosensitive movement, Canadian Applied
  /// Mathematics Quarterly 10 (2002) 501–543.
  ///
  /// - Parameter maxima: largest initial value of each field.
  /// - Returns: nil for fields without such a value, or that begin beyond it.
  func upperLimits(maxima: [Double]) -> [Double?] {
    let (known, domains) = (solutionIntervals, rateDomains)
    let treated = Set(
      treatments.flatMap { treatment in
        treatment.changes.compactMap { if case .field(let name) = $0.target { name } else { nil } }
          + (treatment.infusion?.rates.map(\.field) ?? [])
      })
    return model.fields.indices.map { index in
      let field = model.fields[index]
      guard field.advection.isEmpty, field.crossDiffusion.isEmpty, !sides[index].isPrescribed,
        model.noise(of: field.name).isEmpty, !treated.contains(field.name), model.freeBoundary == nil
      else { return nil }
      let sensitivities = field.taxis.map { withParameterValues($0.sensitivity) }
      let rate = withParameterValues(model.undelayed(model.rates[index]))
      let symbol = Symbol.field(field.name)
      let ends = (sensitivities.first?.roots(of: symbol) ?? []) + [domains[index].high].filter(\.isFinite)
      return ends.filter { limit in
        guard limit > 0, maxima[index] <= limit * (1 + RunConfiguration.rounding) else { return false }
        func value(_ expression: Expression, at value: Double) -> Interval {
          expression.substituting([symbol: .constant(value)]).interval(known)
        }
        return value(rate, at: limit).high <= 0
          && sensitivities.allSatisfy { sensitivity in
            let (there, half) = (value(sensitivity, at: limit), value(sensitivity, at: 0.5 * limit))
            let size = max(abs(half.low), abs(half.high))
            return max(abs(there.low), abs(there.high)) <= RunConfiguration.rounding * (size.isFinite ? size : 0)
          }
      }.min()
    }
  }

  /// Of each field the values between which rates are numbers, as far as an argument of `sqrt`, `log` or `^`, or a denominator,
  /// depends linearly on that field alone: 0 and 1 for `sqrt(u)` and `sqrt(1 − u)`.
  var rateDomains: [Interval] {
    let arguments = restrictedRates.map { withParameterValues($0.part.argument) }
    return model.fieldNames.map { name in
      let symbol = Symbol.field(name)
      return arguments.reduce(Interval.all) { domain, argument in
        guard let slope = argument.derivative(by: symbol).constantValue, slope != 0,
          let start = argument.substituting([symbol: .constant(0)]).constantValue
        else { return domain }
        let root = -start / slope
        return slope > 0 ? Interval(max(domain.low, root), domain.high) : Interval(domain.low, min(domain.high, root))
      }
    }
  }

  /// Relative error of a value that is computed from numbers of the run file.
  private static let rounding = 1e-12

  func withParameterValues(_ expression: Expression) -> Expression {
    expression.substituting(
      Dictionary(
        uniqueKeysWithValues: model.parameterValues.map { (Symbol.parameter($0.key), Expression.constant($0.value)) }))
  }
}
