import Documents
import Expressions
import Fields
import Rates

/// A part of an expression that is no finite number although all that it is made of is, and where it stands.
struct UndefinedPart {
  let part: Expression
  /// The part as the run file or its model writes it.
  let text: String
  /// As in "process growth".
  let owner: String
  /// The symbols in it with their values.
  let values: [(name: String, value: Double)]

  /// A point, or the face below it along an axis, with the values of all fields there.
  struct Site {
    let time: Double
    let values: [Double]
    let position: [Double]
    /// For people.
    let description: String

    init(
      _ configuration: RunConfiguration, point: (row: Int, column: Int), faceAxis: Int? = nil, values: [Double],
      time: Double
    ) {
      self.time = time
      self.values = values
      position = configuration.position(ofPoint: point, faceAxis: faceAxis)
      description = configuration.description(ofPoint: point, faceAxis: faceAxis)
    }

    init(_ failure: NumericalFailure, _ configuration: RunConfiguration) {
      self.init(
        configuration, point: (failure.row, failure.column), faceAxis: failure.faceAxis, values: failure.values,
        time: failure.time)
    }
  }

  /// The clause that says it, behind a place.
  var clause: String { ": \(text) of \(owner)\(whereClause)" }

  private var whereClause: String {
    values.isEmpty ? "" : ", where " + values.map { "\($0.name) = \($0.value)" }.joined(separator: ", ")
  }

  /// The sentence that says it of what is prescribed for a field.
  func sentence(for field: String) -> String {
    "what is prescribed for field \(field) at \(owner) is no finite number: \(text)\(whereClause)"
  }

  /// What is no number in some expressions at a place; nil if all are numbers.
  static func find(
    _ terms: [(owner: String, term: Expression)], _ configuration: RunConfiguration, at site: Site
  ) -> UndefinedPart? {
    var known: [Symbol: Double] = [.time: site.time]
    for (name, value) in zip(configuration.model.fieldNames, site.values) { known[.field(name)] = value }
    for (name, value) in configuration.model.parameterValues { known[.parameter(name)] = value }
    for (axis, value) in zip(configuration.grid.axes, site.position) { known[.coordinate(axis.name)] = value }
    for (owner, term) in terms {
      // As it is written, if it is no number as it is computed.
      guard let part = term.undefinedPart(at: known),
        configuration.keptInDomain([term])[0].undefinedPart(at: known) != nil
      else { continue }
      let named = part.symbols.compactMap { symbol in known[symbol].map { (name: "\(symbol)", value: $0) } }
      return UndefinedPart(
        part: part, text: configuration.spelling(of: part, in: owner), owner: owner,
        values: named.sorted { $0.name < $1.name })
    }
    return nil
  }

  /// What carries a field.
  static func velocities(of field: Int, _ configuration: RunConfiguration) -> [(owner: String, term: Expression)] {
    let field = configuration.model.fields[field]
    return field.taxis.map { ("the sensitivity toward \($0.toward)", $0.sensitivity) }
      + configuration.grid.axes.compactMap { axis in field.advection[axis.name].map { ("the velocity", $0) } }
  }

  static let velocityRemedy =
    "Write the sensitivity and the velocity so that they are finite for all values that occur, as chi/(c + small) or "
    + "sqrt(max(1 - u/K, 0)) are; a sensitivity that saturates may help."

  /// What is no number in what is prescribed at a side, where there is tissue, at one of some times; nil if all is.
  static func find(
    _ given: FieldSides.GivenNumber, _ configuration: RunConfiguration, volumes: PointVolumes, times: [Double]
  ) throws -> UndefinedPart? {
    let grid = configuration.grid
    let values = try given.supply(of: grid, parameters: configuration.model.parameterValues).values
    let axis = grid.axes[given.axis]
    let side = "the side \(axis.name)\(given.isUpper ? "+" : "-")"
    for time in times {
      for (line, value) in values(time).enumerated() where !value.isFinite {
        let point = grid.point(given.isUpper ? axis.points - 1 : 0, ofLine: line, along: given.axis)
        guard volumes.values(ofRow: point.row)?[point.column] ?? 1 > 0 else { continue }
        var known: [Symbol: Double] = [.time: time]
        for (name, value) in configuration.model.parameterValues { known[.parameter(name)] = value }
        for (axis, value) in zip(grid.axes, configuration.position(ofPoint: point)) {
          known[.coordinate(axis.name)] = value
        }
        known[.coordinate(axis.name)] = axis.facePosition(given.isUpper ? axis.points : 0)
        let part = given.expression.undefinedPart(at: known) ?? given.expression
        let named = part.symbols.compactMap { symbol in known[symbol].map { (name: "\(symbol)", value: $0) } }
        return UndefinedPart(
          part: part, text: configuration.spelling(of: part, in: side), owner: side,
          values: named.sorted { $0.name < $1.name })
      }
    }
    return nil
  }
}

extension RunConfiguration {
  /// An expression as it is written in the run file or in the model, or the smallest written one that contains it.
  ///
  /// `hill(u, 1, 0.5)` and `u^0.5` are computed by way of `sqrt(u)`, which nobody has written.
  ///
  /// - Parameter owner: what contains it, as "growth" or "process growth"; its own text comes first.
  func spelling(of part: Expression, in owner: String) -> String {
    let scope = model.scope(
      coordinates: grid.axes.map(\.name), allows: [.fields, .position, .time, .functionals, .random, .delays])
    func isOwner(_ name: String) -> Bool { owner == name || owner == "process " + name }
    let processes = (model.document["processes"]?.array ?? []).filter { isOwner($0["name"]?.string ?? "") }
    let reactions = (model.document["reactions"]?.members ?? []).filter { isOwner("reaction of " + $0.key) }
    for texts in [
      processes.flatMap(\.strings) + reactions.flatMap(\.value.strings), model.document.strings + document.strings,
    ] {
      let found = texts.compactMap { part.spelling(in: $0, scope: scope) }
      // One that means just this rather than one that contains it.
      if let text = found.first(where: { (try? Expression($0, in: scope)) == part }) ?? found.first { return text }
    }
    return part.description
  }
}

extension JSONNode {
  /// All strings in it, in their order.
  fileprivate var strings: [String] {
    if let string { return [string] }
    return (array ?? []).flatMap(\.strings) + (object?.members ?? []).flatMap(\.value.strings)
  }
}
