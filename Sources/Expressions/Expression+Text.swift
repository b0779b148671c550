extension Expression: CustomStringConvertible {
  /// Longer expressions are not written out.
  private static let textLimit = 20_000

  /// A text that reads back as the same expression.
  package var description: String {
    guard node.treeSize <= Expression.textLimit else { return "(an expression of more than \(Expression.textLimit) parts)" }
    return text(.or)
  }

  /// How tightly an expression binds, from the loosest.
  private enum Binding: Int {
    case or, and, not, comparison, sum, product, negative, power, atom
  }

  private func text(_ outer: Binding) -> String {
    let (inner, text) = parts
    return inner.rawValue < outer.rawValue ? "(\(text))" : text
  }

  private var parts: (Binding, String) {
    switch node.form {
    case .constant(let value): return value < 0 ? (.negative, "\(value)") : (.atom, "\(value)")
    case .symbol(let symbol): return (.atom, symbol.text)
    case .sum(let terms): return (.sum, sumText(terms))
    case .product(let factors):
      if factors[0].constantValue == -1 {
        return (.negative, "-" + Expression.product(Array(factors.dropFirst())).text(.negative))
      }
      return (.product, factors.map { $0.text(.negative) }.joined(separator: "*"))
    case .quotient(let a, let b): return (.product, a.text(.product) + "/" + b.text(.negative))
    case .power(let a, let b): return (.power, a.text(.atom) + "^" + b.text(.negative))
    case .unary(let function, let a): return (.atom, "\(function.rawValue)(\(a.text(.or)))")
    case .binary(let function, let a, let b): return binaryText(function, a, b)
    case .not(let a): return (.not, "!" + a.text(.not))
    case .choice(let a, let b, let c): return (.atom, "where(\(a.text(.or)), \(b.text(.or)), \(c.text(.or)))")
    case .functional(let kind, let a): return (.atom, "\(kind.rawValue)(\(a.text(.or)))")
    case .convolution(let a, let b): return (.atom, "convolve(\(a.text(.or)), \(b.text(.or)))")
    }
  }

  private func sumText(_ terms: [Expression]) -> String {
    terms.enumerated().map { index, term in
      let (coefficient, rest) = term.splitCoefficient
      if index > 0, coefficient < 0 { return " - " + Expression.product([.constant(-coefficient), rest]).text(.product) }
      if index > 0, let value = term.constantValue, value < 0 { return " - \(-value)" }
      return (index > 0 ? " + " : "") + term.text(.product)
    }.joined()
  }

  private func binaryText(_ function: BinaryFunction, _ a: Expression, _ b: Expression) -> (Binding, String) {
    switch function {
    case .min, .max: (.atom, "\(function.rawValue)(\(a.text(.or)), \(b.text(.or)))")
    case .and: (.and, a.text(.and) + " && " + b.text(.not))
    case .or: (.or, a.text(.or) + " || " + b.text(.and))
    default: (.comparison, a.text(.sum) + " \(function.rawValue) " + b.text(.sum))
    }
  }
}
