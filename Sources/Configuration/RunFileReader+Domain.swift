import Documents
import Expressions
import Fields
import Models
import Operators
import Storage

extension RunFileReader {
  /// - Parameter model: compartments alone have one point, if no domain is given.
  mutating func readGrid(_ model: Model?) -> Grid? {
    guard let domain = root["domain"] else {
      if let model, model.fields.allSatisfy(\.isCompartment) {
        return Grid(axes: [Axis(name: "x", length: 1, points: 1)])
      }
      if model == nil, root["model"]?["fields"] == nil { return nil }
      found.error("the key \"domain\" is missing", at: root.place, remedy: "give \"domain\", an object")
      return nil
    }
    guard
      ["size", "points", "origin"].allSatisfy({ key in domain[key]?.array?.allSatisfy { $0.number != nil } ?? true }),
      domain["points"]?.array?.allSatisfy({ $0.integer != nil }) ?? true
    else { return nil }
    let sizes = (domain["size"]?.array ?? []).compactMap(\.number)
    let points = (domain["points"]?.array ?? []).compactMap(\.integer)
    let origins = (domain["origin"]?.array ?? []).compactMap(\.number)
    guard !sizes.isEmpty, !points.isEmpty, sizes.allSatisfy({ $0 > 0 }), points.allSatisfy({ $0 > 0 }) else {
      return nil
    }
    for (name, count) in [("points", points.count), ("origin", origins.count)] where count != sizes.count && count > 0 {
      found.error(
        "\"\(name)\" is given for \(count == 1 ? "one axis" : "\(count) axes"), \"size\" for \(sizes.count)",
        at: (domain[name] ?? domain).place, remedy: "give one number for each axis in both")
      return nil
    }
    // More than three have been reported.
    if sizes.count > 3 { return nil }
    // The largest array that a field set can address, with a margin for all that is computed from it.
    let total = points.reduce(1.0) { $0 * Double($1) }
    guard total <= 0x1p40 else {
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
  mutating func checkGeometry(
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

  mutating func readSides(_ model: Model, _ axes: [Axis], _ diffusivities: [FieldDiffusivity]) -> [FieldSides] {
    let scope = model.scope(coordinates: axes.map(\.name), allows: Model.sidePermissions)
    let exchange = model.scope(coordinates: axes.map(\.name), allows: Model.exchangePermissions)
    let standard =
      root["domain"]?["boundary"].map {
        BoundaryConditions($0, in: scope, exchange: exchange, of: "the domain", &found)
      } ?? .init()
    for conditions in [standard] + model.fields.map(\.boundaries) {
      for (name, place) in conditions.places { checkSide(name, at: place, axes) }
    }
    let parameters = parameterValues(model)
    return zip(model.fields, diffusivities).map { field, diffusivity in
      let moves = zip(diffusivity.moves, axes).map { $0 || field.advection[$1.name] != nil }
      let sides = FieldSides(of: field, moves: moves, domain: standard, axes: axes, parameters: parameters, &found)
      checkUnitsAtSides(of: field, standard, axes, moves: moves)
      for number in sides.given + sides.permeabilities {
        checkCoordinates(of: number.expression.symbols, "a side condition of field \(field.name)", axes.map(\.name))
      }
      return sides
    }
  }

  mutating func checkSide(_ name: String, at place: Place, _ axes: [Axis]) {
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

  /// The fields stand under their names in `fields.h5`, beside other things.
  mutating func checkFieldNames(_ model: Model, _ grid: Grid) {
    for field in model.fields where FieldSeries.takenNames(on: grid).contains(field.name) {
      found.error(
        "a field cannot be called \"\(field.name)\": in fields.h5 that is something else",
        at: model.document["fields"]?.keyPlace(field.name) ?? field.diffusivity.place, remedy: "choose another name")
    }
  }

  func parameterValues(_ model: Model) -> [Symbol: Double] {
    Dictionary(uniqueKeysWithValues: model.parameterValues.map { (Symbol.parameter($0.key), $0.value) })
  }

  mutating func readMask(_ model: Model, _ axes: [String]) -> TissueMask? {
    guard let node = root["domain"]?["mask"] else { return nil }
    let mask = TissueMask(
      node, in: model.scope(coordinates: axes, allows: .position), directory: directory(of: node["file"] ?? node),
      &found)
    if let expression = mask?.expression { checkUnits(of: expression, "the mask", at: node.place) }
    return mask
  }

  /// Coordinates that cannot be written, because the model uses their names for something else.
  mutating func warnOfHiddenCoordinates(_ model: Model, _ axes: [Axis]) {
    // A field where a position is meant is an error at most places, and seldom meant.
    let names = Set(model.parameters.map(\.name) + model.functions.keys)
    for axis in axes
    where names.contains(axis.name) || axis.geometry != .cartesian && model.fieldNames.contains(axis.name) {
      found.warning(
        "\"\(axis.name)\" is a name of the model, and means that everywhere in this run file, not the "
          + (axis.geometry == .cartesian ? "position" : "radius"),
        at: (root["domain"]?["geometry"] ?? root["domain"]?["size"])?.place,
        remedy: "give it another name if the position is needed")
    }
  }

  /// A rate that depends on an axis which the domain lacks cannot be evaluated.
  mutating func checkCoordinates(_ model: Model, _ axes: [String]) {
    for process in model.processes {
      let used = process.changes.reduce(process.rate.symbols) { $0.union($1.amount.symbols) }
      checkCoordinates(of: used, "process \(process.name)", axes)
      for expression in [process.rate] + process.changes.map(\.amount) {
        checkDistributions(expression, "process \(process.name)", axes)
      }
    }
  }

  /// Integrals along an axis that the domain lacks, and convolutions along a radius, cannot be computed.
  mutating func checkDistributions(_ expression: Expression, _ subject: String, _ axes: [String]) {
    for axis in expression.integrationAxes.subtracting(axes).sorted() where !lacksAxes {
      found.error(
        "\(subject) integrates along \(axis), but there is no axis \(axis) in this domain", at: root["domain"]?.place)
    }
    if axes == ["r"], expression.hasConvolutions {
      found.error("\(subject) has a convolution, which a radius does not", at: root["domain"]?["geometry"]?.place)
    }
  }

  mutating func checkCoordinates(of symbols: Set<Symbol>, _ subject: String, _ axes: [String]) {
    // Where the text is at hand, its names have been looked at.
    if lacksAxes { return }
    for case .coordinate(let name) in symbols.subtracting(axes.map(Symbol.coordinate)) {
      found.error(
        "\(subject) depends on \(name), but there is no axis \(name) in this domain", at: root["domain"]?.place)
    }
  }
}
