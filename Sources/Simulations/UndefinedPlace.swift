import Expressions
import Fields

/// Finds which part of some expressions is no number, and where.
struct UndefinedPlace: Sendable {
  private let expressions: [(written: Expression, computed: Expression)]
  private let fields: [String]
  private let parameters: [Symbol: Double]

  /// A part of an expression, with the values of its symbols and the position.
  struct Found: CustomStringConvertible {
    let part: Expression
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

  /// - Parameter expressions: as they are written and as they are computed.
  init(_ expressions: [(written: Expression, computed: Expression)], fields: [String], parameters: [String: Double]) {
    self.expressions = expressions
    self.fields = fields
    self.parameters = Dictionary(uniqueKeysWithValues: parameters.map { (Symbol.parameter($0.key), $0.value) })
  }

  /// The first part that is no number: of the whole domain, or at a point of the tissue.
  func find(in state: FieldSet, time: Double, volumes: PointVolumes) -> Found? {
    for (written, computed) in expressions {
      let (arguments, whole) = Expression.extractingFunctionals([written])
      let (keptArguments, keptWhole) = Expression.extractingFunctionals([computed])
      // Functionals as they are computed are those that are written, in their order.
      for (argument, kept) in zip(arguments, keptArguments) {
        if let found = find(argument.argument, kept.argument, state, time, volumes) { return found }
      }
      if let found = find(whole[0], keptWhole[0], state, time, volumes) { return found }
    }
    return nil
  }

  private func find(
    _ written: Expression, _ computed: Expression, _ state: FieldSet, _ time: Double, _ volumes: PointVolumes
  ) -> Found? {
    for row in 0..<state.grid.rowCount {
      let inside = volumes.values(ofRow: row)
      for column in 0..<state.grid.rowLength where inside?[column] != 0 {
        if let found = find(written, computed, state, time, row: row, column: column) { return found }
      }
    }
    return nil
  }

  /// What is no number at a point.
  func find(in state: FieldSet, time: Double, row: Int, column: Int) -> Found? {
    expressions.lazy.compactMap { written, computed in
      let (plain, kept) = (
        Expression.extractingFunctionals([written]).expressions[0],
        Expression.extractingFunctionals([computed]).expressions[0]
      )
      return find(plain, kept, state, time, row: row, column: column)
    }.first
  }

  private func find(
    _ written: Expression, _ computed: Expression, _ state: FieldSet, _ time: Double, row: Int, column: Int
  ) -> Found? {
    var values = parameters
    values[.time] = time
    for (index, name) in fields.enumerated() { values[.field(name)] = state.pointer(index, row: row)[column] }
    let grid = state.grid
    let position = zip(grid.axes, [grid.axes[0].coordinate(column)] + grid.rowCoordinates(row))
      .map { (name: $0.name, value: state.scale * $1) }
    for (name, value) in position { values[.coordinate(name)] = value }
    return found(written, computed, values, position)
  }

  private func found(
    _ written: Expression, _ computed: Expression, _ values: [Symbol: Double],
    _ position: [(name: String, value: Double)]
  ) -> Found? {
    guard computed.undefinedPart(at: values) != nil, let part = written.undefinedPart(at: values) else { return nil }
    let named = part.symbols.compactMap { symbol in values[symbol].map { (name: "\(symbol)", value: $0) } }
    let isLocal = part.symbols.contains { symbol in
      switch symbol {
      case .field, .coordinate: true
      default: false
      }
    }
    return Found(part: part, values: named.sorted { $0.name < $1.name }, position: isLocal ? position : [])
  }
}
