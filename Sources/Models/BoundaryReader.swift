import Documents
import Fields

/// Boundary conditions as a file gives them: for some axes, by name.
package struct BoundaryConditions: Sendable {
  /// Axis → condition; the key `*` stands for all axes.
  package private(set) var byAxis: [String: AxisBoundary] = [:]
  /// Where they stand.
  package private(set) var places: [String: Place] = [:]

  package init() {}

  /// Reads `"periodic"` or `{ "x": "periodic", "y-": "no-flux", "y+": "no-flux" }`.
  ///
  /// - Parameter subject: whose conditions they are, for messages.
  package init(_ node: JSONNode, of subject: String, _ found: inout Diagnostics) {
    if let word = node.string, let boundary = AxisBoundary(rawValue: word) {
      byAxis["*"] = boundary
      places["*"] = node.place
    }
    var sides: [String: Set<String>] = [:]
    for member in node.members {
      let name = member.key
      let axis = name.hasSuffix("-") || name.hasSuffix("+") ? String(name.dropLast()) : name
      guard ["x", "y", "z"].contains(axis) else {
        found.error(
          "\"\(name)\" is not an axis or side", at: member.keyPlace, remedy: "write x, y or z, or a side as in x- or x+"
        )
        continue
      }
      guard let word = member.value.string, let boundary = AxisBoundary(rawValue: word) else { continue }
      if let other = byAxis[axis], other != boundary {
        found.error(
          "the two sides of axis \(axis) of \(subject) do not go together", at: member.value.place,
          remedy: "periodic holds for both sides")
      }
      byAxis[axis] = boundary
      places[axis] = member.keyPlace
      sides[axis, default: []].insert(axis == name ? "both" : name)
      if sides[axis]!.count > 1, sides[axis]!.contains("both") {
        found.error("axis \(axis) of \(subject) is given as a whole and by side", at: member.keyPlace)
      }
    }
  }

  /// The condition for an axis, or nil if none is given.
  package func callAsFunction(_ axis: String) -> AxisBoundary? { byAxis[axis] ?? byAxis["*"] }
}
