import Documents
import Expressions

/// The units of expressions, as far as they follow from those of their symbols.
struct ExpressionUnits {
  let fields: [String: UnitOfMeasure?]
  var parameters: [String: UnitOfMeasure?]
  let length: UnitOfMeasure?
  let time: UnitOfMeasure?
  /// How many lengths are multiplied in an integral over the domain.
  let dimension: Int

  private enum Meaning {
    /// A number as it is written.
    case number(Double)
    case quantity(UnitOfMeasure)
    case unknown
  }

  /// Two units in a sum, a comparison or a choice whose quantities do not go together; nil if there are none.
  func mixture(in expression: Expression) -> (UnitOfMeasure, UnitOfMeasure)? {
    var meanings: [Meaning] = []
    for node in expression.nodes {
      if let (one, other) = contradiction(in: node, meanings) { return (one, other) }
      meanings.append(meaning(of: node, meanings, in: expression.nodes))
    }
    return nil
  }

  /// A number may be in the unit of what it is added to, but for the 1 of a whole, as in `1 - u/K` with a share `u/K`.
  private func contradiction(in node: Node, _ known: [Meaning]) -> (UnitOfMeasure, UnitOfMeasure)? {
    let (one, other, isSum): (Meaning, Meaning, Bool)
    switch node {
    case .binary(let operation, let a, let b) where operation.isSumOrComparison:
      (one, other, isSum) = (known[a], known[b], operation == .add || operation == .subtract)
    case .choice(_, let a, let b): (one, other, isSum) = (known[a], known[b], false)
    default: return nil
    }
    let whole = UnitOfMeasure("1")
    return switch (one, other) {
    case (.quantity(let a), .quantity(let b)): a.contradicts(b) ? (a, b) : nil
    case (.quantity(let a), .number(1)) where isSum: a.isDimensionless && !a.equals(whole) ? (a, whole) : nil
    case (.number(1), .quantity(let b)) where isSum: b.isDimensionless && !b.equals(whole) ? (whole, b) : nil
    default: nil
    }
  }

  /// nil if it is not known, or if a factor is a plain number, which may be a conversion.
  func unit(of expression: Expression) -> UnitOfMeasure? {
    var meanings: [Meaning] = []
    for node in expression.nodes { meanings.append(meaning(of: node, meanings, in: expression.nodes)) }
    if case .quantity(let unit) = meanings.last { return unit }
    return nil
  }

  /// Whether it is in another unit than it must be.
  ///
  /// Another size of the same kind always is. Another kind is none where a coefficient of 1 may be left out, which can have any
  /// unit: where no parameter is a factor (`-u` for a decay), and in ramps along the time or an axis.
  func differs(_ expression: Expression, _ own: UnitOfMeasure, from wanted: UnitOfMeasure) -> Bool {
    // How lengths are meant is open where quantities are counted, and not where there are lengths and times alone.
    guard wanted.isOfSpaceAndTime && own.isOfSpaceAndTime ? !own.equals(wanted) : own.contradicts(wanted) else {
      return false
    }
    let isRamp = expression.nodes.contains { node in
      switch node {
      case .symbol(.time), .symbol(.coordinate): true
      default: false
      }
    }
    return own.isCommensurable(with: wanted)
      || !isRamp && hasParameterAsFactor(expression.nodes, expression.nodes.count - 1)
  }

  /// Whether a parameter is a factor of it, or of one of its terms.
  private func hasParameterAsFactor(_ nodes: [Node], _ index: Int) -> Bool {
    switch nodes[index] {
    case .symbol(.parameter): true
    case .unary(.negate, let a), .unary(.abs, let a), .functional(_, let a), .lineFunctional(_, _, let a):
      hasParameterAsFactor(nodes, a)
    case .binary(.add, let a, let b), .binary(.subtract, let a, let b), .binary(.multiply, let a, let b),
      .binary(.divide, let a, let b), .binary(.min, let a, let b), .binary(.max, let a, let b),
      .choice(_, let a, let b):
      hasParameterAsFactor(nodes, a) || hasParameterAsFactor(nodes, b)
    case .binary(.power, let a, _): hasParameterAsFactor(nodes, a)
    default: false
    }
  }

  private func meaning(of node: Node, _ known: [Meaning], in nodes: [Node]) -> Meaning {
    switch node {
    case .constant(let value): return .number(value)
    case .symbol(.field(let name)): return quantity(fields[name] ?? nil)
    case .symbol(.parameter(let name)): return quantity(parameters[name] ?? nil)
    case .symbol(.coordinate): return quantity(length)
    case .symbol(.time): return quantity(time)
    case .unary(.negate, let a), .unary(.abs, let a): return known[a]
    case .binary(.add, let a, let b), .binary(.subtract, let a, let b):
      let isShifted = isShiftedByNumber(known[a], known[b])
      return isShifted && !hasParameterAsFactor(nodes, a) && !hasParameterAsFactor(nodes, b)
        ? .unknown : common(known[a], known[b])
    case .binary(.min, let a, let b), .binary(.max, let a, let b), .choice(_, let a, let b):
      return common(known[a], known[b])
    case .binary(.multiply, let a, let b): return product(known[a], known[b], 1)
    case .binary(.divide, let a, let b): return product(known[a], known[b], -1)
    case .binary(.power, let a, let b):
      guard case .quantity(let unit) = known[a], case .number(let exponent) = known[b],
        let whole = Int(exactly: exponent)
      else { return .unknown }
      return .quantity(unit.power(whole))
    case .functional(.integral, let a): return product(known[a], quantity(length?.power(dimension)), 1)
    case .lineFunctional(.integral, _, let a): return product(known[a], quantity(length), 1)
    case .functional(_, let a), .lineFunctional(_, _, let a), .delay(let a, _, _): return known[a]
    default: return .unknown
    }
  }

  private func quantity(_ unit: UnitOfMeasure?) -> Meaning { unit.map { .quantity($0) } ?? .unknown }

  /// Whether a number is added to a quantity with a unit.
  ///
  /// Who writes `1 - u` or `1/(1 + c)^2` of a density in its unit, and no parameter with it, has left out a scale of 1, perhaps also where
  /// it is a factor: the sum may be a number as well as a quantity.
  private func isShiftedByNumber(_ a: Meaning, _ b: Meaning) -> Bool {
    switch (a, b) {
    case (.quantity(let unit), .number(let number)), (.number(let number), .quantity(let unit)):
      number != 0 && !unit.isDimensionless
    default: false
    }
  }

  private func common(_ a: Meaning, _ b: Meaning) -> Meaning {
    switch (a, b) {
    case (.number(let x), .number(let y)): x == y ? a : .unknown
    case (.quantity, .number): a
    case (.number, .quantity): b
    case (.quantity(let x), .quantity(let y)): x.equals(y) ? a : .unknown
    default: .unknown
    }
  }

  private func product(_ a: Meaning, _ b: Meaning, _ power: Int) -> Meaning {
    switch (a, b) {
    case (.number(let x), .quantity(let unit)): x == 1 ? .quantity(power == 1 ? unit : unit.power(power)) : .unknown
    case (.quantity, .number(let y)): y == 1 ? a : .unknown
    case (.quantity(let x), .quantity(let y)): .quantity(x * (power == 1 ? y : y.power(power)))
    default: .unknown
    }
  }
}

extension BinaryOperation {
  /// Whether it makes sense only for quantities in the same unit.
  fileprivate var isSumOrComparison: Bool {
    switch self {
    case .add, .subtract, .min, .max, .less, .lessOrEqual, .greater, .greaterOrEqual, .equal, .notEqual: true
    default: false
    }
  }
}
