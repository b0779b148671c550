import Expressions
import Fields
import Rates
import TimeStepping

/// Finds which part of some expressions is no number, and where.
struct UndefinedPlace: Sendable {
  private let expressions: [(written: Expression, computed: Expression)]
  private let fields: [String]
  private let parameters: [String: Double]
  private let spelling: @Sendable (Expression) -> String

  /// A part of an expression, with the values of its symbols and the position.
  struct Found: CustomStringConvertible {
    /// As it is written.
    let part: String
    let values: [(name: String, value: Double)]
    /// Where only some points are concerned.
    let position: [(name: String, value: Double)]

    /// Without the position.
    var text: String {
      "\(part) is no number" + (values.isEmpty ? "" : " where \(UndefinedPlace.list(values))")
    }

    var description: String { text + (position.isEmpty ? "" : ", at \(UndefinedPlace.list(position))") }
  }

  private static func list(_ values: [(name: String, value: Double)]) -> String {
    values.map { "\($0.name) = \(Float($0.value))" }.joined(separator: ", ")
  }

  /// - Parameters:
  ///   - expressions: as they are written and as they are computed.
  ///   - spelling: how a part of them is written.
  init(
    _ expressions: [(written: Expression, computed: Expression)], fields: [String], parameters: [String: Double],
    spelling: @escaping @Sendable (Expression) -> String
  ) {
    (self.expressions, self.fields, self.parameters, self.spelling) = (expressions, fields, parameters, spelling)
  }

  /// An expression with symbols in place of the functionals of the domain, and what these are.
  private struct Parts {
    /// As it is written and as it is computed.
    let whole, computed: Expression
    /// Functionals as they are computed are those that are written, in their order.
    let functionals, computedFunctionals: [Functional]
    /// Of those that are finite; none where they are not known.
    var values: [Symbol: Double] = [:]

    init(_ written: Expression, _ computed: Expression) {
      let (outer, inner) = (
        Expression.extractingFunctionals([written]), Expression.extractingFunctionals([computed])
      )
      (whole, self.computed) = (outer.expressions[0], inner.expressions[0])
      (functionals, computedFunctionals) = (outer.functionals, inner.functionals)
    }

    /// A part with the functionals in place of their symbols.
    func restored(_ part: Expression) -> Expression {
      functionals.indices.reversed().reduce(part) { part, index in
        part.substituting([.functional(index): .functional(functionals[index].kind, of: functionals[index].argument)])
      }
    }
  }

  /// The first part that is no number: of the whole domain, or at a point of the tissue.
  func find(in state: FieldSet, time: Double, volumes: PointVolumes, pool: WorkerPool) -> Found? {
    for (written, computed) in expressions {
      var parts = Parts(written, computed)
      parts.values = functionalValues(computed, state, time, volumes, pool)
      for (argument, kept) in zip(parts.functionals, parts.computedFunctionals) {
        if let found = find(argument.argument, kept.argument, parts, state, time, volumes) { return found }
      }
      if let found = find(parts.whole, parts.computed, parts, state, time, volumes) { return found }
    }
    return nil
  }

  private func functionalValues(
    _ computed: Expression, _ state: FieldSet, _ time: Double, _ volumes: PointVolumes, _ pool: WorkerPool
  ) -> [Symbol: Double] {
    let functions = try? PointwiseFunctions([computed], fields: fields, parameters: parameters, grid: state.grid)
    guard let functions else { return [:] }
    let values = GridEvaluator(functions, volumes: volumes, pool: pool).functionalValues(of: state, time: time)
    return Dictionary(
      uniqueKeysWithValues: values.enumerated().filter { $1.isFinite }.map { (Symbol.functional($0), $1) })
  }

  private func find(
    _ written: Expression, _ computed: Expression, _ parts: Parts, _ state: FieldSet, _ time: Double,
    _ volumes: PointVolumes
  ) -> Found? {
    for row in 0..<state.grid.rowCount {
      let inside = volumes.values(ofRow: row)
      for column in 0..<state.grid.rowLength where inside?[column] != 0 {
        if let found = find(written, computed, parts, state, time, row: row, column: column) { return found }
      }
    }
    return nil
  }

  /// What is no number at a point.
  func find(in state: FieldSet, time: Double, row: Int, column: Int) -> Found? {
    expressions.lazy.compactMap { written, computed in
      let parts = Parts(written, computed)
      return find(parts.whole, parts.computed, parts, state, time, row: row, column: column)
    }.first
  }

  private func find(
    _ written: Expression, _ computed: Expression, _ parts: Parts, _ state: FieldSet, _ time: Double, row: Int,
    column: Int
  ) -> Found? {
    var values = parts.values
    for (name, value) in parameters { values[.parameter(name)] = value }
    values[.time] = time
    for (index, name) in fields.enumerated() { values[.field(name)] = state.pointer(index, row: row)[column] }
    let grid = state.grid
    let position = zip(grid.axes, [grid.axes[0].coordinate(column)] + grid.rowCoordinates(row))
      .map { (name: $0.name, value: state.scale * $1) }
    for (name, value) in position { values[.coordinate(name)] = value }
    guard computed.undefinedPart(at: values) != nil, let part = written.undefinedPart(at: values) else { return nil }
    let named = part.symbols.compactMap { symbol in
      values[symbol].map { (name: spelling(parts.restored(.symbol(symbol))), value: $0) }
    }
    let isLocal = part.symbols.contains { symbol in
      switch symbol {
      case .field, .coordinate: true
      default: false
      }
    }
    return Found(
      part: spelling(parts.restored(part)), values: named.sorted { $0.name < $1.name },
      position: isLocal ? position : [])
  }
}
