import Expressions
import Fields

/// The point-wise part of the equations: `du_i/dt = R_i(u, x, t)` for every field.
package struct ReactionSystem: Sendable {
  /// The rates of change, one per field; may contain functionals of the domain.
  package let functions: PointwiseFunctions
  package let fieldCount: Int
  /// Whether some rate is not identically 0.
  package let isActive: Bool

  /// - Parameters:
  ///   - rates: net rate of change of each field, in the order of `fields`.
  package init(
    rates: [Expression], fields: [String], parameters: [String: Double], grid: Grid
  ) throws(ExpressionProblems) {
    functions = try PointwiseFunctions(rates, fields: fields, parameters: parameters, grid: grid)
    fieldCount = fields.count
    isActive = rates.contains { $0 != .constant(0) }
  }
}
