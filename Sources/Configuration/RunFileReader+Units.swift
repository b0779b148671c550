import Documents
import Expressions
import Fields
import Models

/// Units are compared and never converted: two that differ are refused, where one is missing nothing is said.
extension RunFileReader {
  /// Compares the units of the model with each other and with those of the run file.
  ///
  /// - Parameter model: the JSON of the model.
  mutating func checkUnits(_ model: JSONNode?) {
    let units = model?["units"]
    let length = readUnit(units?["length"], "length") { $0.isLength }
    let time = readUnit(units?["time"], "time") { $0.isTime }
    let domainLength = readUnit(root["domain"]?["unit"], "length") { $0.isLength }
    let runTime = readUnit(root["time"]?["unit"], "time") { $0.isTime }
    let name = model?["name"]?.string ?? "?"
    compare(domainLength, of: "the domain", with: length, "length", model: name, at: root["domain"]?["unit"]?.place)
    compare(runTime, of: "the run", with: time, "time", model: name, at: root["time"]?["unit"]?.place)
    let quantities = (model?["fields"]?.members ?? []) + (model?["compartments"]?.members ?? [])
    let fieldLengths = quantities.compactMap { readUnit($0.value["unit"]) }.flatMap(\.lengths)
    for member in model?["parameters"]?.members ?? [] {
      guard let node = member.value["unit"], let unit = readUnit(node) else { continue }
      checkParameter(
        member.key, unit, at: node.place, length: length ?? domainLength, time: time ?? runTime,
        fieldLengths: fieldLengths)
    }
    for member in root["observables"]?.members ?? [] { _ = readUnit(member.value["unit"]) }
  }

  /// A unit with known words, or with a warning of those that are not; nil if none is given.
  @discardableResult
  private mutating func readUnit(_ node: JSONNode?) -> UnitOfMeasure? {
    guard let node, let text = node.string else { return nil }
    let unit = UnitOfMeasure(text)
    for word in unit.unknownWords {
      let near = UnitOfMeasure.nearest(to: word)
      found.warning(
        "the unit \"\(word)\" is not known, and is compared with nothing", at: node.place, suggestion: near,
        remedy: "write it as in mm, day, cells/mm^2, mg/l, or 1 for a number without unit")
    }
    return unit
  }

  /// The unit of a length or of a time, which measures that or nothing.
  private mutating func readUnit(
    _ node: JSONNode?, _ quantity: String, _ fits: (UnitOfMeasure) -> Bool
  ) -> UnitOfMeasure? {
    guard let node, let unit = readUnit(node) else { return nil }
    if unit.isKnown, !fits(unit), !unit.isDimensionless {
      found.error("\"\(unit.text)\" is not a unit of \(quantity)", at: node.place)
      return nil
    }
    return unit
  }

  private mutating func compare(
    _ unit: UnitOfMeasure?, of subject: String, with other: UnitOfMeasure?, _ quantity: String, model: String,
    at place: Place?
  ) {
    guard let unit, let other, !unit.equals(other) else { return }
    found.error(
      "the unit of \(quantity) of \(subject) is \"\(unit.text)\", but that of the model \(model) is \"\(other.text)\"",
      at: place, remedy: "nothing is converted: give all values in \"\(other.text)\", the unit of the model")
  }

  /// A parameter in other units of length and time than the equations would count with a false value.
  ///
  /// Densities may have a length of their own, as cells/cm³ in a model in mm, if fields have it, too.
  private mutating func checkParameter(
    _ name: String, _ unit: UnitOfMeasure, at place: Place, length: UnitOfMeasure?, time: UnitOfMeasure?,
    fieldLengths: [Double]
  ) {
    func differs(_ sizes: [Double], from unit: UnitOfMeasure?) -> Bool {
      guard let unit, unit.isKnown else { return false }
      return sizes.contains { !UnitOfMeasure.areEqual($0, unit.factor) || unit.isDimensionless }
    }
    var wanted: [String] = []
    let isDensity = !unit.isOfSpaceAndTime
    let own =
      isDensity
      ? unit.lengths.filter { size in !fieldLengths.contains { UnitOfMeasure.areEqual($0, size) } } : unit.lengths
    if let length, differs(own, from: length), !isDensity || !fieldLengths.isEmpty {
      wanted.append("lengths in \"\(length.text)\"")
    }
    if let time, differs(unit.times, from: time) { wanted.append("times in \"\(time.text)\"") }
    guard !wanted.isEmpty else { return }
    found.error(
      "the parameter \(name) is in \"\(unit.text)\", but the equations count \(wanted.joined(separator: " and "))",
      at: place, remedy: "nothing is converted: give its value in the units of the model")
  }

  /// Refuses the unit of an observable that is another one of the same kind than that of its expression.
  ///
  /// A plain number as a factor may be a conversion, so that it is not said anything of the size then.
  mutating func checkUnit(
    of expression: Expression, named name: String, _ node: JSONNode?, _ model: Model, _ axes: [Axis]?
  ) {
    guard let node, let text = node.string, let axes else { return }
    let given = UnitOfMeasure(text)
    let length = (model.lengthUnit ?? root["domain"]?["unit"]?.string).map { UnitOfMeasure($0) }
    let time = (model.timeUnit ?? root["time"]?["unit"]?.string).map { UnitOfMeasure($0) }
    let dimension = axes[0].geometry == .cartesian ? axes.count : 3
    let units = ExpressionUnits(
      fields: Dictionary(uniqueKeysWithValues: model.fields.map { ($0.name, $0.unit.map { UnitOfMeasure($0) }) }),
      parameters: Dictionary(
        uniqueKeysWithValues: model.parameters.map { ($0.name, $0.unit.map { UnitOfMeasure($0) }) }),
      length: length, time: time, dimension: dimension)
    guard let found = units.unit(of: expression), found.isCommensurable(with: given), !found.equals(given) else {
      return
    }
    self.found.error(
      "the unit of the observable \(name) is \"\(given.text)\", but its expression is in \"\(found.text)\"",
      at: node.place, remedy: "nothing is converted: multiply the expression, or write \"\(found.text)\"")
  }
}

/// The units of expressions, as far as they follow from those of their symbols.
private struct ExpressionUnits {
  let fields: [String: UnitOfMeasure?]
  let parameters: [String: UnitOfMeasure?]
  let length: UnitOfMeasure?
  let time: UnitOfMeasure?
  /// How many lengths are multiplied in an integral over the domain.
  let dimension: Int

  private enum Meaning {
    /// A number as it is written.
    case number(Double)
    case quantity(UnitOfMeasure)
    case unknown
  }

  /// nil if it is not known, or if a factor is a plain number, which may be a conversion.
  func unit(of expression: Expression) -> UnitOfMeasure? {
    var meanings: [Meaning] = []
    for node in expression.nodes { meanings.append(meaning(of: node, meanings)) }
    if case .quantity(let unit) = meanings.last { return unit }
    return nil
  }

  private func meaning(of node: Node, _ known: [Meaning]) -> Meaning {
    switch node {
    case .constant(let value): return .number(value)
    case .symbol(.field(let name)): return quantity(fields[name] ?? nil)
    case .symbol(.parameter(let name)): return quantity(parameters[name] ?? nil)
    case .symbol(.coordinate): return quantity(length)
    case .symbol(.time): return quantity(time)
    case .unary(.negate, let a), .unary(.abs, let a): return known[a]
    case .binary(.add, let a, let b), .binary(.subtract, let a, let b), .binary(.min, let a, let b),
      .binary(.max, let a, let b), .choice(_, let a, let b):
      return common(known[a], known[b])
    case .binary(.multiply, let a, let b): return product(known[a], known[b], 1)
    case .binary(.divide, let a, let b): return product(known[a], known[b], -1)
    case .binary(.power, let a, let b):
      guard case .quantity(let unit) = known[a], case .number(let exponent) = known[b],
        let whole = Int(exactly: exponent)
      else { return .unknown }
      return .quantity(unit.power(whole))
    case .functional(.integral, let a): return product(known[a], quantity(length?.power(dimension)), 1)
    case .lineFunctional(.integral, _, let a): return product(known[a], quantity(length), 1)
    case .functional(_, let a), .lineFunctional(_, _, let a), .delay(let a, _, _): return known[a]
    default: return .unknown
    }
  }

  private func quantity(_ unit: UnitOfMeasure?) -> Meaning { unit.map { .quantity($0) } ?? .unknown }

  private func common(_ a: Meaning, _ b: Meaning) -> Meaning {
    switch (a, b) {
    case (.number(let x), .number(let y)): x == y ? a : .unknown
    case (.quantity, .number): a
    case (.number, .quantity): b
    case (.quantity(let x), .quantity(let y)): x.equals(y) ? a : .unknown
    default: .unknown
    }
  }

  private func product(_ a: Meaning, _ b: Meaning, _ power: Int) -> Meaning {
    switch (a, b) {
    case (.number(let x), .quantity(let unit)): x == 1 ? .quantity(power == 1 ? unit : unit.power(power)) : .unknown
    case (.quantity, .number(let y)): y == 1 ? a : .unknown
    case (.quantity(let x), .quantity(let y)): .quantity(x * (power == 1 ? y : y.power(power)))
    default: .unknown
    }
  }
}
