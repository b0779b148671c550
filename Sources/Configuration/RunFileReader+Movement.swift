import Documents
import Expressions
import Fields
import Models
import Operators

extension RunFileReader {
  mutating func readDiffusivities(_ model: Model, _ axes: [String]) -> [FieldDiffusivity] {
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

  /// Refuses what a quasi-steady field cannot have, and finds the order in which such fields are computed.
  mutating func checkQuasiSteady(_ model: Model) -> [Int] {
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
      if let obstacle = model.rates[model.fieldNames.firstIndex(of: field.name) ?? 0].quasiSteadyObstacle(field.name) {
        found.error(
          "\(obstacle) is not available in the equation of the quasi-steady field \(field.name)",
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

  /// What flows in where a value is given must be known without the fields.
  mutating func checkFlowAtSides(_ field: ModelField) {
    for (axis, velocity) in field.advection {
      let isGiven = [false, true].contains { isUpper in
        if case .value = field.boundaries.condition(axis, isUpper: isUpper)?.kind { true } else { false }
      }
      let dependsOnFields = velocity.symbols.contains { if case .field = $0 { true } else { false } }
      if isGiven, dependsOnFields {
        found.error(
          "the velocity of field \(field.name) along \(axis) depends on fields, and its value is prescribed at a side",
          at: field.taxisPlace, remedy: "let it depend on position, time and parameters")
      }
    }
  }
}
