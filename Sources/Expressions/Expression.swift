import Synchronization

/// A mathematical expression: resolved, with all functions expanded, and simplified as it is built.
///
/// Equal expressions are one object (they are interned), so that comparing two is free, and the expansion of functions
/// that use each other many times stays as small as the functions themselves. Interned nodes live as long as the
/// process.
///
/// Simplification treats numbers as real numbers: `0·x` is 0 and terms are collected, whatever `x` may turn out to be
/// at run time; nothing is ever cancelled from a quotient.
package struct Expression: Hashable, Sendable {
  let node: Node

  /// What an expression is made of.
  indirect enum Form: Hashable, Sendable {
    case constant(Double)
    case symbol(Symbol)
    /// Two or more terms; at most one is a constant.
    case sum([Expression])
    /// Two or more factors; at most one is a constant, and then the first.
    case product([Expression])
    case quotient(Expression, Expression)
    case power(Expression, Expression)
    case unary(UnaryFunction, Expression)
    case binary(BinaryFunction, Expression, Expression)
    case not(Expression)
    case choice(if: Expression, then: Expression, else: Expression)
    case functional(Functional.Kind, Expression)
    case convolution(kernel: Expression, of: Expression)
  }

  /// One interned expression.
  final class Node: Sendable {
    let form: Form
    let symbols: Set<Symbol>
    /// Length of the longest way down.
    let depth: Int
    /// Number of nodes if it were written out as a tree; at most `Int.max`.
    let treeSize: Int

    init(_ form: Form) {
      self.form = form
      let children = form.children
      if case .symbol(let symbol) = form {
        symbols = [symbol]
      } else {
        symbols = children.reduce(into: []) { $0.formUnion($1.node.symbols) }
      }
      depth = 1 + (children.map(\.node.depth).max() ?? 0)
      treeSize = children.reduce(1) { $0.addingReportingOverflow($1.node.treeSize).overflow ? Int.max : $0 + $1.node.treeSize }
    }
  }

  private static let pool = Mutex<[Form: Node]>([:])

  /// The expression of a form, taken as it is.
  init(_ form: Form) {
    node = Expression.pool.withLock { pool in
      if let known = pool[form] { return known }
      let node = Node(form)
      pool[form] = node
      return node
    }
  }

  package static func == (one: Expression, other: Expression) -> Bool { one.node === other.node }
  package func hash(into hasher: inout Hasher) { hasher.combine(ObjectIdentifier(node)) }
}

extension Expression.Form {
  var children: [Expression] {
    switch self {
    case .constant, .symbol: []
    case .sum(let terms), .product(let terms): terms
    case .quotient(let a, let b), .power(let a, let b), .binary(_, let a, let b), .convolution(let a, let b): [a, b]
    case .unary(_, let a), .not(let a), .functional(_, let a): [a]
    case .choice(let a, let b, let c): [a, b, c]
    }
  }
}

extension Expression {
  /// The symbols in it, those inside functionals included.
  package var symbols: Set<Symbol> { node.symbols }

  package func dependsOn(_ symbol: Symbol) -> Bool { node.symbols.contains(symbol) }

  /// The number, if it is one.
  package var constantValue: Double? { if case .constant(let value) = node.form { value } else { nil } }

  /// Whether it is true or false rather than a number.
  package var isCondition: Bool {
    switch node.form {
    case .binary(let function, _, _): function.isCondition
    case .not: true
    default: false
    }
  }

  /// Whether a functional or convolution occurs in it.
  package var isNonlocal: Bool {
    switch node.form {
    case .functional, .convolution: true
    default: node.form.children.contains(where: \.isNonlocal)
    }
  }
}
