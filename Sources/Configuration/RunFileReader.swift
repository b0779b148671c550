import Documents
import Expressions
import Fields
import Models
import Operators
import Reports
import Simulations
import Storage

extension RunConfiguration {
  /// Reads and checks a run file.
  ///
  /// - Parameters:
  ///   - source: its text; relative paths in it are taken from the directory of its name.
  ///   - overrides: values set from outside, as in `time.end=10`.
  package init(_ source: SourceText, overrides: [String] = []) throws(Diagnostics) {
    let given = try JSONNode.parse(source)
    var root = given
    var (found, contradictions) = (Diagnostics(), Diagnostics())
    var settings: [Setting] = []
    for override in overrides {
      let (path, text) = try JSONNode.override(override)
      root = try RunConfiguration.schema.withoutExcluded(root.setting(path, to: text), bySetting: path)
      RunConfiguration.checkName(path, in: root, parameters: given["model"], &found)
      let isLost = { (earlier: Setting) in !(root.value(atPath: earlier.path)?.holds(earlier.value) ?? false) }
      for earlier in settings.filter(isLost) {
        contradictions.error(
          "this contradicts --set \(quoted(earlier.text)), which comes before it", at: Setting.place(path, in: root),
          remedy: "leave one of the two out")
      }
      settings.removeAll(where: isLost)
      if let value = root.value(atPath: path) { settings.append(Setting(path: path, text: override, value: value)) }
    }
    try found.throwIfErrors()
    var reader = RunFileReader(root: root, source: source, overrides: overrides)
    reader.found.merge(contradictions)
    self = try reader.read()
  }

  /// The value at a path if it, and not the file, was set from outside.
  package func setFromOutside(_ path: String...) -> JSONNode? { setFromOutside(path) }

  package func setFromOutside(_ path: [String]) -> JSONNode? {
    let node = path.reduce(JSONNode?.some(document)) { $0?[$1] }
    return node.flatMap { $0.place.source === document.place.source ? nil : $0 }
  }

  /// A value that is set from outside.
  private struct Setting {
    let path: String
    /// As it is written, with the path.
    let text: String
    let value: JSONNode

    /// The whole of what was set at a path.
    static func place(_ path: String, in root: JSONNode) -> Place? {
      root.value(atPath: path).map { Place(source: $0.place.source, range: 0..<$0.place.source.bytes.count) }
    }
  }

  /// A parameter that is set as if it were a part of the run file.
  private static func checkName(
    _ path: String, in root: JSONNode, parameters model: JSONNode?, _ found: inout Diagnostics
  ) {
    guard !schemaKeys.contains(path), !path.contains("."), let place = root.keyPlace(path) else { return }
    let names =
      model?["parameters"]?.members.map(\.key)
      ?? (try? model?.string.flatMap { try Catalogue.model($0) })?.parameters.map(\.name) ?? []
    guard names.contains(path) else { return }
    found.error("a run file has no key \"\(path)\"", at: place, suggestion: "parameters.\(path)")
  }

  private static let schemaKeys: Set<String> = {
    if case .object(let properties) = schema { Set(properties.map(\.name)) } else { [] }
  }()
}

/// Turns a run file into a configuration.
///
/// Whatever is of the wrong kind has been reported by the description of the
/// file, and is skipped here.
struct RunFileReader {
  let root: JSONNode
  let source: SourceText
  let overrides: [String]
  /// The model, if it need not be read.
  private let known: Model?
  var found: Diagnostics
  /// Whether axes that the domain lacks have been reported where the model names them.
  var lacksAxes = false
  /// The units of expressions; nil if they are not judged, as those of the model are wrong or have been checked before.
  var units: ExpressionUnits?

  init(root: JSONNode, source: SourceText, overrides: [String], model: Model? = nil) {
    self.root = root
    self.source = source
    self.overrides = overrides
    known = model
    found = RunConfiguration.schema.check(root)
  }

  mutating func read() throws(Diagnostics) -> RunConfiguration {
    let model = known ?? readModel()
    let grid = readGrid(model)
    let (start, end) = readInterval()
    prepareUnits(model, grid)
    guard let model else {
      checkWithoutModel(start, end)
      throw found
    }
    // Without a grid the rest is still checked, as if it had all axes.
    let domain = grid?.axes ?? ["x", "y", "z"].map { Axis(name: $0, length: 1, points: 1) }
    let axes = domain.map(\.name)
    let diffusivities = readDiffusivities(model, axes)
    let sides = readSides(model, domain, diffusivities)
    checkCoordinates(model, axes)
    checkNoise(model, axes)
    if grid != nil { warnOfHiddenCoordinates(model, domain) }
    let quasiSteadyOrder = checkQuasiSteady(model)
    checkFreeBoundary(model, domain, diffusivities, sides)
    let mask = readMask(model, axes)
    checkDelays(model, axes)
    let initial = readInitial(model, axes)
    let history = readHistory(model, axes)
    let observables = readObservables(model, axes, grid)
    let treatments = readTreatments(model, axes, start, end)
    checkDelaysUnderTreatment(model)
    let stops = readStops(model, axes)
    let (methods, symbol, taxisFluxes) = readNumerics(model)
    checkExtinction(model, start, end)
    let steps = readSteps(model, start, end)
    let scheme = scheme(model, sides)
    let reactions = readReactions(steps, scheme)
    checkNamesAndUnits(model, axes, treatments)
    guard let grid else { throw found }
    checkFieldNames(model, grid)
    let output = root["output"]
    var configuration = RunConfiguration(
      title: root["title"]?.string ?? model.title ?? model.name, model: model, grid: grid, mask: mask,
      lengthUnit: root["domain"]?["unit"]?.string ?? model.lengthUnit,
      timeUnit: root["time"]?["unit"]?.string ?? model.timeUnit,
      diffusivities: diffusivities, sides: sides, initial: initial, history: history,
      quasiSteadyOrder: quasiSteadyOrder, startTime: start, endTime: end,
      steps: steps, estimatesError: root["time"]?["estimate_error"]?.boolean ?? false,
      askedScheme: scheme, scheme: scheme,
      reactionMethod: reactions.method, askedReactionTolerance: reactions.tolerance,
      requestedMethods: methods, symbol: symbol, taxisFluxes: taxisFluxes, treatments: treatments, stops: stops,
      observables: observables,
      directory: output?["directory"]?.string ?? standardDirectory,
      fieldInterval: output?["fields"]?["every"]?.number,
      observableInterval: output?["observables"]?["every"]?.number ?? (end - start) / 100,
      imageInterval: output?["images"]?["every"]?.number,
      keepsLedger: output?["ledger"]?.boolean ?? false,
      colormap: output?["images"]?["colormap"]?.string.flatMap(Colormap.named) ?? Colormap.all[0],
      checkpoints: checkpointPolicy,
      seed: UInt64(root["seed"]?.integer ?? 0), threads: root["threads"]?.integer ?? 0, warnings: found,
      sourceText: source.text, overrides: overrides, document: root)
    // What is wrong with numbers at the start is told together with the other errors.
    if found.hasErrors {
      found.merge(configuration.checkNumbersAtStart())
      throw found
    }
    configuration.findTimes()
    configuration.noiseInterval = root["time"]?["noise_interval"]?.number ?? configuration.firstStep.size
    if known == nil { try checkChangedParameters(configuration) }
    return configuration
  }

  private var checkpointPolicy: CheckpointPolicy {
    let node = root["checkpoint"]
    return CheckpointPolicy(
      every: node?["every"]?.number, wallSeconds: (node?["wall_minutes"]?.number ?? 10) * 60,
      keep: node?["keep"]?.integer ?? 3)
  }

  /// Compares the units of the model with those of the run, and notes the units and axes that its expressions have.
  private mutating func prepareUnits(_ model: Model?, _ grid: Grid?) {
    if known != nil { return }
    let unitsAgree = checkUnits(model?.document ?? root["model"])
    if unitsAgree, let model, let grid { units = expressionUnits(model, grid.axes) }
    if let axes = grid?.axes.map(\.name) {
      lacksAxes = checkCoordinates(inTextsOf: model?.document ?? root["model"], axes: axes)
    }
  }

  private mutating func checkNamesAndUnits(_ model: Model, _ axes: [String], _ treatments: [Treatment]) {
    if known != nil { return }
    checkNames(model, axes, treatments)
    checkUnitsOfRates(model)
  }

  /// Checks what the run file says of a model that has errors itself.
  private mutating func checkWithoutModel(_ start: Double, _ end: Double) {
    guard let node = root["model"], node.object != nil, let model = Model.partial(node, path: ["model"]) else { return }
    let axes = ["x", "y", "z"]
    _ = readParameters(of: model)
    _ = readInitial(model, axes)
    _ = readHistory(model, axes)
    _ = readObservables(model, axes, nil)
    _ = readTreatments(model, axes, start, end)
    _ = readStops(model, axes)
  }

  private var standardDirectory: String {
    let name = source.name.split(separator: "/").last ?? "run"
    return "runs/" + (name.hasSuffix(".json") ? name.dropLast(5) : name)
  }

  // MARK: Model

  private mutating func readModel() -> Model? {
    guard let node = root["model"] else { return nil }
    do throws(Diagnostics) {
      guard let model = try findModel(node) else { return nil }
      return model.with(parameters: readParameters(of: model))
    } catch {
      // A model written out in the run file has been checked with it: what is wrong is listed once.
      found.merge(error)
      return nil
    }
  }

  /// A path in the run file is taken from its directory, one that is set from outside from where the program runs.
  func directory(of node: JSONNode) -> String {
    guard node.place.source === source, let end = source.name.lastIndex(of: "/") else { return "" }
    return String(source.name[...end])
  }

  private mutating func findModel(_ node: JSONNode) throws(Diagnostics) -> Model? {
    guard let name = node.string else { return node.object == nil ? nil : try Model(node, path: ["model"]) }
    if let model = try Catalogue.model(name) { return model }
    guard name.contains("/") || name.hasSuffix(".json") else {
      found.error(
        "the catalogue has no model \"\(name)\"", at: node.place,
        suggestion: nearestSpelling(of: name, among: Catalogue.names),
        remedy: "its models: " + Catalogue.names.joined(separator: ", "))
      return nil
    }
    let path = name.hasPrefix("/") ? name : directory(of: node) + name
    let bytes: [UInt8]
    do throws(StorageError) {
      bytes = try AtomicFile.read(path, limit: 4 << 20)
    } catch {
      found.error("the model file \(error)", at: node.place, isMissingFile: error.isMissingFile)
      return nil
    }
    return try Model(JSONNode.parse(SourceText(name: path, bytes: bytes)))
  }

  private mutating func readParameters(of model: Model) -> [String: Double] {
    var values: [String: Double] = [:]
    for member in root["parameters"]?.members ?? [] {
      guard let parameter = model.parameters.first(where: { $0.name == member.key }) else {
        let known = model.parameters.map(\.name)
        found.error(
          "the model \(model.name) has no parameter \"\(member.key)\"", at: member.keyPlace,
          suggestion: nearestSpelling(of: member.key, among: known),
          remedy: "its parameters: " + known.joined(separator: ", "))
        continue
      }
      if let inModel = root["model"]?["parameters"]?[member.key], inModel.place.source !== source {
        found.error(
          "model.parameters.\(member.key) is set from outside, but parameters.\(member.key) is given too, and counts",
          at: inModel.place, remedy: "set parameters.\(member.key)")
      }
      guard let value = member.value.number else { continue }
      parameter.checkRange(value, at: member.value.place, &found)
      values[member.key] = value
    }
    return values
  }

  // MARK: Start

  private mutating func readInitial(_ model: Model, _ axes: [String]) -> [InitialValue] {
    guard let node = root["initial"], node.object != nil else { return [] }
    let scope = model.scope(coordinates: axes, allows: [.position, .random])
    for member in node.members where !model.fieldNames.contains(member.key) {
      found.error(
        "there is no field \"\(member.key)\"", at: member.keyPlace,
        suggestion: nearestSpelling(of: member.key, among: model.fieldNames),
        remedy: "the fields: " + model.fieldNames.joined(separator: ", "))
    }
    // In place of what has an error.
    let none = InitialValue.expression(.constant(0))
    return model.fieldNames.map { name in
      // Found from what is delayed.
      if model.fields.contains(where: { $0.name == name && $0.stage != nil }) { return .expression(.constant(0)) }
      guard let value = node[name] else {
        if model.fields.contains(where: { $0.name == name && $0.isQuasiSteady }) { return .expression(.constant(0)) }
        found.error(
          "the initial value of field \(name) is missing",
          at: node.place.opening,
          remedy: "add \"\(name)\": 0")
        return none
      }
      if model.compartmentNames.contains(name) { return readInitialCompartment(name, value, model) ?? none }
      if value.object != nil { return .file(ArraySource(value, field: name, directory: directory(of: value))) }
      let subject = "the initial value of field \(name)"
      guard let expression = value.expression(in: scope, context: "in \(subject)", &found) else { return none }
      checkUnits(of: expression, subject, at: value.place, as: unit(of: name))
      return .expression(expression)
    }
  }

  // MARK: Output

  private mutating func readObservables(
    _ model: Model, _ axes: [String], _ grid: Grid?
  ) -> [(name: String, expression: Expression, unit: String?)] {
    let scope = model.scope(coordinates: axes, allows: .rate)
    return (root["observables"]?.members ?? []).compactMap { member in
      let context = "in the observable \(member.key)"
      let value = member.value["value"] ?? member.value
      guard let expression = value.expression(in: scope, context: context, &found) else { return nil }
      if model.compartmentNames.contains(member.key) {
        found.error("the compartment \(member.key) is written in any case", at: member.keyPlace, remedy: "leave it out")
      }
      if model.varies(expression) {
        found.error(
          "the observable \(member.key) varies from point to point", at: value.place,
          remedy: "make it one number with integral(…), mean(…), min(…) or max(…)")
      }
      checkUnits(of: model.undelayed(expression), "the observable \(member.key)", at: value.place)
      checkUnit(of: expression, named: member.key, member.value["unit"])
      return (member.key, model.forDomain(expression), member.value["unit"]?.string)
    }
  }

  private mutating func readNumerics(_ model: Model) -> ([PropagatorMethod?], DiffusionSymbol, TaxisFluxes) {
    let node = root["numerics"]
    let propagator = node?["propagator"]
    for member in propagator?.members ?? [] where !model.fieldNames.contains(member.key) {
      found.error(
        "there is no field \"\(member.key)\"", at: member.keyPlace,
        suggestion: nearestSpelling(of: member.key, among: model.fieldNames))
    }
    let methods = model.fieldNames.map { name in
      (propagator?.string ?? propagator?[name]?.string).flatMap(PropagatorMethod.init)
    }
    return (
      methods, node?["symbol"]?.string.flatMap(DiffusionSymbol.init) ?? .spectral,
      node?["taxis"]?.string.flatMap(TaxisFluxes.init) ?? .limited
    )
  }
}
