import Documents
import Expressions
import Models
import Operators

/// The diffusivity of one field, the model's parameters put in.
package struct FieldDiffusivity: Sendable {
  /// Along each axis, where it is constant.
  package private(set) var constants: [Double] = []
  /// One expression, or one for each axis, where it is not.
  package private(set) var variable: [Expression]?
  package let mean: FaceMean
  package private(set) var crossTerms: [CrossTerm] = []

  /// Whether the field diffuses along each axis.
  var moves: [Bool] { variable == nil ? constants.map { $0 > 0 } : constants.map { _ in true } }

  init(
    of field: ModelField, fields: [String], axes: [String], parameters: [Symbol: Double], _ found: inout Diagnostics
  ) {
    let given = axes.map { field.diffusivity($0) }
    for (axis, expression) in zip(axes, given) where expression == nil {
      found.error(
        "the diffusion of field \(field.name) is not given along \(axis)", at: field.diffusivity.place,
        remedy: "add \"\(axis)\": 0 if it does not diffuse along \(axis)")
    }
    let expressions = given.map { $0?.expression ?? .constant(0) }
    let isNonlocal = !Expression.extractingFunctionals(expressions).functionals.isEmpty
    let isVariable =
      isNonlocal
      || expressions.contains { expression in
        expression.symbols.contains { if case .parameter = $0 { false } else { true } }
      }
    let dependsOnState = expressions.contains { expression in
      expression.symbols.contains { if case .field = $0 { true } else { false } }
    }
    mean = field.faceMean.flatMap(FaceMean.init) ?? (dependsOnState ? .arithmetic : .harmonic)
    crossTerms = field.crossDiffusion.compactMap { term in
      guard let index = fields.firstIndex(of: term.field), let value = term.coefficient.value(at: parameters),
        value.isFinite
      else {
        found.error(
          "a coefficient of cross-diffusion is a finite number that depends on parameters only", at: term.place)
        return nil
      }
      return value == 0 ? nil : CrossTerm(field: index, coefficient: value)
    }
    guard !isVariable else {
      constants = axes.map { _ in 0 }
      variable = Set(expressions).count == 1 ? [expressions[0]] : expressions
      return
    }
    constants = zip(expressions, given).map { expression, given in
      let value = expression.value(at: parameters) ?? .nan
      if !(value >= 0 && value.isFinite) {
        found.error(Diffusivity.problem(value, of: field.name), at: given?.place)
      }
      return value
    }
  }

  /// Refuses cross-diffusion that is no diffusion.
  ///
  /// The eigenvalues of the matrix of coefficients must be real and not negative, or small waves would grow. Fields that drive each other may do so in pairs.
  static func checkCrossTerms(
    _ diffusivities: [FieldDiffusivity], _ fields: [ModelField], _ found: inout Diagnostics
  ) {
    for (i, own) in diffusivities.enumerated() where !own.crossTerms.isEmpty {
      let place = fields[i].crossDiffusion.first?.place
      let cycle = partners(of: i, diffusivities)
      if own.variable != nil, cycle.count > 1 {
        found.error(
          "the fields \(cycle.map { fields[$0].name }.joined(separator: " and ")) drive each other, and the diffusivity "
            + "of \(fields[i].name) is not constant", at: place,
          remedy: "give a constant diffusivity, or let only one of the fields drive the other")
        continue
      }
      if cycle.count > 2 {
        found.error(
          "the fields \(cycle.map { fields[$0].name }.joined(separator: ", ")) drive each other in a cycle",
          at: place,
          remedy: "only two fields may drive each other by cross-diffusion")
      }
      guard cycle.count == 2, let j = cycle.first(where: { $0 != i }), i < j, diffusivities[j].variable == nil else {
        continue
      }
      let product = own.coefficient(j) * diffusivities[j].coefficient(i)
      for (a, d) in zip(own.constants, diffusivities[j].constants)
      where (a - d) * (a - d) + 4 * product < 0 || a * d < product {
        found.error(
          "the cross-diffusion of \(fields[i].name) and \(fields[j].name) lets small waves grow or turn: the matrix of "
            + "coefficients must have real eigenvalues of at least 0", at: place)
        break
      }
    }
  }

  private func coefficient(_ field: Int) -> Double { crossTerms.first { $0.field == field }?.coefficient ?? 0 }

  /// The fields that a field drives and is driven by, over others or directly, itself included.
  private static func partners(of field: Int, _ diffusivities: [FieldDiffusivity]) -> [Int] {
    func reached(from start: Int) -> Set<Int> {
      var (known, open) = (Set<Int>(), [start])
      while let next = open.popLast() {
        for term in diffusivities[next].crossTerms where known.insert(term.field).inserted { open.append(term.field) }
      }
      return known
    }
    let ahead = reached(from: field)
    return diffusivities.indices.filter { $0 == field || ahead.contains($0) && reached(from: $0).contains(field) }
  }
}
