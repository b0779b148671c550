/// A condition as comparisons of numbers that are joined by "and", "or" and "not".
///
/// Its margin is a number that is positive where the condition holds, negative where it does not, and that changes continuously
/// if what is compared does: `a − b` for `a > b` and `a ≥ b`, `b − a` for `a < b` and `a ≤ b`, `−|a − b|` for `a = b`, `|a − b|`
/// for `a ≠ b`, the smaller one for "and", the larger one for "or", the negative for "not".
///
/// Source: A. Donzé & O. Maler, Robust satisfaction of temporal logic over real-valued signals, FORMATS 2010, 92–106.
package struct ConditionTree: Sendable {
  private enum Part: Sendable {
    case truth(Bool)
    /// Of a difference with 0.
    case comparison(BinaryOperation, Int)
    case not(Int)
    case and(Int, Int)
    case or(Int, Int)
  }

  /// Operands before those that use them; the last is the condition itself.
  private var parts: [Part] = []
  /// `a − b` of each comparison of `a` with `b` that is no part of a number.
  package private(set) var differences: [Expression] = []
  /// Where one of these is 0, what is compared may turn or bend within a short time: bases of even powers, factors and denominators, and
  /// the arguments of kinks that are left.
  package private(set) var turningPoints: [Expression] = []

  private static let mostTurningPoints = 32

  /// The differences, then the turning points.
  package var watched: [Expression] { differences + turningPoints }

  /// - Precondition: the expression is a condition.
  package init(_ condition: Expression) {
    var graph = ExpressionGraph()
    let root = graph.insert(condition)
    var known: [Int: Int] = [:]
    func add(_ number: Int, _ tree: inout ConditionTree) -> Int {
      if let part = known[number] { return part }
      let part: Part
      switch graph[number] {
      case .truth(let holds): part = .truth(holds)
      case .unary(.not, let a): part = .not(add(a, &tree))
      case .binary(.and, let a, let b): part = .and(add(a, &tree), add(b, &tree))
      case .binary(.or, let a, let b): part = .or(add(a, &tree), add(b, &tree))
      case .binary(let operation, let a, let b) where operation.isComparison:
        let difference = graph.difference(a, b)
        tree.differences.append(graph.expression(difference))
        part = .comparison(operation, tree.differences.count - 1)
      default: preconditionFailure("a part of a condition is a condition")
      }
      tree.parts.append(part)
      known[number] = tree.parts.count - 1
      return tree.parts.count - 1
    }
    _ = add(root, &self)
    for point in differences.filter({ !$0.isOfTime }).flatMap(\.turningPoints)
    where !turningPoints.contains(point) && turningPoints.count < ConditionTree.mostTurningPoints {
      turningPoints.append(point)
    }
  }

  /// What is compared, as differences, where the condition asks for `a ≠ b`, also as the negation of `a = b`.
  package var inequalities: [Expression] {
    var found: [Int] = []
    func visit(_ part: Int, isNegated: Bool) {
      switch parts[part] {
      case .truth: break
      case .comparison(let operation, let index):
        if operation == (isNegated ? .equal : .notEqual), !found.contains(index) { found.append(index) }
      case .not(let a): visit(a, isNegated: !isNegated)
      case .and(let a, let b), .or(let a, let b):
        visit(a, isNegated: isNegated)
        visit(b, isNegated: isNegated)
      }
    }
    visit(parts.count - 1, isNegated: false)
    return found.map { differences[$0] }
  }

  /// Whether the condition holds for some values of the differences; where that is not known it does not.
  package func holds(_ differences: [Double]) -> Bool { truth(differences) ?? false }

  /// Whether the condition holds for some values of the differences; nil where that depends on a difference that is no number.
  ///
  /// A comparison of what is no number is neither true nor false. `false && unknown` is false, `true || unknown` is true.
  ///
  /// Source: S. C. Kleene, Introduction to Metamathematics (1952), §64: the strong three-valued logic.
  package func truth(_ differences: [Double]) -> Bool? {
    var found: [Bool?] = []
    found.reserveCapacity(parts.count)
    for part in parts {
      switch part {
      case .truth(let holds): found.append(holds)
      case .comparison(let operation, let index):
        let difference = differences[index]
        found.append(difference.isNaN ? nil : operation.holds(forDifference: difference))
      case .not(let a): found.append(found[a].map { !$0 })
      case .and(let a, let b):
        found.append(found[a] == false || found[b] == false ? false : found[a] == nil || found[b] == nil ? nil : true)
      case .or(let a, let b):
        found.append(found[a] == true || found[b] == true ? true : found[a] == nil || found[b] == nil ? nil : false)
      }
    }
    return found[found.count - 1]
  }

  /// All margins that are possible if the differences lie in some ranges.
  package func margins(_ differences: [ClosedRange<Double>]) -> ClosedRange<Double> {
    var found: [ClosedRange<Double>] = []
    found.reserveCapacity(parts.count)
    for part in parts {
      switch part {
      case .truth(let holds):
        let value = holds ? Double.infinity : -.infinity
        found.append(value...value)
      case .comparison(let operation, let index):
        found.append(ConditionTree.margins(operation, differences[index]))
      case .not(let a): found.append(found[a].negated)
      case .and(let a, let b):
        found.append(
          min(found[a].lowerBound, found[b].lowerBound)...min(found[a].upperBound, found[b].upperBound))
      case .or(let a, let b):
        found.append(
          max(found[a].lowerBound, found[b].lowerBound)...max(found[a].upperBound, found[b].upperBound))
      }
    }
    return found[found.count - 1]
  }

  private static func margins(_ operation: BinaryOperation, _ range: ClosedRange<Double>) -> ClosedRange<Double> {
    let sizes =
      range.contains(0)
      ? 0...max(-range.lowerBound, range.upperBound)
      : min(abs(range.lowerBound), abs(range.upperBound))...max(abs(range.lowerBound), abs(range.upperBound))
    switch operation {
    case .greater, .greaterOrEqual: return range
    case .less, .lessOrEqual: return range.negated
    case .equal: return sizes.negated
    default: return sizes
    }
  }
}

extension ClosedRange<Double> {
  fileprivate var negated: ClosedRange<Double> { (-upperBound)...(-lowerBound) }
}

extension BinaryOperation {
  /// Whether a comparison of `a` with `b` holds for a value of `a − b`.
  func holds(forDifference difference: Double) -> Bool {
    switch self {
    case .greater: difference > 0
    case .greaterOrEqual: difference >= 0
    case .less: difference < 0
    case .lessOrEqual: difference <= 0
    case .equal: difference == 0
    default: difference != 0
    }
  }
}
