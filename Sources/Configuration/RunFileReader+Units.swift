import Documents
import Expressions
import Fields
import Models

/// Units are compared and never converted: two that differ are refused, where one is missing nothing is said.
extension RunFileReader {
  /// Compares the units of the model with each other and with those of the run file.
  ///
  /// - Parameter model: the JSON of the model.
  /// - Returns: whether they agree.
  mutating func checkUnits(_ model: JSONNode?) -> Bool {
    let errors = found.items.count { $0.severity == .error }
    let units = model?["units"]
    let length = readUnit(units?["length"], "length") { $0.isLength }
    let time = readUnit(units?["time"], "time") { $0.isTime }
    let domainLength = readUnit(root["domain"]?["unit"], "length") { $0.isLength }
    let runTime = readUnit(root["time"]?["unit"], "time") { $0.isTime }
    let name = model?["name"]?.string ?? "?"
    compare(domainLength, of: "the domain", with: length, "length", model: name, at: root["domain"]?["unit"]?.place)
    compare(runTime, of: "the run", with: time, "time", model: name, at: root["time"]?["unit"]?.place)
    let quantities = (model?["fields"]?.members ?? []) + (model?["compartments"]?.members ?? [])
    let fields = quantities.compactMap { member in readUnit(member.value["unit"]).map { (member.key, $0) } }
    let fieldLengths = fields.flatMap(\.1.lengths)
    for member in model?["parameters"]?.members ?? [] {
      guard let node = member.value["unit"], let unit = readUnit(node) else { continue }
      let before = found.items.count
      checkParameter(
        member.key, unit, at: node.place, length: length ?? domainLength, time: time ?? runTime,
        fieldLengths: fieldLengths)
      if found.items.count > before { continue }
      checkParameter(member.key, unit, at: node.place, fields: fields, time: time ?? runTime)
    }
    for member in root["observables"]?.members ?? [] { _ = readUnit(member.value["unit"]) }
    return found.items.count { $0.severity == .error } == errors
  }

  /// A unit with known words, or with a warning of those that are not; nil if none is given.
  @discardableResult
  private mutating func readUnit(_ node: JSONNode?) -> UnitOfMeasure? {
    guard let node, let text = node.string else { return nil }
    let unit = UnitOfMeasure(text)
    for word in unit.unknownWords {
      // A long list of nonsense is read quickly.
      let near = found.items.count < 100 ? UnitOfMeasure.nearest(to: word) : nil
      found.warning(
        "the unit \(quoted(word)) is not known, and is compared as it is written", at: node.place, suggestion: near,
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

  /// A parameter that measures what a field does, or so much per unit of time, or the inverse of that, has the unit of a field.
  private mutating func checkParameter(
    _ name: String, _ unit: UnitOfMeasure, at place: Place, fields: [(name: String, unit: UnitOfMeasure)],
    time: UnitOfMeasure?
  ) {
    var others: [String] = []
    // What is counted in 1/l says nothing of a volume.
    for (field, own) in fields where !own.isOfSpaceAndTime {
      for power in [1, -1] {
        let rest = unit * own.power(-power)
        guard rest.isDimensionless || rest.isPowerOfTime else { continue }
        let exponent = rest.exponents["s"] ?? 0
        guard exponent == 0 || time?.isTime ?? false else { continue }
        if UnitOfMeasure.areEqual(rest.factor, (time ?? rest).power(exponent).factor) { return }
        others.append("\(field) is in \"\(own.text)\"")
      }
    }
    guard let other = others.first else { return }
    found.error(
      "the parameter \(name) is in \"\(unit.text)\", but the field \(other)", at: place,
      remedy: "nothing is converted: give its value in the unit of the field")
  }

  /// Refuses the unit of an observable that is another one of the same kind than that of its expression.
  ///
  /// A plain number as a factor may be a conversion, so that it is not said anything of the size then.
  mutating func checkUnit(
    of expression: Expression, named name: String, _ node: JSONNode?
  ) {
    guard let node, let text = node.string, let units else { return }
    let given = UnitOfMeasure(text)
    guard let found = units.unit(of: expression), found.isCommensurable(with: given), !found.equals(given) else {
      return
    }
    self.found.error(
      "the unit of the observable \(name) is \"\(given.text)\", but its expression is in \"\(found.text)\"",
      at: node.place, remedy: "nothing is converted: multiply the expression, or write \"\(found.text)\"")
  }

  func expressionUnits(_ model: Model, _ axes: [Axis]) -> ExpressionUnits {
    func unit(_ text: String?) -> UnitOfMeasure? { text.map { UnitOfMeasure($0) } }
    return ExpressionUnits(
      fields: Dictionary(uniqueKeysWithValues: model.fields.map { ($0.name, unit($0.unit)) }),
      parameters: Dictionary(uniqueKeysWithValues: model.parameters.map { ($0.name, unit($0.unit)) }),
      length: unit(model.lengthUnit ?? root["domain"]?["unit"]?.string),
      time: unit(model.timeUnit ?? root["time"]?["unit"]?.string),
      dimension: axes[0].geometry == .cartesian ? axes.count : 3)
  }

  /// Refuses sums and comparisons of quantities in two units of the same kind, and changes of a field in another unit than
  /// its own per unit of time.
  mutating func checkUnitsOfRates(_ model: Model) {
    guard let units else { return }
    checkUnitsOfMovement(model)
    let nodes = model.document["processes"]?.array ?? []
    for (index, process) in model.processes.enumerated() {
      // Behind the processes come those of the short form, in their order.
      let reactions = model.document["reactions"]?.members ?? []
      let short = index - nodes.count
      guard
        let node = index < nodes.count
          ? nodes[index]["rate"] : reactions.indices.contains(short) ? reactions[short].value : nil
      else { continue }
      let expressions = [process.rate] + process.changes.map(\.amount)
      if let (one, other) = expressions.lazy.compactMap({ units.mixture(in: model.undelayed($0)) }).first {
        found.error(
          "process \(process.name) adds or compares what is in \"\(one.text)\" and in \"\(other.text)\"",
          at: node.place,
          remedy: "nothing is converted: multiply one of them")
        continue
      }
      for change in process.changes {
        guard let field = model.fields.first(where: { $0.name == change.field }), let text = field.unit,
          let time = units.time
        else { continue }
        let rate = model.undelayed(change.amount * process.rate)
        guard let own = units.unit(of: rate), units.differs(rate, own, from: UnitOfMeasure(text) * time.power(-1))
        else {
          continue
        }
        found.error(
          "process \(process.name) changes \(field.name) in other units than \"\(text)\" per \"\(time.text)\": in \(own.text)",
          at: node.place, remedy: "nothing is converted: give all values in the units of the model")
      }
    }
  }
}
