extension Expression {
  package static func + (a: Expression, b: Expression) -> Expression { combined(.add, a, b) }
  package static func - (a: Expression, b: Expression) -> Expression { combined(.subtract, a, b) }
  package static func * (a: Expression, b: Expression) -> Expression { combined(.multiply, a, b) }
  package static func / (a: Expression, b: Expression) -> Expression { combined(.divide, a, b) }
  package static prefix func - (a: Expression) -> Expression { applying(.negate, to: a) }

  /// Two numbers joined by an operation of the language.
  package static func combined(_ operation: BinaryOperation, _ a: Expression, _ b: Expression) -> Expression {
    build { graph in
      let (a, b) = (graph.insert(a), graph.insert(b))
      return graph.binary(operation, a, b)
    }
  }

  /// A function of the language applied to a number.
  package static func applying(_ operation: UnaryOperation, to a: Expression) -> Expression {
    build { graph in
      let a = graph.insert(a)
      return graph.unary(operation, a)
    }
  }

  /// `where(condition, first, second)`.
  package static func choice(_ condition: Expression, _ first: Expression, _ second: Expression) -> Expression {
    build { graph in
      let (condition, first, second) = (graph.insert(condition), graph.insert(first), graph.insert(second))
      return graph.choice(condition, first, second)
    }
  }
}
