import Documents
import Expressions

/// The diffusivity of a field, one for all axes or one for each.
package struct Diffusivity: Sendable {
  private let general: Expression?
  private let byAxis: [String: (expression: Expression, place: Place)]
  /// Where it stands, or else the field.
  package let place: Place

  /// None: the field does not diffuse.
  init(at place: Place) {
    (general, byAxis) = (.constant(0), [:])
    self.place = place
  }

  /// Reads a number, an expression, or `{ "x": 0.1, "y": "D/2" }`.
  init?(_ node: JSONNode, in scope: Scope, context: String, _ found: inout Diagnostics) {
    place = node.place
    guard node.object != nil else {
      guard let expression = node.expression(in: scope, context: context, &found) else { return nil }
      (general, byAxis) = (expression, [:])
      return
    }
    var expressions: [String: (Expression, Place)] = [:]
    for member in node.members {
      guard Scope.allCoordinates.contains(member.key) else {
        found.error("\"\(member.key)\" is not an axis", at: member.keyPlace, remedy: "write x, y, z or r")
        continue
      }
      guard let expression = member.value.expression(in: scope, context: context, &found) else { continue }
      expressions[member.key] = (expression, member.value.place)
    }
    (general, byAxis) = (nil, expressions)
  }

  /// What is said of a constant diffusivity that is none.
  package static func problem(_ value: Double, of field: String) -> String {
    "the diffusivity of field \(field) is \(JSONText.text(value)), but must be at least 0"
  }

  /// Along an axis, and where it stands; nil if it is given for other axes only.
  package func callAsFunction(_ axis: String) -> (expression: Expression, place: Place)? {
    general.map { ($0, place) } ?? byAxis[axis]
  }

  /// All expressions, and where they stand.
  package var all: [(expression: Expression, place: Place)] { general.map { [($0, place)] } ?? Array(byAxis.values) }
}
