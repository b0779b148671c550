import CKernels

// Two or three operations become one loop where the inner ones are used only there. Every fused operation rounds after
// each step as the separate ones do, so that fusing changes no bit.
extension MachineGraph {
  /// - Parameter outputs: values that are wanted themselves.
  mutating func fuse(outputs: [Int]) {
    var uses = [Int](repeating: 0, count: values.count)
    for output in outputs { uses[output] += 2 }
    for number in order(for: outputs) {
      for operand in operation(number)?.1 ?? [] { uses[operand] += 1 }
    }
    for number in order(for: outputs) where !isUniform[number] {
      guard let (operation, operands) = operation(number) else { continue }
      let inner = operands.map { uses[$0] == 1 && !isUniform[$0] ? self.operation($0) : nil }
      for (fused, operands) in candidates(operation, operands, inner) {
        let ordered = scalarsFirst(fused, operands)
        guard expression_has_form(fused.code, scalars(ordered)) else { continue }
        replace(number, by: fused, ordered)
        break
      }
    }
  }

  private typealias Operation = (expression_operation, [Int])

  /// Fused operations with the same value, the best first; `inner` are operands that may be absorbed.
  private func candidates(
    _ operation: expression_operation, _ operands: [Int], _ inner: [Operation?]
  ) -> [Operation] {
    func absorbed(_ index: Int, _ wanted: expression_operation) -> [Int]? {
      inner[index].flatMap { $0.0 == wanted ? $0.1 : nil }
    }
    switch operation {
    case EXPRESSION_ADD:
      return bothOrEither(
        operands, absorbed(0, EXPRESSION_MULTIPLY), absorbed(1, EXPRESSION_MULTIPLY), both: EXPRESSION_SUM_OF_PRODUCTS,
        first: EXPRESSION_MULTIPLY_ADD, second: EXPRESSION_MULTIPLY_ADD)
        + bothOrEither(
          operands, absorbed(0, EXPRESSION_ADD), absorbed(1, EXPRESSION_ADD), both: nil, first: EXPRESSION_SUM,
          second: EXPRESSION_SUM)
    case EXPRESSION_SUBTRACT:
      return bothOrEither(
        operands, absorbed(0, EXPRESSION_MULTIPLY), absorbed(1, EXPRESSION_MULTIPLY),
        both: EXPRESSION_DIFFERENCE_OF_PRODUCTS, first: EXPRESSION_MULTIPLY_SUBTRACT,
        second: EXPRESSION_SUBTRACT_MULTIPLY)
    case EXPRESSION_MULTIPLY:
      return [
        (EXPRESSION_ADD, EXPRESSION_SUM_MULTIPLY), (EXPRESSION_SUBTRACT, EXPRESSION_DIFFERENCE_MULTIPLY),
        (EXPRESSION_MULTIPLY, EXPRESSION_PRODUCT),
      ].flatMap { inner, fused in
        bothOrEither(operands, absorbed(0, inner), absorbed(1, inner), both: nil, first: fused, second: fused)
      }
    case EXPRESSION_DIVIDE:
      guard let sum = absorbed(1, EXPRESSION_ADD) else { return [] }
      let product = absorbed(0, EXPRESSION_MULTIPLY).map { (EXPRESSION_PRODUCT_BY_SUM, $0 + sum) }
      return [product, (EXPRESSION_DIVIDE_BY_SUM, sum + [operands[0]])].compactMap { $0 }
    case EXPRESSION_SELECT:
      let branches = Array(operands.dropFirst())
      return [
        absorbed(0, EXPRESSION_LESS).map { (EXPRESSION_SELECT_LESS, $0 + branches) },
        absorbed(0, EXPRESSION_LESS_OR_EQUAL).map { (EXPRESSION_SELECT_LESS_OR_EQUAL, $0 + branches) },
      ].compactMap { $0 }
    default: return []
    }
  }

  /// Ways to absorb the operands of a binary operation: both, the first, or the second.
  private func bothOrEither(
    _ operands: [Int], _ a: [Int]?, _ b: [Int]?, both: expression_operation?, first: expression_operation,
    second: expression_operation
  ) -> [Operation] {
    var ways: [Operation] = []
    if let a, let b, let both { ways.append((both, a + b)) }
    if let a { ways.append((first, a + [operands[1]])) }
    if let b { ways.append((second, b + [operands[0]])) }
    return ways
  }

  /// The operands in the order that the machine has a loop for: of two that commute a scalar comes first (of `MINIMUM`
  /// and `MAXIMUM` last, where only the payload of a NaN could tell).
  func scalarsFirst(_ operation: expression_operation, _ operands: [Int]) -> [Int] {
    var operands = operands
    func order(_ i: Int, scalarFirst: Bool = true) {
      if isUniform[operands[scalarFirst ? i + 1 : i]], !isUniform[operands[scalarFirst ? i : i + 1]] {
        operands.swapAt(i, i + 1)
      }
    }
    switch operation {
    case EXPRESSION_ADD, EXPRESSION_MULTIPLY, EXPRESSION_EQUAL, EXPRESSION_NOT_EQUAL, EXPRESSION_AND, EXPRESSION_OR,
      EXPRESSION_MULTIPLY_ADD, EXPRESSION_MULTIPLY_SUBTRACT, EXPRESSION_SUBTRACT_MULTIPLY, EXPRESSION_SUM_MULTIPLY,
      EXPRESSION_PRODUCT, EXPRESSION_SUM, EXPRESSION_DIVIDE_BY_SUM:
      order(0)
    case EXPRESSION_SUM_OF_PRODUCTS, EXPRESSION_DIFFERENCE_OF_PRODUCTS, EXPRESSION_PRODUCT_BY_SUM:
      order(0)
      order(2)
      if operation == EXPRESSION_SUM_OF_PRODUCTS, !isUniform[operands[0]], isUniform[operands[2]] {
        operands = [operands[2], operands[3], operands[0], operands[1]]
      }
    case EXPRESSION_MINIMUM, EXPRESSION_MAXIMUM: order(0, scalarFirst: false)
    default: break
    }
    return operands
  }
}
