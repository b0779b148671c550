import Documents
import Expressions
import Models
import Simulations

extension RunFileReader {
  mutating func readRegion(_ reading: TreatmentReading) -> Expression? {
    guard let node = reading.node["region"] else { return nil }
    if !["add", "multiply", "set", "radiotherapy", "infuse"].contains(where: { key in treatsFields(reading, key) }) {
      found.error("a region goes with a change of fields", at: reading.node.keyPlace("region"))
    }
    return condition(node, reading.scope, "in the region of the treatment \(reading.name)")
  }

  private func treatsFields(_ reading: TreatmentReading, _ key: String) -> Bool {
    guard let node = reading.node[key] else { return false }
    let names = key == "radiotherapy" ? (node["fields"]?.array ?? []).compactMap(\.string) : node.members.map(\.key)
    return names.contains { reading.fieldsInSpace.contains($0) }
  }

  // MARK: Jumps

  mutating func readChanges(_ reading: TreatmentReading, _ region: Expression?) -> [Treatment.Change] {
    var changes: [Treatment.Change] = []
    for key in ["add", "multiply", "set"] {
      for member in reading.node[key]?.members ?? [] {
        guard let target = target(member, key, reading),
          let value = value(member.value, of: target, reading)
        else { continue }
        checkUnits(
          of: value, "\(key == "multiply" ? "the factor" : "the value") for \(target.name) \(reading.context)",
          at: member.value.place, as: key == "multiply" ? UnitOfMeasure("1") : unit(of: target.name))
        if key == "multiply", target.isField { checkFactor(value, target.name, at: member.value.place, reading) }
        let old = target.expression
        let new =
          switch key {
          case "add": old + value
          case "multiply": old * value
          default: value
          }
        note(target, at: member.keyPlace, reading, changes)
        let isInSpace = reading.fieldsInSpace.contains(target.name)
        changes.append(Treatment.Change(target, value: isInSpace ? new.within(region, else: old) : new))
      }
    }
    return changes + readRadiotherapy(reading, region, changes)
  }

  /// A field or parameter that can be changed so.
  private mutating func target(
    _ member: JSONObject.Member, _ key: String, _ reading: TreatmentReading
  ) -> Treatment.Change.Target? {
    let (name, model) = (member.key, reading.model)
    if let field = model.fields.first(where: { $0.name == name }) {
      checkNotQuasiSteady(field, at: member.keyPlace)
      return .field(name)
    }
    let parameters = model.parameters.map(\.name)
    if parameters.contains(name) {
      if key != "add" { return .parameter(name) }
      found.error(
        "a dose adds to fields, and \(name) is a parameter", at: member.keyPlace,
        remedy: "write \"set\": { \"\(name)\": \"\(name) + …\" }")
      return nil
    }
    let known = model.fieldNames + (key == "add" ? [] : parameters)
    found.error(
      "there is no field\(key == "add" ? "" : " or parameter") \"\(name)\"", at: member.keyPlace,
      suggestion: nearestSpelling(of: name, among: known),
      remedy: "the fields: " + model.fieldNames.joined(separator: ", "))
    return nil
  }

  /// A share that is left cannot be negative.
  private mutating func checkFactor(_ value: Expression, _ field: String, at place: Place, _ reading: TreatmentReading)
  {
    var known: [Symbol: Interval] = [:]
    for (name, value) in reading.model.parameterValues { known[.parameter(name)] = Interval(value, value) }
    for name in reading.model.fieldNames { known[.field(name)] = .nonNegative }
    let interval = value.interval(known)
    guard interval.high < 0 else { return }
    found.error(
      "the treatment \(reading.name) multiplies \(field) by "
        + (interval.low == interval.high ? JSONText.text(interval.low) : "what is negative") + ", which turns its sign",
      at: place, remedy: "give the share that is left, 0 or more; \"set\" can turn the sign")
  }

  private mutating func checkNotQuasiSteady(_ field: ModelField, at place: Place) {
    guard field.isQuasiSteady else { return }
    found.error(
      "the quasi-steady field \(field.name) follows from the other fields, so that a dose would have no effect",
      at: place,
      remedy: "let it change in time, or give it as an infusion")
  }

  private mutating func value(
    _ node: JSONNode, of target: Treatment.Change.Target, _ reading: TreatmentReading
  ) -> Expression? {
    guard let value = doseExpression(node, reading, reading.scope) else { return nil }
    if reading.fieldsInSpace.contains(target.name) { return value }
    checkUniform(value, "the new value of \(target.name)", at: node.place, reading)
    if case .parameter = target { return reading.model.forDomain(value) }
    return value
  }

  private mutating func checkUniform(
    _ value: Expression, _ subject: String, at place: Place, _ reading: TreatmentReading
  ) {
    guard reading.model.varies(value) else { return }
    found.error(
      "\(subject) varies from point to point", at: place,
      remedy: "make it one number with integral(…), mean(…), min(…) or max(…)")
  }

  private mutating func doseExpression(_ node: JSONNode, _ reading: TreatmentReading, _ scope: Scope) -> Expression? {
    guard let value = node.expression(in: scope, context: reading.context, &found) else { return nil }
    if value.hasDistributions {
      found.error("convolve and integrals along an axis are not available \(reading.context)", at: node.place)
      return nil
    }
    return value
  }

  private mutating func note(
    _ target: Treatment.Change.Target, at place: Place, _ reading: TreatmentReading, _ changes: [Treatment.Change]
  ) {
    guard changes.contains(where: { $0.target == target }) else { return }
    found.error(
      "the treatment \(reading.name) changes \(target.name) twice", at: place,
      remedy: "say it in one expression, or in two treatments, which act in their order")
  }

  // MARK: Radiotherapy

  /// The linear–quadratic law: a share `exp(−α d (1 + d/(α/β)))` survives a fraction of dose `d`.
  private mutating func readRadiotherapy(
    _ reading: TreatmentReading, _ region: Expression?, _ others: [Treatment.Change]
  ) -> [Treatment.Change] {
    guard let node = reading.node["radiotherapy"] else { return [] }
    let numbers = ["dose", "alpha", "alpha_beta"].map { key in
      node[key].flatMap { number -> Expression? in
        if let value = number.number, value < 0 || key == "alpha_beta" && value == 0 {
          let limit = key == "alpha_beta" ? "must be greater than 0" : "cannot be negative"
          found.error("\"\(key)\" is \(JSONText.text(value)), but \(limit)", at: number.place)
        }
        return doseExpression(number, reading, reading.scope)
      }
    }
    guard let dose = numbers[0], let alpha = numbers[1], let ratio = numbers[2] else { return [] }
    checkUnitsOfRadiotherapy(node, [dose, alpha, ratio], reading)
    let survival = Expression.applying(.exp, to: -(alpha * dose * (.constant(1) + dose / ratio)))
    var changes: [Treatment.Change] = []
    for field in node["fields"]?.array ?? [] {
      guard let name = field.string else { continue }
      guard let known = reading.model.fields.first(where: { $0.name == name && $0.stage == nil }) else {
        found.error(
          "there is no field \"\(name)\"", at: field.place,
          suggestion: nearestSpelling(of: name, among: reading.model.fieldNames),
          remedy: "the fields: " + reading.model.fieldNames.joined(separator: ", "))
        continue
      }
      checkNotQuasiSteady(known, at: field.place)
      note(.field(name), at: field.place, reading, others + changes)
      let old = Expression.symbol(.field(name))
      if known.isCompartment {
        checkUniform(survival, "the share of the compartment \(name) that survives", at: field.place, reading)
        changes.append(Treatment.Change(.field(name), value: old * survival))
      } else {
        changes.append(Treatment.Change(.field(name), value: (old * survival).within(region, else: old)))
      }
    }
    return changes
  }

  // MARK: Infusions

  mutating func readInfusion(
    _ reading: TreatmentReading, _ region: Expression?, _ length: Double
  ) -> Treatment.Infusion? {
    let node = reading.node
    guard let infuse = node["infuse"] else {
      if let place = node.keyPlace("for") {
        found.error(
          "\"for\" goes with \"infuse\"", at: place,
          remedy: "what jumps stays; give a second treatment that takes it back")
      }
      return nil
    }
    let duration = node["for"]?.number
    if node["for"] == nil {
      found.error(
        "the infusion \(reading.name) has no end", at: infuse.place.opening, remedy: "give \"for\", how long it lasts")
    } else if let duration, duration > 0, duration < 1e-9 * length {
      found.error("an infusion cannot be that short", at: node["for"]?.place, remedy: "let a dose \"add\" it")
    }
    let (scope, elapsed) = infusionScope(reading)
    let rates = infuse.members.compactMap { member -> (field: String, rate: Expression)? in
      guard reading.model.fieldNames.contains(member.key) else {
        found.error(
          "there is no field \"\(member.key)\"", at: member.keyPlace,
          suggestion: nearestSpelling(of: member.key, among: reading.model.fieldNames),
          remedy: "the fields: " + reading.model.fieldNames.joined(separator: ", "))
        return nil
      }
      if elapsed.isEmpty { warnOfHiddenElapsedTime(member.value, reading) }
      return member.value.expression(in: scope, context: reading.context, &found).map { rate in
        checkDistributions(rate, "the treatment \(reading.name)", reading.axes)
        let duration = Dictionary(uniqueKeysWithValues: elapsed.keys.map { ($0, Expression.symbol(.time)) })
        checkUnits(
          of: rate.substituting(duration), "the infusion into \(member.key) \(reading.context)",
          at: member.value.place, as: unit(of: member.key, time: -1))
        guard reading.model.compartmentNames.contains(member.key) else {
          return (member.key, rate.substituting(elapsed).within(region, else: .constant(0)))
        }
        checkUniform(rate, "the infusion into \(member.key)", at: member.value.place, reading)
        return (member.key, rate.substituting(elapsed))
      }
    }
    return duration.map { Treatment.Infusion(duration: $0, rates: rates) }
  }

  /// Warns where `elapsed` is written and is not the time since the dose began, because the model has that name.
  private mutating func warnOfHiddenElapsedTime(_ rate: JSONNode, _ reading: TreatmentReading) {
    let word = RunFileReader.elapsed
    guard let text = rate.string, let syntax = try? Syntax.parse(text), syntax.names.contains(word) else { return }
    found.warning(
      "\"\(word)\" is a name of the model \(reading.model.name), and means that here, not the time since the dose began",
      at: rate.place, remedy: "give it another name in the model if that time is meant")
  }

  /// The name of the time since a dose began, in the rates of infusions.
  private static let elapsed = "elapsed"

  /// The names in force for rates: `elapsed` besides the others, unless the model has that name.
  private func infusionScope(_ reading: TreatmentReading) -> (Scope, [Symbol: Expression]) {
    let (scope, word) = (reading.scope, RunFileReader.elapsed)
    if scope.fields.contains(word) || scope.parameters.contains(word) || scope.functions[word] != nil {
      return (scope, [:])
    }
    let extended = Scope(
      fields: scope.fields, parameters: scope.parameters.union([word]), coordinates: scope.coordinates,
      functions: scope.functions, allows: scope.permissions)
    return (extended, [.parameter(word): .symbol(.parameter(Treatment.Infusion.elapsed))])
  }
}

extension Treatment.Change.Target {
  var isField: Bool { if case .field = self { true } else { false } }

  var name: String {
    switch self {
    case .field(let name), .parameter(let name): name
    }
  }

  fileprivate var expression: Expression {
    switch self {
    case .field(let name): .symbol(.field(name))
    case .parameter(let name): .symbol(.parameter(name))
    }
  }
}

extension Expression {
  /// The expression in a region, and another elsewhere.
  fileprivate func within(_ region: Expression?, else other: Expression) -> Expression {
    region.map { .choice($0, self, other) } ?? self
  }
}
