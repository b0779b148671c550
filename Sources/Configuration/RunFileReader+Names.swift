import Documents
import Expressions
import Fields
import Models
import Simulations

extension RunFileReader {
  /// All that is to be said of names and of numbers that follow from parameters alone; what is only doubtful where
  /// nothing else is wrong.
  mutating func checkNames(_ model: Model, _ axes: [String], _ treatments: [Treatment]) {
    checkColumns(model, axes)
    checkLines(model)
    checkLedger(model, treatments)
    checkDivisions(model, axes)
    if found.hasErrors { return }
    warnOfUnusedParameters(model)
    warnOfProcesses(model)
  }

  /// Reports the names of coordinates in a model that are no names of its own, and no axes of the domain.
  ///
  /// - Parameter model: the JSON of the model, which may hold other mistakes.
  /// - Returns: whether there are any.
  mutating func checkCoordinates(inTextsOf model: JSONNode?, axes: [String]) -> Bool {
    guard let model, model.object != nil else { return false }
    let texts = ModelTexts(model, axes: axes)
    let missing = Scope.allCoordinates.subtracting(axes).subtracting(texts.names)
    var isFound = false
    func check(_ text: ModelTexts.Text, _ arguments: Set<String>) {
      for node in text.syntax.nodes {
        guard case .name(let name) = node.kind, missing.contains(name), !arguments.contains(name) else { continue }
        isFound = true
        found.error(
          "\"\(name)\" in \(text.subject) is not a parameter of the model \(texts.name), and there is no axis \(name) "
            + "in this domain", at: text.node.place(inString: node.range),
          remedy: "add it to \"parameters\", or use what there is: \(axes.joined(separator: ", "))")
      }
    }
    for text in texts.texts { check(text, []) }
    for name in texts.functionsUsed(by: texts.texts).sorted() {
      if let function = texts.functions[name] { check(function.text, function.arguments) }
    }
    return isFound
  }

  /// Reports numbers that would stand in `observables.csv` under the name of another.
  mutating func checkColumns(_ model: Model, _ axes: [String]) {
    var taken = ["t": "the time", "dt": "the length of the step"]
    if model.freeBoundary != nil { taken["edge(\(axes[0]))"] = "the position of the free boundary" }
    for field in model.fieldsInSpace {
      for (column, what) in [("mass", "the mass"), ("min", "the minimum"), ("max", "the maximum")] {
        taken["\(column)(\(field.name))"] = "\(what) of field \(field.name)"
      }
    }
    func clash(_ name: String, _ kind: String, _ place: Place?, _ other: String) {
      found.error(
        "\(kind) cannot be called \"\(name)\": in observables.csv that is \(other)", at: place,
        remedy: "choose another name")
    }
    for field in model.fields where field.isCompartment && field.stage == nil {
      if let other = taken[field.name] { clash(field.name, "a compartment", field.diffusivity.place, other) }
    }
    let keepsLedger = root["output"]?["ledger"]?.boolean ?? false
    for member in root["observables"]?.members ?? [] {
      if let other = taken[member.key] {
        clash(member.key, "an observable", member.keyPlace, other)
      } else if keepsLedger, member.key.hasPrefix("ledger(") {
        clash(member.key, "an observable", member.keyPlace, "a line of the ledger")
      } else if member.key.hasControlCharacters {
        found.error("the name of an observable is one line of text", at: member.keyPlace)
      }
    }
  }

  /// Reports names of processes and treatments that would break a line of text.
  private mutating func checkLines(_ model: Model) {
    let named = [
      ("process", model.document["processes"]), ("source of noise", model.document["noise"]),
      ("treatment", root["treatment"]),
    ]
    for (kind, list) in named {
      for name in (list?.array ?? []).compactMap({ $0["name"] }) where name.string?.hasControlCharacters ?? false {
        found.error("the name of a \(kind) is one line of text", at: name.place, remedy: "leave out control characters")
      }
    }
  }

  /// Reports names under which the ledger would have two accounts of one field.
  ///
  /// A process whose name is that of a line of the ledger itself, as "sides", is "process sides" there.
  private mutating func checkLedger(_ model: Model, _ treatments: [Treatment]) {
    guard root["output"]?["ledger"]?.boolean ?? false else { return }
    for member in model.document["fields"]?.members ?? [] where member.key == LedgerReport.start {
      found.error(
        "with a ledger a field cannot be called \"\(member.key)\": in run.json that is the time at which the ledger begins",
        at: member.keyPlace, remedy: "choose another name")
    }
    var infused: [String: (treatment: String, fields: Set<String>)] = [:]
    for treatment in treatments {
      let fields = Set((treatment.infusion?.rates ?? []).map(\.field))
      if !fields.isEmpty { infused[RunConfiguration.infusionName(treatment.name)] = (treatment.name, fields) }
    }
    let nodes = model.document["processes"]?.array ?? []
    for (process, node) in zip(model.processes, nodes) {
      let line = RunConfiguration.lineName(process.name)
      let changed = Set(process.changes.map(\.field))
      func clash(_ other: String, _ fields: Set<String>) {
        guard let field = fields.intersection(changed).min() else { return }
        found.error(
          "a process cannot be called \"\(process.name)\": in the ledger of \(field) that is \(other)",
          at: node["name"]?.place, remedy: "choose another name")
      }
      if let other = infused[line] { clash("what the treatment \(other.treatment) infuses", other.fields) }
      for other in model.processes
      where other.name != process.name && RunConfiguration.lineName(other.name) == line
        && line == process.name
      {
        clash("the process \"\(other.name)\"", Set(other.changes.map(\.field)))
      }
    }
  }

  /// Warns of parameters that are in no expression.
  mutating func warnOfUnusedParameters(_ model: Model) {
    let texts = ModelTexts(model.document)
    guard !texts.parameters.isEmpty else { return }
    let here = ["domain", "initial", "history", "treatment", "observables", "stop"].flatMap { key in
      root[key].map { ModelTexts.texts(within: $0).map(\.1) } ?? []
    }
    var used = Set((texts.texts.map(\.syntax) + here).flatMap(\.names))
    for text in texts.functions.values { used.formUnion(text.text.syntax.names) }
    for parameter in texts.parameters where !used.contains(parameter.key) {
      found.warning(
        "the parameter \(parameter.key) is never used", at: parameter.keyPlace,
        remedy: "is it meant under another name? Its value changes nothing")
    }
  }

  /// Warns of processes of one name, and of losses whose rate is a gain.
  mutating func warnOfProcesses(_ model: Model) {
    var names = Set((model.document["reactions"]?.members ?? []).map { "reaction of \($0.key)" })
    for node in model.document["processes"]?.array ?? [] {
      guard let name = node["name"]?.string, !names.insert(name).inserted else { continue }
      found.warning(
        "there are two processes called \"\(name)\": messages and the ledger cannot tell them apart",
        at: node["name"]?.place, remedy: "give each its own name")
    }
    var known: [Symbol: Interval] = [:]
    for (name, value) in model.parameterValues { known[.parameter(name)] = Interval(value, value) }
    for field in model.fields { known[.field(field.name)] = .nonNegative }
    for (process, node) in zip(model.processes, model.document["processes"]?.array ?? []) {
      let amounts = process.changes.map { $0.amount.interval(known) }
      let rate = process.rate.interval(known)
      guard !amounts.isEmpty, amounts.allSatisfy({ $0.isNonPositive && $0.low < 0 }), rate.isNonPositive, rate.low < 0
      else { continue }
      found.warning(
        "the process \(process.name) takes something away at a rate that is negative, so that it adds",
        at: node["rate"]?.place, remedy: "look at the signs of its parameters, or change \"change\"")
    }
  }

  /// Reports divisions by 0, and other operations on parameters alone that give no number, where nothing keeps them from
  /// being carried out.
  private mutating func checkDivisions(_ model: Model, _ axes: [String]) {
    let texts = ModelTexts(model.document)
    var nodes = texts.texts.map { ($0.node, $0.syntax) }
    for key in ["initial", "history", "treatment", "observables", "stop"] {
      if let node = root[key] { nodes += ModelTexts.texts(within: node) }
    }
    let scope = model.scope(coordinates: axes, allows: [.rate, .random, .delays])
    let values = Dictionary(
      uniqueKeysWithValues: model.parameterValues.map { (Symbol.parameter($0.key), Expression.constant($0.value)) })
    for (node, syntax) in nodes {
      guard let expression = try? Expression(syntax, in: scope), expression.substituting(values).hasUndefinedNumber
      else {
        continue
      }
      var isFound = false
      for part in syntax.nodes {
        guard case .infix("/", _, _, let divisor) = part.kind else { continue }
        let range = syntax.nodes[divisor].range
        let text = String(decoding: Array(syntax.text.utf8)[range], as: UTF8.self)
        guard let written = try? Expression(text, in: scope), written.substituting(values).constantValue == 0 else {
          continue
        }
        isFound = true
        let reason = written.constantValue == 0 ? "which gives no finite number" : "which is 0 with these parameters"
        found.error(
          "a division by \(text), \(reason)", at: node.place(inString: range),
          remedy: "give a parameter another value, or leave the division out with where(…)")
      }
      if !isFound {
        found.error(
          "with these parameters a part of this is no finite number: a division by 0, or a root or logarithm of what has none",
          at: node.place, remedy: "look at its parameters, also in the functions that it uses")
      }
    }
  }
}

extension String {
  fileprivate var hasControlCharacters: Bool {
    unicodeScalars.contains { $0.properties.generalCategory == .control }
  }
}

extension ModelTexts {
  /// All strings of a value that read as expressions, and where they stand.
  static func texts(within node: JSONNode) -> [(JSONNode, Syntax)] {
    if let array = node.array { return array.flatMap { texts(within: $0) } }
    if node.object != nil { return node.members.flatMap { texts(within: $0.value) } }
    return node.string.flatMap { try? Syntax.parse($0) }.map { [(node, $0)] } ?? []
  }
}
