import Documents
import Expressions
import Fields
import Models

extension RunFileReader {
  /// What a domain whose boundary is free cannot have.
  mutating func checkFreeBoundary(
    _ model: Model, _ axes: [Axis], _ diffusivities: [FieldDiffusivity], _ sides: [FieldSides]
  ) {
    guard let law = model.freeBoundary else { return }
    if axes.count > 1 {
      found.error(
        "the model \(model.name) has a free boundary, but the domain has \(axes.count) axes",
        at: root["domain"]?["size"]?.place, remedy: "use one axis, or the radius of a cylinder or a sphere")
    } else if axes[0].origin != 0 {
      found.error("a domain with a free boundary begins at 0", at: root["domain"]?["origin"]?.place)
    }
    if let mask = root["domain"]?["mask"] {
      found.error("a mask and a free boundary do not go together", at: mask.place)
    }
    for (index, field) in model.fields.enumerated() {
      if let place = field.taxisPlace, !field.advection.isEmpty {
        found.error("field \(field.name) has a given flow, which a domain with a free boundary has not", at: place)
      }
      if let term = field.crossDiffusion.first {
        found.error("cross-diffusion and a free boundary do not go together", at: term.place)
      }
      if field.isQuasiSteady, diffusivities[index].variable != nil {
        found.error(
          "where the boundary is free, the diffusivity of the quasi-steady field \(field.name) must be a constant",
          at: field.diffusivity.place)
      }
      checkSides(field, sides[index], axes)
    }
    for process in model.processes
    where ([process.rate] + process.changes.map(\.amount)).contains(where: \.hasDistributions) {
      found.error(
        "process \(process.name) has a convolution or an integral along an axis, which a free boundary does not go with",
        at: law.place, remedy: "use integral(…) of the whole domain")
    }
    switch law.kind {
    case .stefan(let name, let coefficient): checkStefan(law, name, coefficient, model, diffusivities, sides)
    case .growth(let rate, let carried): checkGrowth(law, rate, carried, model, axes)
    }
  }

  private mutating func checkSides(_ field: ModelField, _ sides: FieldSides, _ axes: [Axis]) {
    let place = root["domain"]?["boundary"]?.place ?? field.diffusivity.place
    if sides.boundaries.contains(.periodic) {
      found.error("field \(field.name) is periodic in a domain with a free boundary", at: place)
    }
    for given in sides.given where given.isUpper && given.expression.dependsOn(.coordinate(axes[0].name)) {
      found.error(
        "what is given for field \(field.name) at the free boundary depends on \(axes[0].name)", at: place,
        remedy: "let it depend on time and parameters")
    }
  }

  private mutating func checkStefan(
    _ law: FreeBoundaryLaw, _ name: String, _ coefficient: Expression, _ model: Model,
    _ diffusivities: [FieldDiffusivity], _ sides: [FieldSides]
  ) {
    if !(coefficient.value(at: parameterValues(model))?.isFinite ?? false) {
      found.error(
        "the coefficient of the free boundary is a finite number that depends on parameters only", at: law.place)
    }
    guard let index = model.fieldNames.firstIndex(of: name) else { return }
    let field = model.fields[index]
    if field.isQuasiSteady || !diffusivities[index].moves.contains(true) {
      found.error(
        "the boundary is moved by field \(name), which must diffuse and not be quasi-steady", at: law.place)
    } else if sides[index].boundaries.first?.sides?.upper != .value {
      found.error(
        "the boundary is moved by field \(name), whose value there is not given", at: law.place,
        remedy: "give it one, as in { \"boundary\": { \"r+\": { \"value\": 0 } } }")
    }
  }

  private mutating func checkGrowth(
    _ law: FreeBoundaryLaw, _ rate: Expression, _ carried: [String], _ model: Model, _ axes: [Axis]
  ) {
    checkCoordinates(of: rate.symbols, "the growth of the tissue", axes.map(\.name))
    if rate.hasDistributions {
      found.error("convolve and integrals along an axis are not available in the growth of the tissue", at: law.place)
    }
    for field in model.fields where field.isQuasiSteady && carried.contains(field.name) {
      found.error("field \(field.name) is quasi-steady, and cannot be carried with the tissue", at: law.place)
    }
  }
}
