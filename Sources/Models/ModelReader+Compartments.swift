import Documents
import Expressions

extension ModelField {
  /// A quantity that is one number for the whole domain.
  init(compartment member: JSONObject.Member) {
    self.init(
      name: member.key, title: member.value["title"]?.string, unit: member.value["unit"]?.string,
      diffusivity: Diffusivity(at: member.keyPlace), faceMean: nil, crossDiffusion: [], taxis: [], taxisPlace: nil,
      advection: [:], isCompartment: true, isQuasiSteady: false, extinction: nil, boundaries: .init())
  }
}

extension Model {
  /// Reports rates of compartments that differ from point to point.
  func checkCompartments(_ found: inout Diagnostics) {
    for (field, rate) in zip(fields, rates) where field.isCompartment {
      let place = field.diffusivity.place
      if varies(rate) {
        found.error(
          "the rate of the compartment \(field.name) varies from point to point", at: place,
          remedy: "let it depend on fields by way of integral(…), mean(…), min(…) or max(…)")
      }
      if undelayed(rate).hasDistributions {
        found.error(
          "convolve and integrals along an axis are not available in the rate of the compartment \(field.name)",
          at: place)
      }
    }
  }

  /// Whether an expression differs from point to point, rather than being one number for the whole domain.
  package func varies(_ expression: Expression) -> Bool {
    undelayed(expression).varies(compartments: Set(compartmentNames))
  }

  /// An expression that is one number for the whole domain, for where only functionals are at hand: each compartment is
  /// its own maximum.
  package func forDomain(_ expression: Expression) -> Expression {
    expression.substituting(
      Dictionary(
        uniqueKeysWithValues: compartmentNames.map {
          (Symbol.field($0), Expression.functional(.max, of: .symbol(.field($0))))
        }))
  }

  /// What `forDomain` has made of an expression, as it was before.
  package func asWritten(_ expression: Expression) -> Expression {
    let (functionals, expressions) = Expression.extractingFunctionals([expression])
    let compartments = Set(compartmentNames.map { Expression.symbol(.field($0)) })
    return functionals.indices.reversed().reduce(expressions[0]) { result, index in
      let (kind, argument) = (functionals[index].kind, functionals[index].argument)
      let isCompartment = kind == .max && compartments.contains(argument)
      return result.substituting([.functional(index): isCompartment ? argument : .functional(kind, of: argument)])
    }
  }
}

extension Expression {
  /// Whether it differs from point to point, rather than being one number for the whole domain.
  func varies(compartments: Set<String>) -> Bool {
    Expression.extractingFunctionals([self]).expressions[0].symbols.contains { symbol in
      switch symbol {
      case .field(let name): !compartments.contains(name)
      case .coordinate: true
      default: false
      }
    }
  }
}
