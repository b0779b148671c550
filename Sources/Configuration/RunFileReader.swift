import Documents
import Expressions
import Fields
import Models
import Operators
import Reports
import Simulations
import Storage
import TimeStepping

extension RunConfiguration {
  /// Reads and checks a run file.
  ///
  /// - Parameters:
  ///   - source: its text; relative paths in it are taken from the directory of its name.
  ///   - overrides: values set from outside, as in `time.end=10`.
  package init(_ source: SourceText, overrides: [String] = []) throws(Diagnostics) {
    var root = try JSONNode.parse(source)
    for override in overrides {
      let (path, text) = try JSONNode.override(override)
      root = try root.setting(path, to: text)
    }
    var reader = RunFileReader(root: root, source: source, overrides: overrides)
    self = try reader.read()
  }
}

/// Turns a run file into a configuration.
///
/// Whatever is of the wrong kind has been reported by the description of the
/// file, and is skipped here.
private struct RunFileReader {
  let root: JSONNode
  let source: SourceText
  let overrides: [String]
  var found: Diagnostics

  init(root: JSONNode, source: SourceText, overrides: [String]) {
    self.root = root
    self.source = source
    self.overrides = overrides
    found = RunConfiguration.schema.check(root)
  }

  mutating func read() throws(Diagnostics) -> RunConfiguration {
    let model = readModel()
    let grid = readGrid()
    let (start, end, step) = readTime()
    guard let model else { throw found }
    // Without a grid the rest is still checked, as if it had all axes.
    let domain = grid?.axes ?? ["x", "y", "z"].map { Axis(name: $0, length: 1, points: 1) }
    let axes = domain.map(\.name)
    let diffusivities = readDiffusivities(model, axes)
    let sides = readSides(model, domain, diffusivities)
    checkCoordinates(model, axes)
    warnOfHiddenRadius(model, domain)
    let quasiSteadyOrder = checkQuasiSteady(model)
    let mask = readMask(model, axes)
    let initial = readInitial(model, axes)
    let observables = readObservables(model, axes)
    let (methods, symbol) = readNumerics(model)
    guard let grid else { throw found }
    let output = root["output"]
    try found.throwIfErrors()
    return RunConfiguration(
      title: root["title"]?.string ?? model.title ?? model.name, model: model, grid: grid, mask: mask,
      lengthUnit: root["domain"]?["unit"]?.string ?? model.lengthUnit,
      timeUnit: root["time"]?["unit"]?.string ?? model.timeUnit,
      diffusivities: diffusivities, sides: sides, initial: initial,
      quasiSteadyOrder: quasiSteadyOrder, startTime: start, endTime: end,
      step: step,
      scheme: scheme(model, sides),
      reactionMethod: root["time"]?["reactions"]?["method"]?.string.flatMap(RungeKuttaPair.named) ?? .standard,
      reactionTolerance: root["time"]?["reactions"]?["tolerance"]?.number ?? 1e-6, requestedMethods: methods,
      symbol: symbol,
      observables: observables, directory: output?["directory"]?.string ?? standardDirectory,
      fieldInterval: output?["fields"]?["every"]?.number,
      observableInterval: output?["observables"]?["every"]?.number ?? (end - start) / 100,
      imageInterval: output?["images"]?["every"]?.number,
      colormap: output?["images"]?["colormap"]?.string.flatMap(Colormap.named) ?? Colormap.all[0],
      checkpoints: CheckpointPolicy(
        every: root["checkpoint"]?["every"]?.number,
        wallSeconds: (root["checkpoint"]?["wall_minutes"]?.number ?? 10) * 60,
        keep: root["checkpoint"]?["keep"]?.integer ?? 3),
      seed: UInt64(root["seed"]?.integer ?? 0), threads: root["threads"]?.integer ?? 0, warnings: found,
      sourceText: source.text, overrides: overrides, document: root)
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
  private func directory(of node: JSONNode) -> String {
    guard node.place.source === source, let end = source.name.lastIndex(of: "/") else { return "" }
    return String(source.name[...end])
  }

  private mutating func findModel(_ node: JSONNode) throws(Diagnostics) -> Model? {
    guard let name = node.string else { return node.object == nil ? nil : try Model(node) }
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
      found.error("the model file \(error)", at: node.place)
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
      guard let value = member.value.number else { continue }
      parameter.checkRange(value, at: member.value.place, &found)
      values[member.key] = value
    }
    return values
  }

  // MARK: Domain

  private mutating func readGrid() -> Grid? {
    guard let domain = root["domain"] else { return nil }
    let sizes = (domain["size"]?.array ?? []).compactMap(\.number)
    let points = (domain["points"]?.array ?? []).compactMap(\.integer)
    let origins = (domain["origin"]?.array ?? []).compactMap(\.number)
    guard !sizes.isEmpty, !points.isEmpty, sizes.allSatisfy({ $0 > 0 }), points.allSatisfy({ $0 > 0 }) else {
      return nil
    }
    for (name, count) in [("points", points.count), ("origin", origins.count)] where count != sizes.count && count > 0 {
      found.error(
        "\"\(name)\" is given for \(count) axes, \"size\" for \(sizes.count)", at: (domain[name] ?? domain).place)
      return nil
    }
    // The largest array that a field set can address, with room to spare for all that is computed from it.
    let total = points.reduce(1.0) { $0 * Double($1) }
    guard total <= 0x1p40, sizes.count <= 3 else {
      found.error(
        "the grid has \(JSONText.text(total)) points, more than can be addressed",
        at: (domain["points"] ?? domain).place)
      return nil
    }
    let geometry = domain["geometry"]?.string.flatMap(Axis.Geometry.init) ?? .cartesian
    guard checkGeometry(geometry, axisCount: sizes.count, origin: origins.first ?? 0, domain) else { return nil }
    return Grid(
      axes: zip(sizes.indices, Grid.axisNames(geometry, count: sizes.count)).map {
        Axis(
          name: $1, origin: origins.isEmpty ? 0 : origins[$0], length: sizes[$0], points: points[$0],
          geometry: geometry)
      })
  }

  /// A radius is the only axis, and does not begin below the center.
  private mutating func checkGeometry(
    _ geometry: Axis.Geometry, axisCount: Int, origin: Double, _ domain: JSONNode
  ) -> Bool {
    guard geometry != .cartesian else { return true }
    if axisCount > 1 {
      found.error(
        "a domain of geometry \(geometry.rawValue) has one axis, not \(axisCount)", at: domain["size"]?.place,
        remedy: "give one size and one number of points, those of the radius")
    }
    if origin < 0 {
      found.error(
        "the radius begins at \(JSONText.text(origin)), below the center", at: domain["origin"]?.place,
        remedy: "use an origin of at least 0")
    }
    return axisCount == 1 && origin >= 0
  }

  private mutating func readSides(_ model: Model, _ axes: [Axis], _ diffusivities: [FieldDiffusivity]) -> [FieldSides] {
    let scope = model.scope(coordinates: axes.map(\.name), allows: Model.sidePermissions)
    let standard =
      root["domain"]?["boundary"].map { BoundaryConditions($0, in: scope, of: "the domain", &found) } ?? .init()
    for conditions in [standard] + model.fields.map(\.boundaries) {
      for (name, place) in conditions.places { checkSide(name, at: place, axes) }
    }
    let parameters = parameterValues(model)
    return zip(model.fields, diffusivities).map { field, diffusivity in
      let sides = FieldSides(
        of: field, moves: zip(diffusivity.moves, axes).map { $0 || field.advection[$1.name] != nil }, domain: standard,
        axes: axes, parameters: parameters, &found)
      for number in sides.given {
        checkCoordinates(of: number.expression.symbols, "a side condition of field \(field.name)", axes.map(\.name))
      }
      return sides
    }
  }

  private mutating func checkSide(_ name: String, at place: Place, _ axes: [Axis]) {
    let wanted = BoundaryConditions.axis(of: name)
    guard let axis = axes.first(where: { $0.name == wanted }) else {
      return found.error(
        "there is no axis \(wanted) in this domain", at: place,
        remedy: "its axes: " + axes.map(\.name).joined(separator: ", "))
    }
    if axis.beginsAtCenter, name.hasSuffix("-") {
      found.error("the center of the radius is no side", at: place, remedy: "leave \(name) out")
    }
  }

  private func parameterValues(_ model: Model) -> [Symbol: Double] {
    Dictionary(uniqueKeysWithValues: model.parameterValues.map { (Symbol.parameter($0.key), $0.value) })
  }

  private mutating func readDiffusivities(_ model: Model, _ axes: [String]) -> [FieldDiffusivity] {
    let values = parameterValues(model)
    let diffusivities = model.fields.map { field in
      for (expression, _) in field.diffusivity.all {
        checkCoordinates(of: expression.symbols, "the diffusion of field \(field.name)", axes)
      }
      for expression in field.taxis.map(\.sensitivity) + field.advection.values {
        checkCoordinates(of: expression.symbols, "the movement of field \(field.name)", axes)
      }
      for axis in field.advection.keys.sorted() where !axes.contains(axis) {
        found.error("field \(field.name) is carried along \(axis), but there is no such axis", at: field.taxisPlace)
      }
      checkFlowAtSides(field)
      let moving = field.diffusivity.all.map(\.expression) + field.taxis.map(\.sensitivity) + field.advection.values
      if moving.contains(where: \.hasDistributions) {
        found.error(
          "convolve and integrals along an axis are not available in the movement of field \(field.name)",
          at: field.taxisPlace ?? field.diffusivity.place, remedy: "they may be used in rates and observables")
      }
      return FieldDiffusivity(of: field, fields: model.fieldNames, axes: axes, parameters: values, &found)
    }
    FieldDiffusivity.checkCrossTerms(diffusivities, model.fields, &found)
    return diffusivities
  }

  /// What a field that is always in balance cannot have; and the order in which such fields are found.
  private mutating func checkQuasiSteady(_ model: Model) -> [Int] {
    let fields = model.fields.indices.filter { model.fields[$0].isQuasiSteady }
    for field in fields.map({ model.fields[$0] }) {
      let dependsOnMore = field.diffusivity.all.contains { expression, _ in
        expression.symbols.contains { symbol in
          switch symbol {
          case .parameter, .coordinate: false
          default: true
          }
        }
      }
      if model.rates[model.fieldNames.firstIndex(of: field.name) ?? 0].hasDistributions {
        found.error(
          "convolve and integrals along an axis are not available in the balance of the quasi-steady field \(field.name)",
          at: field.diffusivity.place)
      }
      if dependsOnMore || !field.taxis.isEmpty || !field.advection.isEmpty || !field.crossDiffusion.isEmpty {
        found.error(
          "the quasi-steady field \(field.name) can only diffuse, with a diffusivity that depends on position and parameters",
          at: field.taxisPlace ?? field.diffusivity.place)
      }
    }
    let rates = model.rates
    var order: [Int] = []
    var rest = fields
    while let next = rest.first(where: { index in
      rest.allSatisfy { $0 == index || !rates[index].symbols.contains(.field(model.fieldNames[$0])) }
    }) {
      order.append(next)
      rest.removeAll { $0 == next }
    }
    if !rest.isEmpty {
      found.error(
        "the quasi-steady fields \(rest.map { model.fieldNames[$0] }.joined(separator: ", ")) depend on each other",
        at: model.fields[rest[0]].diffusivity.place, remedy: "let one of them change in time")
    }
    return order
  }

  private mutating func readMask(_ model: Model, _ axes: [String]) -> TissueMask? {
    guard let node = root["domain"]?["mask"] else { return nil }
    return TissueMask(
      node, in: model.scope(coordinates: axes, allows: .position), directory: directory(of: node["file"] ?? node),
      &found)
  }

  /// What flows in where a value is given must be known without the fields.
  private mutating func checkFlowAtSides(_ field: ModelField) {
    for (axis, velocity) in field.advection {
      let isGiven = [false, true].contains { isUpper in
        if case .value = field.boundaries.condition(axis, isUpper: isUpper)?.kind { true } else { false }
      }
      let dependsOnFields = velocity.symbols.contains { if case .field = $0 { true } else { false } }
      if isGiven, dependsOnFields {
        found.error(
          "the velocity of field \(field.name) along \(axis) depends on fields, and its value is given at a side",
          at: field.taxisPlace, remedy: "let it depend on position, time and parameters")
      }
    }
  }

  private mutating func warnOfHiddenRadius(_ model: Model, _ axes: [Axis]) {
    let names = model.parameters.map(\.name) + model.fieldNames + model.functions.keys
    guard axes[0].geometry != .cartesian, names.contains("r") else { return }
    found.warning(
      "\"r\" is a name of the model, and means that everywhere in this run file, not the radius",
      at: root["domain"]?["geometry"]?.place)
  }

  /// A rate that depends on an axis which the domain lacks cannot be evaluated.
  private mutating func checkCoordinates(_ model: Model, _ axes: [String]) {
    for process in model.processes {
      let used = process.changes.reduce(process.rate.symbols) { $0.union($1.amount.symbols) }
      checkCoordinates(of: used, "process \(process.name)", axes)
      for expression in [process.rate] + process.changes.map(\.amount) {
        checkDistributions(expression, "process \(process.name)", axes)
      }
    }
  }

  /// Integrals along an axis that the domain lacks, and convolutions along a radius, cannot be computed.
  private mutating func checkDistributions(_ expression: Expression, _ subject: String, _ axes: [String]) {
    for axis in expression.integrationAxes.subtracting(axes).sorted() {
      found.error(
        "\(subject) integrates along \(axis), but there is no axis \(axis) in this domain", at: root["domain"]?.place)
    }
    if axes == ["r"], expression.hasConvolutions {
      found.error("\(subject) has a convolution, which a radius does not", at: root["domain"]?["geometry"]?.place)
    }
  }

  private mutating func checkCoordinates(of symbols: Set<Symbol>, _ subject: String, _ axes: [String]) {
    for case .coordinate(let name) in symbols.subtracting(axes.map(Symbol.coordinate)) {
      found.error(
        "\(subject) depends on \(name), but there is no axis \(name) in this domain", at: root["domain"]?.place)
    }
  }

  // MARK: Start

  private mutating func readInitial(_ model: Model, _ axes: [String]) -> [InitialValue] {
    guard let node = root["initial"] else { return [] }
    let scope = model.scope(coordinates: axes, allows: [.position, .random])
    for member in node.members where !model.fieldNames.contains(member.key) {
      found.error(
        "there is no field \"\(member.key)\"", at: member.keyPlace,
        suggestion: nearestSpelling(of: member.key, among: model.fieldNames),
        remedy: "the fields: " + model.fieldNames.joined(separator: ", "))
    }
    return model.fieldNames.compactMap { name in
      guard let value = node[name] else {
        if model.fields.contains(where: { $0.name == name && $0.isQuasiSteady }) { return .expression(.constant(0)) }
        found.error(
          "the initial value of field \(name) is missing",
          at: node.place.opening,
          remedy: "add \"\(name)\": 0")
        return nil
      }
      if value.object != nil { return .file(ArraySource(value, field: name, directory: directory(of: value))) }
      return value.expression(in: scope, context: "in the initial value of field \(name)", &found)
        .map { .expression($0) }
    }
  }

  private mutating func readTime() -> (start: Double, end: Double, step: Double) {
    let time = root["time"]
    let (start, end) = (time?["start"]?.number ?? 0, time?["end"]?.number ?? 0)
    let step = time?["step"]?.number ?? 1
    if let place = time?["end"]?.place, end <= start {
      found.error(
        "the end of the run, \(JSONText.text(end)), is not after its start, \(JSONText.text(start))", at: place)
    }
    if let place = time?["step"]?.place, step > 0, (end - start) / step > 1e12 {
      found.error(
        "the run would take \(JSONText.text((end - start) / step)) steps", at: place, remedy: "take longer steps")
    }
    return (start, end, step)
  }

  /// Strang splitting, but not where it loses its order: with reactions and something prescribed at a side.
  private mutating func scheme(_ model: Model, _ sides: [FieldSides]) -> SplittingScheme {
    let losesOrder =
      !model.processes.isEmpty && zip(model.fields, sides).contains { !$0.isQuasiSteady && $1.isPrescribed }
    guard let node = root["time"]?["scheme"], let asked = node.string.flatMap(SplittingScheme.named) else {
      return losesOrder ? .rebalancedStrang : .strang
    }
    if losesOrder, asked.order > 1, !asked.isRebalanced {
      found.warning(
        "the scheme \(asked.name) is of lower order where something is prescribed at the sides", at: node.place,
        remedy: "use \(SplittingScheme.rebalancedStrang.name)")
    }
    return asked
  }

  // MARK: Output

  private mutating func readObservables(_ model: Model, _ axes: [String]) -> [(name: String, expression: Expression)] {
    let scope = model.scope(coordinates: axes, allows: .rate)
    return (root["observables"]?.members ?? []).compactMap { member in
      let context = "in the observable \(member.key)"
      guard let expression = member.value.expression(in: scope, context: context, &found) else { return nil }
      let outside = Expression.extractingFunctionals([expression]).expressions[0].symbols
      let varies = outside.contains { symbol in
        switch symbol {
        case .field, .coordinate: true
        default: false
        }
      }
      if varies {
        found.error(
          "the observable \(member.key) varies from point to point", at: member.value.place,
          remedy: "make it one number with integral(…), mean(…), min(…) or max(…)")
      }
      return (member.key, expression)
    }
  }

  private mutating func readNumerics(_ model: Model) -> ([PropagatorMethod?], DiffusionSymbol) {
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
    return (methods, node?["symbol"]?.string.flatMap(DiffusionSymbol.init) ?? .spectral)
  }
}
