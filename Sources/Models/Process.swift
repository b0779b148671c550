import Expressions

/// Something that happens at a point at a certain rate and changes one or more fields.
package struct Process: Sendable {
  /// As in "killing".
  package let name: String
  /// How often it happens: amount per unit of time.
  package let rate: Expression
  /// Change of each field (by name) when it happens once.
  package let changes: [(field: String, amount: Expression)]
}
