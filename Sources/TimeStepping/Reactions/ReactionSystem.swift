import Expressions
import Fields
import Rates

/// The point-wise part of the equations: `du_i/dt = R_i(u, x, t)` for every field.
package final class ReactionSystem: Sendable {
  /// The rates of change, one per field; may contain functionals of the domain.
  package let functions: PointwiseFunctions
  /// The share of each field that is lost per unit of time, `L_i ≥ 0`.
  let losses: PointwiseFunctions
  /// What is added to each field, then its losses: `R_i = P_i − L_i u_i`.
  let productionsAndLosses: PointwiseFunctions
  let jacobian: ReactionJacobian
  /// What in all of these depends on the position alone, in the order of their extra inputs; nil if nothing does.
  let places: PointwiseFunctions?
  /// The exact flows, if all fields have one.
  let closedForms: ClosedForms?
  /// Whether each field reacts by itself, linearly or logistically.
  package var hasExactFlow: Bool { closedForms != nil }
  package let fieldCount: Int
  /// What is added up along the way: the rates of single processes; nil if nobody asks for them.
  let processes: PointwiseFunctions?
  /// Where the rates may have poles; nil if they have none.
  let poles: ReactionPoles?
  /// Whether the reactions cannot make a field negative.
  package let isPositive: [Bool]
  /// Fields that are the same at all points: compartments.
  package let uniformFields: [Int]
  /// Whether some rate is not identically 0.
  package let isActive: Bool

  /// The rate of a field as `production − loss · u`.
  package struct Parts: Sendable {
    let production: Expression
    /// Not negative.
    let loss: Expression
    /// Whether the production is not negative either.
    let isPositive: Bool

    package init(production: Expression, loss: Expression, isPositive: Bool) {
      self.production = production
      self.loss = loss
      self.isPositive = isPositive
    }

    init(_ split: RateSplit) {
      production = split.obstacles.reduce(split.production) { $0 - $1 }
      loss = split.loss
      isPositive = split.obstacles.isEmpty
    }
  }

  /// - Parameters:
  ///   - rates: net rate of change of each field, in the order of `fields`.
  ///   - parts: the same rates as production and loss; nil to find them, all fields being taken as non-negative.
  ///   - processes: rates to be added up along the way.
  ///   - poles: what in the rates must not be passed by a substep.
  package init(
    rates: [Expression], parts: [Parts]? = nil, processes: [Expression] = [], poles: [RatePole] = [], fields: [String],
    uniformFields: [Int] = [], parameters: [String: Double], grid: Grid
  ) throws(ExpressionProblems) {
    var known: [Symbol: Interval] = [:]
    for field in fields { known[.field(field)] = .nonNegative }
    for (name, value) in parameters { known[.parameter(name)] = Interval(value, value) }
    let parts = parts ?? zip(fields, rates).map { Parts($1.split(by: .field($0), intervals: known)) }
    // Taken out together, they have the same numbers in all of them.
    let (functionals, all) = Expression.extractingFunctionals(
      rates + parts.map(\.production) + parts.map(\.loss) + processes + poles.map(\.pole.divisor)
        + poles.map(\.pole.whole))
    let count = rates.count
    let (found, pointwise) = Expression.extractingStaticCoefficients(Array(all[..<(3 * count)]))
    let names = found.map { Symbol.field($0.name) }
    func compile(
      _ expressions: some Collection<Expression>, places: [Symbol] = []
    ) throws(ExpressionProblems) -> PointwiseFunctions {
      try PointwiseFunctions(
        pointwise: Array(expressions), functionals: functionals, fields: fields, parameters: parameters, grid: grid,
        extraInputs: places)
    }
    places = found.isEmpty ? nil : try compile(found.map(\.expression))
    functions = try compile(pointwise[..<count], places: names)
    losses = try compile(pointwise[(2 * count)...], places: names)
    productionsAndLosses = try compile(pointwise[count...], places: names)
    let derivatives = ReactionJacobian.derivatives(of: Array(pointwise[..<count]), fields, functionals.count)
    jacobian = ReactionJacobian(derivatives, functions: try compile(derivatives.expressions, places: names))
    closedForms = try ClosedForms.coefficients(of: Array(all[..<count]), fields).map {
      coefficients throws(ExpressionProblems) in
      ClosedForms(coefficients, functions: try compile(coefficients))
    }
    let divisors = 3 * count + processes.count
    self.processes = processes.isEmpty ? nil : try compile(all[(3 * count)..<divisors])
    self.poles =
      poles.isEmpty
      ? nil
      : ReactionPoles(
        terms: poles, divisors: Array(all[divisors..<(divisors + poles.count)]),
        wholes: Array(all[(divisors + poles.count)...]),
        functions: try compile(all[divisors..<(divisors + poles.count)]), fields: fields,
        constants: Dictionary(uniqueKeysWithValues: parameters.map { (Symbol.parameter($0), $1) }))
    fieldCount = count
    isPositive = parts.map(\.isPositive)
    self.uniformFields = uniformFields
    isActive = rates.contains { $0 != .constant(0) }
  }

  /// Whether points of several rows can be worked on at once.
  var isTheSameInAllRows: Bool {
    [
      functions, losses, productionsAndLosses, jacobian.functions, places, closedForms?.functions, processes,
      poles?.functions,
    ]
    .allSatisfy { $0?.areTheSameInAllRows ?? true }
  }
}
