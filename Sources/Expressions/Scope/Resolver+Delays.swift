extension Resolver {
  /// Most stages of a gamma-distributed delay.
  static let mostStages = 100

  /// `delayed(e, tau)` or `delayed(e, tau, k)`.
  mutating func delay(_ values: [Int], _ call: Call) -> Int? {
    guard let problem = problem(ofDelay: values, call) else {
      // A number was the same at all times.
      if graph.constantValue(values[0]) != nil { return values[0] }
      return graph.intern(.delay(values[0], values[1], stages: values.count == 3 ? stages(values[2]) : nil))
    }
    note(ExpressionProblem(range: place(call.range), message: message(problem.text), remedy: problem.remedy))
    return nil
  }

  private func problem(ofDelay values: [Int], _ call: Call) -> (text: String, remedy: String?)? {
    if !scope.permissions.contains(.delays) {
      return ("\(call.name)(…) cannot be used here", "it may be used in the rates of processes")
    }
    if graph.expression(values[0]).hasDelays {
      return ("what is delayed already cannot be delayed again", "add the delays up, as in delayed(e, tau1 + tau2)")
    }
    let lag = graph.expression(values[1])
    guard lag.dependsOnParametersOnly else {
      return ("the delay is a number that depends on parameters only", "write delayed(e, tau) with a parameter tau")
    }
    if let value = lag.constantValue, value <= 0 {
      return ("the delay is \(spelled(value)), but must be greater than 0", nil)
    }
    if values.count == 3, stages(values[2]) == nil {
      return ("the number of stages of a delay is a whole number from 1 to \(Resolver.mostStages), written out", nil)
    }
    return nil
  }

  private func stages(_ value: Int) -> Int? {
    graph.constantValue(value).flatMap { Int(exactly: $0) }.flatMap {
      (1...Resolver.mostStages).contains($0) ? $0 : nil
    }
  }

  private func spelled(_ value: Double) -> String { Expression.constant(value).description }
}

extension Expression {
  /// Whether it is made of numbers and parameters.
  fileprivate var dependsOnParametersOnly: Bool {
    nodes.allSatisfy { node in
      switch node {
      case .symbol(.parameter): true
      case .symbol, .functional, .lineFunctional, .convolution, .delay: false
      default: true
      }
    }
  }
}
