/// The names that an expression may use, and what they mean.
///
/// Own names come before those of the language: a parameter `r` hides the coordinate `r`.
package struct Scope: Sendable {
  /// What may be used besides parameters and functions; the rest is known, and refused with a sentence.
  package struct Permissions: OptionSet, Hashable, Sendable {
    package let rawValue: Int

    package init(rawValue: Int) { self.rawValue = rawValue }

    package static let fields = Permissions(rawValue: 1)
    /// The coordinates.
    package static let position = Permissions(rawValue: 2)
    package static let time = Permissions(rawValue: 4)
    /// `integral`, `mean`, `max`, `min` of the domain and `convolve`.
    package static let functionals = Permissions(rawValue: 8)
    /// `random()` and `normal()`.
    package static let random = Permissions(rawValue: 16)
    /// `delayed`.
    package static let delays = Permissions(rawValue: 32)
    /// All that a rate of change may depend on, but for delayed values.
    package static let rate: Permissions = [.fields, .position, .time, .functionals]
  }

  /// A named sub-expression, which may take arguments.
  package struct Function: Hashable, Sendable {
    package let arguments: [String]
    package let body: Syntax

    package init(arguments: [String], body: Syntax) {
      self.arguments = arguments
      self.body = body
    }
  }

  package let fields: Set<String>
  package let parameters: Set<String>
  /// Coordinates that the domain has, of "x", "y", "z", "r".
  package let coordinates: Set<String>
  package let functions: [String: Function]
  package let permissions: Permissions

  /// A scope; `fields` and `coordinates` are all that the model and the domain have, also where `permissions` excludes
  /// them.
  package init(
    fields: some Sequence<String> = [], parameters: some Sequence<String> = [], coordinates: some Sequence<String> = [],
    functions: [String: Function] = [:], allows permissions: Permissions
  ) {
    self.fields = Set(fields)
    self.parameters = Set(parameters)
    self.coordinates = Set(coordinates)
    self.functions = functions
    self.permissions = permissions
  }

  /// All coordinates of the language.
  package static let allCoordinates: Set<String> = ["x", "y", "z", "r"]

  /// Whether a name belongs to the language and cannot be given to a field, parameter or function: the functions,
  /// `t` and `pi`. (The coordinates can: such a name hides the coordinate.)
  package static func isReserved(_ name: String) -> Bool {
    name == "t" || name == "pi" || Builtin.named[name] != nil
  }

  /// Whether a text can be a name: a letter or underscore, then letters, digits, underscores.
  package static func isName(_ text: String) -> Bool {
    let (tokens, problems) = Lexer.tokens(of: text)
    return problems.isEmpty && tokens.count == 2 && tokens[0].kind == .name(text)
  }

  /// The names that stand for themselves, for suggestions.
  var symbolNames: Set<String> {
    fields.union(parameters).union(coordinates).union(["t", "pi"])
      .union(functions.filter(\.value.arguments.isEmpty).keys)
  }

  /// The names that stand before an argument, for suggestions.
  var functionNames: Set<String> {
    Set(functions.filter { !$0.value.arguments.isEmpty }.keys).union(Builtin.named.keys)
  }

  /// Checks the body of one function by itself, its arguments standing for any numbers.
  ///
  /// - Throws: problems with places in the text of the function.
  package func check(function name: String) throws(ExpressionProblems) {
    guard let function = functions[name] else { return }
    let inner = Scope(
      fields: fields.subtracting(function.arguments), parameters: parameters.union(function.arguments),
      coordinates: coordinates, functions: functions.filter { !function.arguments.contains($0.key) },
      allows: permissions)
    _ = try Resolver.expression(of: function.body, in: inner, named: name)
  }
}
