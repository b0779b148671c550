/// The names that an expression may use, and what they mean.
package struct Scope: Sendable {
  /// What is allowed besides fields and parameters.
  package struct Permissions: OptionSet, Sendable {
    package let rawValue: Int
    package init(rawValue: Int) { self.rawValue = rawValue }
    package static let fields = Permissions(rawValue: 1)
    package static let time = Permissions(rawValue: 2)
    /// `integral(…)` and the other functionals of the domain.
    package static let functionals = Permissions(rawValue: 4)
    /// `random()` and `normal()`.
    package static let random = Permissions(rawValue: 8)
    package static let position = Permissions(rawValue: 16)
    /// All that a rate of change may depend on.
    package static let rate: Permissions = [.fields, .time, .functionals, .position]
  }

  /// A named sub-expression.
  package struct Function: Sendable {
    let arguments: [String]
    let body: Syntax

    package init(arguments: [String], body: Syntax) {
      self.arguments = arguments
      self.body = body
    }
  }

  let fields: Set<String>
  let parameters: Set<String>
  /// Of the axes that the grid has.
  let coordinates: Set<String>
  let functions: [String: Function]
  let permissions: Permissions

  package init(
    fields: [String], parameters: [String], coordinates: [String], functions: [String: Function],
    allows permissions: Permissions
  ) {
    self.fields = Set(fields)
    self.parameters = Set(parameters)
    self.coordinates = Set(coordinates)
    self.functions = functions
    self.permissions = permissions
  }

  /// Words of the language, which cannot be names of a model.
  package static let reservedNames: Set<String> =
    Set(Builtin.allCases.map(\.rawValue)).union(Functional.Kind.allCases.map(\.rawValue))
    .union(["x", "y", "z", "r", "t", "pi", "convolve", "random", "normal"])

  /// Every name that may stand alone.
  var names: [String] {
    Array(fields) + Array(parameters) + functions.keys.filter { functions[$0]!.arguments.isEmpty }
      + Array(coordinates) + ["t", "pi"]
  }

  /// Every name that may be called.
  var callables: [String] {
    Builtin.allCases.map(\.rawValue) + Functional.Kind.allCases.map(\.rawValue) + ["convolve", "random", "normal"]
      + functions.keys.filter { !functions[$0]!.arguments.isEmpty }
  }
}
