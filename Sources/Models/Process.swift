import Expressions

/// Something that happens at a point at a certain rate and changes one or more fields.
package struct Process: Sendable {
  /// As in "killing".
  package let name: String
  /// How often it happens: amount per unit of time.
  package let rate: Expression
  /// Change of each field (by name) when it happens once.
  package let changes: [(field: String, amount: Expression)]

  /// The process with Hill functions that are computed for all values of what is in them (`Expression.scalingHills`).
  func scalingHills(_ parameters: [Parameter]) -> Process {
    let values = Dictionary(uniqueKeysWithValues: parameters.map { (Symbol.parameter($0.name), $0.value) })
    return Process(
      name: name, rate: rate.scalingHills(values), changes: changes.map { ($0.field, $0.amount.scalingHills(values)) })
  }
}
