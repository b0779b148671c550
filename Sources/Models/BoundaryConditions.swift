import Documents
import Expressions

/// What a file prescribes at a side of the domain.
package struct SideCondition: Sendable {
  package enum Kind: Sendable {
    case periodic
    case noFlux
    /// The value at the side.
    case value(Expression)
    /// The flux into the domain.
    case flux(Expression)
    /// A flux into the domain of `coefficient · (outside − value at the side)`.
    case robin(coefficient: Expression, outside: Expression)
  }

  package let kind: Kind
  /// Where it stands; of a robin condition, its coefficient.
  package let place: Place
}

/// Boundary conditions as a file gives them: for all axes, for an axis, or for a side, as in `x-`.
package struct BoundaryConditions: Sendable {
  /// All axes.
  private var general: SideCondition?
  /// By axis or side, in the order of the file.
  private var named: [(name: String, place: Place, condition: SideCondition)] = []

  package init() {}

  /// Reads `"periodic"` or `{ "x": "periodic", "y-": "no-flux", "y+": { "value": "2 + sin(t)" } }`.
  ///
  /// - Parameters:
  ///   - scope: names in force; the numbers may depend on position, time and parameters.
  ///   - exchange: the same for coefficients of exchange, which may depend on fields, too.
  ///   - subject: whose conditions they are, for messages.
  package init(
    _ node: JSONNode, in scope: Scope, exchange: Scope, of subject: String, _ found: inout Diagnostics
  ) {
    if node.string != nil {
      general = SideCondition(node, scope, exchange, "at the sides of \(subject)", &found)
      return
    }
    for member in node.members {
      guard Scope.allCoordinates.contains(BoundaryConditions.axis(of: member.key)) else {
        found.error(
          "\"\(member.key)\" is not an axis or side", at: member.keyPlace,
          remedy: "write x, y, z or r, or a side as in x- or x+")
        continue
      }
      if let condition = SideCondition(member.value, scope, exchange, "at the side \(member.key) of \(subject)", &found)
      {
        named.append((member.key, member.keyPlace, condition))
      }
    }
    for axis in Set(named.map { BoundaryConditions.axis(of: $0.name) }).sorted() {
      let whole = named.contains { $0.name == axis }
      if whole, let side = named.first(where: { $0.name == axis + "-" || $0.name == axis + "+" }) {
        found.error(
          "axis \(axis) of \(subject) is given as a whole and by side", at: side.place,
          remedy: "keep \(axis), or \(axis)- and \(axis)+; with --set give all sides in one object")
      }
    }
  }

  /// What is prescribed at a side, or nil if nothing is.
  package func condition(_ axis: String, isUpper: Bool) -> SideCondition? {
    let names = [axis, axis + (isUpper ? "+" : "-")]
    return named.first { names.contains($0.name) }?.condition ?? general
  }

  /// The axes and sides that are named, and where.
  package var places: [(name: String, place: Place)] { named.map { ($0.name, $0.place) } }

  /// The axis of `x`, `x-` or `x+`.
  package static func axis(of name: String) -> String {
    name.hasSuffix("-") || name.hasSuffix("+") ? String(name.dropLast()) : name
  }
}

extension SideCondition {
  fileprivate init?(
    _ node: JSONNode, _ scope: Scope, _ exchange: Scope, _ context: String, _ found: inout Diagnostics
  ) {
    place = (node["robin"]?["coefficient"] ?? node).place
    func expression(_ node: JSONNode?, in scope: Scope) -> Expression? {
      node?.expression(in: scope, context: context, &found)
    }
    switch node.string {
    case "periodic": kind = .periodic
    case "no-flux": kind = .noFlux
    default:
      if let value = expression(node["value"], in: scope) {
        kind = .value(value)
      } else if let flux = expression(node["flux"], in: scope) {
        kind = .flux(flux)
      } else if let coefficient = expression(node["robin"]?["coefficient"], in: exchange),
        let outside = expression(node["robin"]?["outside"], in: scope)
      {
        kind = .robin(coefficient: coefficient, outside: outside)
      } else {
        return nil
      }
    }
  }
}
