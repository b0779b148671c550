/// What depends on the values at many points, and differs from point to point.
package struct Distribution: Hashable, Sendable {
  package enum Kind: Hashable, Sendable {
    /// The integral or mean along one axis.
    case along(Functional.Kind, axis: String)
    /// `∫ K(x − x′) e(x′) dx′` over the domain, the coordinates in the kernel standing for the distances.
    case convolution(kernel: Expression)
  }

  package let kind: Kind
  /// May refer to earlier distributions of the list.
  package let argument: Expression
  /// The field that stands for it.
  package let name: String

  package init(kind: Kind, argument: Expression, name: String) {
    (self.kind, self.argument, self.name) = (kind, argument, name)
  }
}

extension Expression {
  /// Takes integrals along an axis and convolutions out of some expressions.
  ///
  /// - Returns: them, equal ones once, each before those whose arguments refer to it; and the expressions with a field of
  ///   its name in place of each. The names are none that a file could have.
  package static func extractingDistributions(
    _ expressions: [Expression]
  ) -> (distributions: [Distribution], expressions: [Expression]) {
    var source = ExpressionGraph()
    let inserted = expressions.map { source.insert($0) }
    let (nodes, roots) = source.extract(inserted)
    var graph = ExpressionGraph()
    var names: [Node: String] = [:]
    var distributions: [Distribution] = []
    var map: [Int] = []
    for node in nodes {
      let moved = node.mapOperands { map[$0] }
      let found: (kind: Distribution.Kind, argument: Int)? =
        switch moved {
        case .lineFunctional(let kind, let axis, let a): (.along(kind, axis: axis), a)
        case .convolution(let kernel, let a): (.convolution(kernel: graph.expression(kernel)), a)
        default: nil
        }
      guard let found else {
        map.append(graph.add(moved))
        continue
      }
      if names[moved] == nil {
        let name = "distribution \(distributions.count)"
        names[moved] = name
        distributions.append(
          Distribution(kind: found.kind, argument: graph.expression(found.argument), name: name))
      }
      map.append(graph.symbol(.field(names[moved] ?? "")))
    }
    return (distributions, roots.map { graph.expression(map[$0]) })
  }

  /// The axes along which it integrates.
  package var integrationAxes: Set<String> {
    Set(nodes.compactMap { if case .lineFunctional(_, let axis, _) = $0 { axis } else { nil } })
  }

  /// Whether it contains convolutions.
  package var hasConvolutions: Bool {
    nodes.contains { if case .convolution = $0 { true } else { false } }
  }

  /// Whether it contains integrals along an axis or convolutions.
  package var hasDistributions: Bool {
    nodes.contains { node in
      switch node {
      case .lineFunctional, .convolution: true
      default: false
      }
    }
  }
}
