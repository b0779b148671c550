import Documents
import Expressions

extension Model {
  /// Reads a model and checks it: structure, names, expressions.
  ///
  /// All problems are found at once.
  ///
  /// - Parameter path: the keys that lead to it, where it is part of a run file.
  package init(_ node: JSONNode, path: [String] = []) throws(Diagnostics) {
    var reader = ModelReader(node, path: path)
    self = try reader.read()
  }

  /// What can be read of a model that has errors, so that what mentions its fields and parameters can be checked with it.
  ///
  /// - Returns: nil if not all of its names and numbers are known.
  package static func partial(_ node: JSONNode, path: [String]) -> Model? {
    var reader = ModelReader(node, path: path)
    guard let model = reader.readAll(), model.parameters.allSatisfy(\.value.isFinite) else { return nil }
    return model
  }
}

/// Turns a JSON object into a model.
private struct ModelReader {
  let node: JSONNode
  var found: Diagnostics
  private var parameters: [Parameter] = []
  private var functions: [String: ModelFunction] = [:]
  /// Every name that is taken, and what it stands for.
  private var names: [String: String] = [:]
  private var extraction = DelayExtraction()
  /// What is delayed in the rates read so far.
  private var delays: [ModelDelay] = []

  init(_ node: JSONNode, path: [String]) {
    self.node = node
    found = Model.schema.check(node, path: path)
  }

  mutating func read() throws(Diagnostics) -> Model {
    let model = readAll()
    try found.throwIfErrors()
    guard let model else { throw found }
    return model
  }

  /// - Returns: the model without what is wrong in it, which is in `found`; nil if not even its names are known.
  mutating func readAll() -> Model? {
    readNames()
    // Without fields all that mentions one would be wrong.
    if let fields = node["fields"], fields.object == nil { return nil }
    let scope = Model.scope(
      fields: allMembers.map(\.key), parameters: parameters.map(\.name), functions: functions,
      coordinates: Scope.allCoordinates, allows: .rate)
    let scopeOfProcesses = Model.scope(
      fields: allMembers.map(\.key), parameters: parameters.map(\.name), functions: functions,
      coordinates: Scope.allCoordinates, allows: [.rate, .delays])
    for member in node["functions"]?.members ?? [] { checkBody(member, scopeOfProcesses) }
    var fields =
      fieldMembers.compactMap { field($0, scope) } + compartmentMembers.map { ModelField(compartment: $0) }
    var processes = self.processes(scopeOfProcesses)
    addStages(to: &fields, &processes)
    let noise = self.noise(scope)
    let freeBoundary = self.freeBoundary(scope)
    if fieldMembers.isEmpty, compartmentMembers.isEmpty {
      found.error(
        "the model has no field", at: (node["fields"] ?? node).place,
        remedy: "give \"fields\", or \"compartments\" alone")
      return nil
    }
    var model = Model(
      name: node["name"]?.string ?? "", title: node["title"]?.string,
      sources: (node["sources"]?.array ?? []).compactMap(\.string), lengthUnit: node["units"]?["length"]?.string,
      timeUnit: node["units"]?["time"]?.string, parameters: parameters, fields: fields,
      processes: processes.map { $0.scalingHills(parameters) },
      freeBoundary: freeBoundary, functions: functions, document: node)
    model.delays = delays
    model.noise = noise
    if found.hasErrors { return model }
    model.checkCompartments(&found)
    model.checkNoise(&found)
    return model
  }

  private var fieldMembers: [JSONObject.Member] { node["fields"]?.members ?? [] }
  private var compartmentMembers: [JSONObject.Member] { node["compartments"]?.members ?? [] }
  private var allMembers: [JSONObject.Member] { fieldMembers + compartmentMembers }

  // MARK: Names

  private mutating func readNames() {
    for member in fieldMembers { claim(member.key, "a field", member.keyPlace) }
    for member in compartmentMembers { claim(member.key, "a compartment", member.keyPlace) }
    for member in node["parameters"]?.members ?? [] {
      claim(member.key, "a parameter", member.keyPlace)
      // One without a good value has been reported, and is a name all the same.
      parameters.append(
        parameter(member) ?? Parameter(name: member.key, value: .nan, unit: nil, source: nil, range: nil))
    }
    for member in node["functions"]?.members ?? [] { readFunction(member) }
  }

  /// Takes a name, which must be a word of its own.
  private mutating func claim(_ name: String, _ kind: String, _ place: Place) {
    if name.isEmpty {
      // Reported with the keys.
    } else if !Scope.isName(name) {
      found.error(
        "\"\(name)\" cannot be a name", at: place, remedy: "use letters, digits and _, and begin with a letter")
    } else if Scope.isReserved(name) {
      found.error("\"\(name)\" is a word of the expression language", at: place, remedy: "choose another name")
    } else if let other = names[name] {
      found.error("the name \"\(name)\" is taken by \(other)", at: place, remedy: "choose another name")
    }
    names[name] = kind
  }

  private mutating func parameter(_ member: JSONObject.Member) -> Parameter? {
    guard let value = member.value.number ?? member.value["value"]?.number else { return nil }
    let bounds = (member.value["range"]?.array ?? []).compactMap(\.number)
    var range: ClosedRange<Double>?
    if bounds.count == 2, let place = member.value["range"]?.place {
      if bounds[0] <= bounds[1] {
        range = bounds[0]...bounds[1]
      } else {
        found.error("the range of parameter \(member.key) ends before it begins", at: place)
      }
    }
    let parameter = Parameter(
      name: member.key, value: value, unit: member.value["unit"]?.string, source: member.value["source"]?.string,
      range: range)
    parameter.checkRange(value, at: (member.value["value"] ?? member.value).place, &found)
    return parameter
  }

  // MARK: Functions

  /// Reads `name` or `name(a, b)`.
  private mutating func readFunction(_ member: JSONObject.Member) {
    var name = member.key
    var arguments: [String] = []
    if let open = name.firstIndex(of: "("), name.hasSuffix(")") {
      arguments = name[name.index(after: open)..<name.index(before: name.endIndex)].split(separator: ",")
        .map { String($0.filter { $0 != " " }) }
      name = String(name[..<open])
    }
    claim(name, "a function", member.keyPlace)
    for argument in arguments {
      if !Scope.isName(argument) {
        found.error(
          "the argument \"\(argument)\" of the function \(name) cannot be a name", at: member.keyPlace,
          remedy: "use letters, digits and _, and begin with a letter")
      } else if Scope.isReserved(argument) {
        found.error(
          "the argument \"\(argument)\" of the function \(name) is a word of the expression language",
          at: member.keyPlace, remedy: "choose another name")
      }
    }
    if Set(arguments).count < arguments.count {
      found.error("the function \(name) has two arguments of the same name", at: member.keyPlace)
    }
    guard let text = member.value.string else { return }
    do throws(ExpressionProblems) {
      functions[name] = ModelFunction(arguments: arguments, body: try Syntax.parse(text))
    } catch {
      found.add(error, in: member.value, context: "in the function \(name)")
      // Whoever uses it makes no mistake.
      functions[name] = (try? Syntax.parse("0")).map { ModelFunction(arguments: arguments, body: $0) }
    }
  }

  /// Reads the body once by itself, to find what is wrong in it where it stands.
  private mutating func checkBody(_ member: JSONObject.Member, _ scope: Scope) {
    let name = String(member.key.prefix { $0 != "(" })
    do throws(ExpressionProblems) {
      try scope.check(function: name)
    } catch {
      found.add(error, in: member.value, context: "in the function \(name)")
    }
  }

  // MARK: Fields and processes

  private mutating func field(_ member: JSONObject.Member, _ scope: Scope) -> ModelField? {
    let node = member.value
    let context = "in the diffusion of field \(member.key)"
    let diffusivity =
      node["diffusion"].flatMap { Diffusivity($0, in: scope, context: context, &found) }
      ?? Diffusivity(at: member.keyPlace)
    // With the other errors of the model; what depends on parameters is known when the run file has given their values.
    for (expression, place) in diffusivity.all {
      guard let value = expression.value(at: [:]), !(value >= 0 && value.isFinite) else { continue }
      found.error(Diffusivity.problem(value, of: member.key), at: place)
    }
    func sides(_ permissions: Scope.Permissions) -> Scope {
      Model.scope(
        fields: allMembers.map(\.key), parameters: parameters.map(\.name), functions: functions,
        coordinates: Scope.allCoordinates, allows: permissions)
    }
    let (given, exchange) = (sides(Model.sidePermissions), sides(Model.exchangePermissions))
    return ModelField(
      name: member.key, title: node["title"]?.string, unit: node["unit"]?.string, diffusivity: diffusivity,
      faceMean: node["face_mean"]?.string, crossDiffusion: crossDiffusion(member, scope),
      taxis: taxis(member, scope), taxisPlace: (node["taxis"] ?? node["advection"])?.place,
      advection: advection(member, scope), isQuasiSteady: node["quasi_steady"]?.boolean ?? false,
      extinction: node["extinction"].flatMap(ExtinctionThreshold.init),
      boundaries: node["boundary"].map {
        BoundaryConditions($0, in: given, exchange: exchange, of: "field \(member.key)", &found)
      } ?? .init())
  }

  private mutating func taxis(
    _ field: JSONObject.Member, _ scope: Scope
  ) -> [(toward: String, sensitivity: Expression)] {
    (field.value["taxis"]?.array ?? []).compactMap { node in
      guard let toward = node["toward"], let name = toward.string, let sensitivity = node["sensitivity"] else {
        return nil
      }
      checkField(name, at: toward.place)
      return expression(sensitivity, scope, context: "in the taxis of field \(field.key)").map { (name, $0) }
    }
  }

  private mutating func advection(_ field: JSONObject.Member, _ scope: Scope) -> [String: Expression] {
    var components: [String: Expression] = [:]
    for member in field.value["advection"]?.members ?? [] {
      guard Scope.allCoordinates.contains(member.key) else {
        found.error("\"\(member.key)\" is not an axis", at: member.keyPlace, remedy: "write x, y, z or r")
        continue
      }
      components[member.key] = expression(member.value, scope, context: "in the advection of field \(field.key)")
    }
    return components
  }

  private mutating func crossDiffusion(
    _ field: JSONObject.Member, _ scope: Scope
  ) -> [(field: String, coefficient: Expression, place: Place)] {
    (field.value["cross_diffusion"]?.members ?? []).compactMap { member in
      checkField(member)
      if member.key == field.key {
        found.error(
          "the cross-diffusion of field \(field.key) is along the gradients of other fields", at: member.keyPlace,
          remedy: "its own belongs under \"diffusion\"")
        return nil
      }
      return expression(member.value, scope, context: "in the cross-diffusion of field \(field.key)")
        .map { (member.key, $0, member.value.place) }
    }
  }

  private mutating func processes(_ scope: Scope) -> [Process] {
    var processes: [Process] = []
    for node in node["processes"]?.array ?? [] {
      let name = node["name"]?.string ?? "?"
      let rate = node["rate"].flatMap { delayedExpression($0, scope, context: "in the rate of process \(name)") }
      let changes = (node["change"]?.members ?? []).compactMap { member -> (field: String, amount: Expression)? in
        checkField(member, isInSpace: false)
        return delayedExpression(member.value, scope, context: "in what process \(name) changes")
          .map { (member.key, $0) }
      }
      if let rate { processes.append(Process(name: name, rate: rate, changes: changes)) }
    }
    for member in node["reactions"]?.members ?? [] {
      checkField(member, isInSpace: false)
      if let rate = delayedExpression(member.value, scope, context: "in the reaction of field \(member.key)") {
        processes.append(
          Process(name: "reaction of \(member.key)", rate: rate, changes: [(member.key, .constant(1))]))
      }
    }
    return processes
  }

  /// An expression with fields in place of the delayed values, which are noted.
  private mutating func delayedExpression(_ node: JSONNode, _ scope: Scope, context: String) -> Expression? {
    guard let expression = expression(node, scope, context: context) else { return nil }
    let replaced = extraction.replaceDelays(in: expression)
    delays += extraction.delays.dropFirst(delays.count).map { ModelDelay(delay: $0, place: node.place) }
    return replaced
  }

  /// Adds the fields of gamma-distributed delays, and what changes them; those of what is one number for the whole domain
  /// are compartments.
  private func addStages(to fields: inout [ModelField], _ processes: inout [Process]) {
    let compartments = Set(compartmentMembers.map(\.key))
    for delay in delays {
      for stage in 0..<(delay.delay.stages ?? 0) {
        let stage = DelayStage(delay: delay.delay, stage: stage + 1)
        let isUniform = !delay.delay.argument.varies(compartments: compartments)
        fields.append(ModelField(stage, isCompartment: isUniform, place: delay.place))
        processes.append(Process(stage))
      }
    }
  }

  private mutating func noise(_ scope: Scope) -> [NoiseSource] {
    (node["noise"]?.array ?? []).compactMap { node in
      let name = node["name"]?.string ?? "?"
      let changes = (node["change"]?.members ?? []).compactMap { member -> (String, Expression, Place)? in
        checkField(member, isInSpace: false)
        return expression(member.value, scope, context: "in the noise \(name)")
          .map { (member.key, $0, member.value.place) }
      }
      return node["correlation"]?.string.flatMap(NoiseSource.Correlation.init)
        .map { NoiseSource(name: name, correlation: $0, changes: changes, place: (node["name"] ?? node).place) }
    }
  }

  private mutating func freeBoundary(_ scope: Scope) -> FreeBoundaryLaw? {
    guard let node = node["free_boundary"] else { return nil }
    let context = "in the law of the free boundary"
    if let law = node["stefan"], let field = law["field"], let name = field.string, let node = law["coefficient"] {
      checkField(name, at: field.place)
      return expression(node, scope, context: context)
        .map { FreeBoundaryLaw(kind: .stefan(field: name, coefficient: $0), place: node.place) }
    }
    if let law = node["growth"], let rate = law["rate"], let carried = law["carries"]?.array {
      for field in carried { if let name = field.string { checkField(name, at: field.place) } }
      return expression(rate, scope, context: context)
        .map { FreeBoundaryLaw(kind: .growth(rate: $0, carried: carried.compactMap(\.string)), place: rate.place) }
    }
    return nil
  }

  private mutating func checkField(_ member: JSONObject.Member, isInSpace: Bool = true) {
    checkField(member.key, at: member.keyPlace, isInSpace: isInSpace)
  }

  private mutating func checkField(_ name: String, at place: Place, isInSpace: Bool = true) {
    let known = (isInSpace ? fieldMembers : allMembers).map(\.key)
    if !known.contains(name) {
      found.error(
        "there is no field \"\(name)\"", at: place, suggestion: nearestSpelling(of: name, among: known),
        remedy: "the fields: " + known.joined(separator: ", "))
    }
  }

  private mutating func expression(_ node: JSONNode, _ scope: Scope, context: String) -> Expression? {
    node.expression(in: scope, context: context, &found)
  }
}

extension Parameter {
  /// Reports a value outside the range that the model gives.
  package func checkRange(_ value: Double, at place: Place, _ found: inout Diagnostics) {
    guard let range, !range.contains(value) else { return }
    let bounds = "\(JSONText.text(range.lowerBound)) and \(JSONText.text(range.upperBound))"
    found.error("parameter \(name) is \(JSONText.text(value)), but must be between \(bounds)", at: place)
  }
}
