extension Resolver {
  mutating func prefix(_ sign: String, _ a: Int, at range: Range<Int>) -> Int? {
    if sign == "!" {
      guard graph[a].isCondition else {
        note(
          ExpressionProblem(
            range: place(range), message: message("! needs a condition"), remedy: "write !(a < b) with parentheses"))
        return nil
      }
      return graph.unary(.not, a)
    }
    return isNumber(a, "-", at: range) ? graph.negative(a) : nil
  }

  mutating func infix(_ operation: BinaryOperation, _ a: Int, _ b: Int, at place: Range<Int>) -> Int? {
    let fit =
      operation.isLogical
      ? isCondition(a, operation.rawValue, at: place) && isCondition(b, operation.rawValue, at: place)
      : isNumber(a, operation.rawValue, at: place) && isNumber(b, operation.rawValue, at: place)
    return fit ? graph.binary(operation, a, b) : nil
  }

  mutating func apply(_ builtin: Builtin, _ call: Call) -> Int? {
    let values = call.arguments ?? []
    guard builtin.argumentCounts.contains(values.count) else {
      let range = builtin.argumentCounts
      let wanted =
        range.lowerBound == range.upperBound
        ? counted(range.lowerBound, "argument")
        : range.lowerBound == 1 ? "at least one argument" : "\(range.lowerBound) or \(range.upperBound) arguments"
      note(
        ExpressionProblem(
          range: place(call.range), message: message("\"\(call.name)\" takes \(wanted), found \(values.count)"),
          remedy: "write \(builtin.signature(call.name))"))
      return nil
    }
    if case .choice = builtin { return choice(call) }
    guard let numbers = numbers(call) else { return nil }
    return apply(builtin, numbers, call)
  }

  private mutating func apply(_ builtin: Builtin, _ values: [Int], _ call: Call) -> Int? {
    switch builtin {
    case .unary(let operation): return graph.unary(operation, values[0])
    case .hill:
      let (s, k) = (graph.power(values[0], values[2]), graph.power(values[1], values[2]))
      // Of equal numbers whose powers are none, too.
      if s == k, graph.constantValue(values[0]).map({ $0 > 0 }) ?? false { return graph.constant(0.5) }
      return graph.quotient(s, graph.sum(k, s))
    case .heaviside:
      let (zero, one) = (graph.constant(0), graph.constant(1))
      return graph.choice(graph.comparison(.greaterOrEqual, values[0], zero), one, zero)
    case .choice: return nil
    case .convolve: return convolution(values, call)
    case .delayed: return delay(values, call)
    case .functional(let kind) where values.count == 2:
      guard case .symbol(.coordinate(let axis)) = graph[values[1]] else {
        note(
          ExpressionProblem(
            range: place(call.range), message: message("the second argument of \(call.name) is an axis"),
            remedy: "write \(call.name)(e, x)"))
        return nil
      }
      return functional(call) { $0.intern(.lineFunctional(kind, axis: axis, values[0])) }
    case .functional(let kind): return functional(call) { $0.intern(.functional(kind, values[0])) }
    case .extremum(let kind, _) where values.count == 1:
      return functional(call) { $0.intern(.functional(kind, values[0])) }
    case .extremum(_, let operation):
      return values.dropFirst().reduce(values[0]) { graph.extremum(operation, $0, $1) }
    case .random: return draw(call) { .random($0) }
    case .normal: return draw(call) { .normal($0) }
    }
  }

  private mutating func choice(_ call: Call) -> Int? {
    guard let values = resolved(call) else { return nil }
    guard graph[values[0]].isCondition else {
      note(
        ExpressionProblem(
          range: place(call.range), message: message("the first argument of where is a condition"),
          remedy: "write where(u > 0, a, b)"))
      return nil
    }
    let fit = isNumber(values[1], "where", at: call.range) && isNumber(values[2], "where", at: call.range)
    return fit ? graph.choice(values[0], values[1], values[2]) : nil
  }

  /// The kernel depends on the distance along each axis, for which the coordinates stand, and on parameters.
  private mutating func convolution(_ values: [Int], _ call: Call) -> Int? {
    let kernel = graph.expression(values[0])
    let isPlain = kernel.nodes.allSatisfy { node in
      switch node {
      case .symbol(.coordinate), .symbol(.parameter): true
      case .symbol, .functional, .lineFunctional, .convolution, .delay: false
      default: true
      }
    }
    guard isPlain else {
      note(
        ExpressionProblem(
          range: place(call.range), message: message("the kernel of convolve depends on distances and parameters only"),
          remedy: "write x, y, z in it for the distances along the axes, as in convolve(exp(-x^2), u)"))
      return nil
    }
    return functional(call) { $0.intern(.convolution(values[0], values[1])) }
  }

  private mutating func functional(_ call: Call, _ add: (inout ExpressionGraph) -> Int) -> Int? {
    if scope.permissions.contains(.functionals) { return add(&graph) }
    let pointwise = call.arguments?.count == 1 && (call.name == "max" || call.name == "min")
    note(
      ExpressionProblem(
        range: place(call.range),
        message: message("\(call.name)(\(pointwise ? "e" : "…")) over the whole domain cannot be used here"),
        remedy: pointwise ? "write \(call.name)(a, b) for the values at a point" : nil))
    return nil
  }

  private mutating func draw(_ call: Call, _ symbol: (Int) -> Symbol) -> Int? {
    guard scope.permissions.contains(.random) else {
      note(
        ExpressionProblem(
          range: place(call.range), message: message("\(call.name)() may be used in initial values only")))
      return nil
    }
    return graph.symbol(symbol(drawNumber(at: call.range)))
  }

  /// The arguments of a call if all are numbers, else nil and a note.
  mutating func numbers(_ call: Call) -> [Int]? {
    guard let values = resolved(call) else { return nil }
    return values.allSatisfy { isNumber($0, call.name, at: call.range) } ? values : nil
  }

  /// The arguments of a call, or nil if one of them has a problem.
  private func resolved(_ call: Call) -> [Int]? {
    let values = (call.arguments ?? []).compactMap { $0 }
    return values.count == (call.arguments ?? []).count ? values : nil
  }

  private mutating func isNumber(_ value: Int, _ user: String, at range: Range<Int>) -> Bool {
    if !graph[value].isCondition { return true }
    note(
      ExpressionProblem(
        range: place(range), message: message("\"\(user)\" needs numbers, but one side is a condition"),
        remedy: "write where(condition, 1, 0) to make a number of it"))
    return false
  }

  private mutating func isCondition(_ value: Int, _ user: String, at range: Range<Int>) -> Bool {
    if graph[value].isCondition { return true }
    note(
      ExpressionProblem(
        range: place(range), message: message("\"\(user)\" needs conditions, but one side is a number"),
        remedy: "write a comparison, as in u > 0"))
    return false
  }
}
