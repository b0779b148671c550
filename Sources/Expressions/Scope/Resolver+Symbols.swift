import Documents

extension Resolver {
  /// A name that stands for itself.
  mutating func symbol(_ name: String, at range: Range<Int>, arguments: [String: Int]) -> Int? {
    if scope.fields.contains(name) {
      return permitted(.fields, .field(name), "the field \"\(name)\"", at: range)
    }
    if scope.parameters.contains(name) { return graph.symbol(.parameter(name)) }
    if scope.coordinates.contains(name) {
      return permitted(.position, .coordinate(name), "the coordinate \"\(name)\"", at: range)
    }
    if name == "t" { return permitted(.time, .time, "the time t", at: range) }
    if name == "pi" { return graph.constant(.pi) }
    note(unknown(name, at: range, arguments: arguments))
    return nil
  }

  private mutating func permitted(
    _ permission: Scope.Permissions, _ symbol: Symbol, _ what: String, at range: Range<Int>
  ) -> Int? {
    if scope.permissions.contains(permission) { return graph.symbol(symbol) }
    note(ExpressionProblem(range: place(range), message: message("\(what) cannot be used here"), remedy: allowed))
    return nil
  }

  /// What can be used in this scope, as a remedy.
  private var allowed: String {
    let names: [(Scope.Permissions, String)] = [
      (.fields, "fields"), (.position, "position"), (.time, "time t"), (.functionals, "functionals of the domain"),
    ]
    let permitted = ["parameters"] + names.filter { scope.permissions.contains($0.0) }.map(\.1)
    return "it may depend on \(listed(permitted)) only"
  }

  private func unknown(_ name: String, at range: Range<Int>, arguments: [String: Int]) -> ExpressionProblem {
    if let builtin = Builtin.named[name] {
      return ExpressionProblem(
        range: place(range), message: message("\"\(name)\" is a function"), remedy: "write \(builtin.signature(name))")
    }
    if Scope.allCoordinates.contains(name) {
      let own = scope.coordinates.sorted()
      return ExpressionProblem(
        range: place(range), message: message("the domain has no coordinate \"\(name)\""),
        remedy: own.isEmpty ? nil : "it has \(listed(own))")
    }
    let near = nearestSpelling(of: name, among: scope.symbolNames.union(arguments.keys).sorted())
    let foreign = ForeignWords.symbols[name].flatMap { scope.permits($0) ? $0 : nil }
    return ExpressionProblem(
      range: place(range), message: message("unknown symbol \"\(shortened(name))\""),
      suggestion: near ?? foreign,
      remedy: near == nil && foreign == nil ? "if it is a parameter, add it to \"parameters\"" : nil)
  }

  /// The problem of calling what is no function.
  func notAFunction(_ call: Call, arguments: [String: Int]) -> ExpressionProblem {
    let name = call.name
    let kinds: [(Bool, String)] = [
      (arguments[name] != nil, "an argument"), (scope.fields.contains(name), "a field"),
      (scope.parameters.contains(name), "a parameter"), (scope.coordinates.contains(name), "a coordinate"),
      (name == "t", "the time"), (name == "pi", "a number"),
    ]
    if let kind = kinds.first(where: \.0)?.1 {
      return ExpressionProblem(
        range: place(call.place), message: message("\"\(name)\" is \(kind), not a function"),
        remedy: "write \(name)*(…) for a product")
    }
    let remedy = ForeignWords.remedy(name)
    return ExpressionProblem(
      range: place(call.place), message: message("unknown function \"\(shortened(name))\""),
      suggestion: ForeignWords.function(name)
        ?? (remedy == nil ? nearestSpelling(of: name, among: scope.functionNames.sorted()) : nil),
      remedy: remedy)
  }
}

extension Scope {
  /// Whether what stands for a foreign symbol can be used here.
  fileprivate func permits(_ symbol: String) -> Bool {
    switch symbol {
    case "t": permissions.contains(.time)
    case "x", "y", "z", "r": coordinates.contains(symbol) && permissions.contains(.position)
    default: true
    }
  }
}

/// "a", "a and b", "a, b and c".
private func listed(_ names: [String]) -> String {
  names.count < 2 ? names.joined() : names.dropLast().joined(separator: ", ") + " and " + names[names.count - 1]
}
