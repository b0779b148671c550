import Documents
import Expressions
import Fields
import Models
import Operators
import Rates

/// What is prescribed at the sides of the domain for one field.
package struct FieldSides: Sendable {
  /// Of each axis.
  package private(set) var boundaries: [AxisBoundary] = []
  /// The numbers that are given there, but for zeros: a value, a flux, or a value outside.
  package private(set) var given: [GivenNumber] = []

  /// Whether something else than no flux or a period holds at some side.
  package var isPrescribed: Bool { !given.isEmpty || boundaries.contains { $0 != .noFlux && $0 != .periodic } }

  /// Coefficients of exchange that depend on more than parameters.
  package private(set) var permeabilities: [GivenNumber] = []

  package struct GivenNumber: Sendable {
    package let axis: Int
    package let isUpper: Bool
    package let expression: Expression
    /// Of the condition in the run file.
    let place: Place?
  }

  /// Takes the field's own conditions, then those of the domain, then no-flux.
  init(
    of field: ModelField, moves: [Bool], domain: BoundaryConditions, axes: [Axis],
    parameters: [Symbol: Double], _ found: inout Diagnostics
  ) {
    for (index, axis) in axes.enumerated() {
      let lower = axis.beginsAtCenter ? nil : FieldSides.condition(axis.name, isUpper: false, field, domain)
      let upper = FieldSides.condition(axis.name, isUpper: true, field, domain)
      if FieldSides.isPeriodic(upper) || !axis.beginsAtCenter && FieldSides.isPeriodic(lower) {
        let side = upper ?? lower
        let subject = side?.isOwn ?? false || lower?.isOwn ?? false ? "field \(field.name)" : "the domain"
        if axis.geometry != .cartesian {
          found.error("the radius of \(subject) cannot be periodic", at: side?.condition.place)
        } else if FieldSides.isPeriodic(upper) != FieldSides.isPeriodic(lower) {
          found.error(
            "the two sides of axis \(axis.name) of \(subject) do not go together", at: side?.condition.place,
            remedy: "periodic holds for both sides")
        }
        boundaries.append(.periodic)
        continue
      }
      let isFixed = !moves[index]
      boundaries.append(
        .sides(
          lower: side(lower, index, false, isFixed, field, axis, parameters, &found),
          upper: side(upper, index, true, isFixed, field, axis, parameters, &found)))
    }
  }

  private typealias Found = (condition: SideCondition, isOwn: Bool)

  private static func condition(
    _ axis: String, isUpper: Bool, _ field: ModelField, _ domain: BoundaryConditions
  ) -> Found? {
    if let own = field.boundaries.condition(axis, isUpper: isUpper) { return (own, true) }
    return domain.condition(axis, isUpper: isUpper).map { ($0, false) }
  }

  private static func isPeriodic(_ found: Found?) -> Bool {
    if case .periodic = found?.condition.kind { true } else { false }
  }

  /// One side; its numbers are noted.
  private mutating func side(
    _ condition: Found?, _ index: Int, _ isUpper: Bool, _ isFixed: Bool, _ field: ModelField, _ axis: Axis,
    _ parameters: [Symbol: Double], _ found: inout Diagnostics
  ) -> SideBoundary {
    guard let (condition, isOwn) = condition else { return .flux }
    var (kind, number) = (SideBoundary.flux, Expression?.none)
    switch condition.kind {
    case .periodic, .noFlux: return .flux
    case .value(let value): (kind, number) = (.value, value)
    case .flux(let flux): number = flux
    case .robin(let coefficient, let outside):
      let value = coefficient.value(at: parameters)
      if let value, !(value >= 0 && value.isFinite) {
        found.error(
          "the robin coefficient is \(JSONText.text(value)), but must be at least 0", at: condition.place)
      }
      // Where it is not constant, the number in the condition is never used.
      (kind, number) = (.robin(coefficient: max(0, value ?? 1)), outside)
      if value == nil, !isFixed {
        permeabilities.append(
          GivenNumber(axis: index, isUpper: isUpper, expression: coefficient, place: condition.place))
        if field.isQuasiSteady {
          found.error(
            "the exchange of the quasi-steady field \(field.name) at a side depends on parameters only",
            at: condition.place)
        }
      }
    }
    if isFixed {
      // What the domain prescribes for all fields does not concern those that stay where they are.
      if isOwn {
        found.error(
          "field \(field.name) does not diffuse along \(axis.name), so that it has no boundary conditions there",
          at: condition.place, remedy: "give it a diffusivity, or leave the condition out")
      }
      return .flux
    }
    if let number, number != .constant(0) {
      given.append(GivenNumber(axis: index, isUpper: isUpper, expression: number, place: condition.place))
    }
    return kind
  }
}

extension FieldSides.GivenNumber {
  /// The number as a function of time, at every line of points that ends at the side.
  func supply(of grid: Grid, parameters: [String: Double]) throws -> SideSupply {
    SideSupply(
      axis: axis, isUpper: isUpper,
      isSteady: !expression.dependsOn(.time),
      values: try valuesAtSide(expression, of: grid, axis: axis, isUpper: isUpper, parameters: parameters))
  }

  /// The same with another expression.
  func with(_ expression: Expression) -> Self {
    Self(axis: axis, isUpper: isUpper, expression: expression, place: place)
  }

  /// The number as a coefficient of exchange; fields count with their values at the side, extrapolated from the two points
  /// next to it.
  func permeability(
    of grid: Grid, fields: [String], parameters: [String: Double], volumes: PointVolumes
  ) throws -> SidePermeability {
    let dependencies = Set(fields.indices.filter { expression.dependsOn(.field(fields[$0])) })
    let (axis, isUpper, used) = (axis, isUpper, dependencies.sorted())
    let side = try SideEvaluator(expression, of: grid, axis: axis, isUpper: isUpper, fields: fields, parameters)
    let count = grid.axes[axis].points
    let (first, second) = isUpper ? (count - 1, max(count - 2, 0)) : (0, min(1, count - 1))
    return SidePermeability(
      axis: axis, isUpper: isUpper, dependencies: dependencies, changesInTime: expression.dependsOn(.time)
    ) { state, time in
      side.values(time: time) { target in
        for line in 0..<grid.lineCount(along: axis) where !used.isEmpty {
          let (near, far) = (
            grid.point(first, ofLine: line, along: axis), grid.point(second, ofLine: line, along: axis)
          )
          let isInside = volumes.values(ofRow: far.row).map { $0[far.column] > 0 } ?? true
          let (row, column) = (line / target.grid.rowLength, line % target.grid.rowLength)
          for field in used {
            let a = state.pointer(field, row: near.row)[near.column]
            let b = isInside ? state.pointer(field, row: far.row)[far.column] : a
            let value = 1.5 * a - 0.5 * b
            target.pointer(field, row: row)[column] = min(a, b) >= 0 ? max(0, value) : value
          }
        }
      }
    }
  }
}

/// An expression of position and time as a function of time, at every line of points that ends at a side.
func valuesAtSide(
  _ expression: Expression, of grid: Grid, axis: Int, isUpper: Bool, parameters: [String: Double]
) throws -> @Sendable (_ time: Double) -> [Double] {
  let side = try SideEvaluator(expression, of: grid, axis: axis, isUpper: isUpper, fields: [], parameters)
  return { time in side.values(time: time) { _ in } }
}

/// Evaluates an expression at every line of points that ends at a side.
private struct SideEvaluator: Sendable {
  private let evaluator: GridEvaluator
  private let state: FieldSet
  private let result: FieldSet

  init(
    _ expression: Expression, of grid: Grid, axis index: Int, isUpper: Bool, fields: [String],
    _ parameters: [String: Double]
  ) throws {
    let axis = grid.axes[index]
    let position = axis.facePosition(isUpper ? axis.points : 0)
    let others = grid.axes.filter { $0.name != axis.name }
    let side = Grid(axes: others.isEmpty ? [Axis(name: axis.name, length: 1, points: 1)] : others)
    evaluator = GridEvaluator(
      try PointwiseFunctions(
        [expression.substituting([.coordinate(axis.name): .constant(position)])], fields: fields,
        parameters: parameters, grid: side),
      volumes: try PointVolumes(side), pool: WorkerPool(threads: 1))
    state = try FieldSet(grid: side, count: fields.count)
    result = try FieldSet(grid: side, count: 1)
  }

  /// - Parameter fill: sets the fields at the side.
  func values(time: Double, _ fill: (FieldSet) -> Void) -> [Double] {
    fill(state)
    evaluator.evaluate(state, time: time, into: result)
    return result.values(0)
  }
}

extension Model {
  /// Whether the flow of the reactions keeps the boundary data of all fields, so that a splitting keeps its order.
  ///
  /// No flux and periods are kept by rates that are the same at all points; a steady value `b` if the rate of its field is 0
  /// where the field is `b`, whatever the others are. What rates of the position do is left to the error control.
  func reactionsKeep(_ sides: [FieldSides]) -> Bool {
    let numbers = Dictionary(
      uniqueKeysWithValues: parameterValues.map { (Symbol.parameter($0.key), Expression.constant($0.value)) })
    return fields.indices.allSatisfy { index in
      guard !fields[index].isQuasiSteady else { return true }
      func isKept(_ side: SideBoundary, _ given: Expression?) -> Bool {
        switch side {
        case .flux: return given == nil
        case .value:
          let value = (given ?? .constant(0)).substituting(numbers)
          let atValue = rates[index].substituting([.field(fields[index].name): value]).substituting(numbers)
          return !value.dependsOn(.time) && atValue.constantValue == 0
        default: return false
        }
      }
      return sides[index].boundaries.enumerated().allSatisfy { axis, boundary in
        guard let (lower, upper) = boundary.sides else { return true }
        func given(isUpper: Bool) -> Expression? {
          sides[index].given.first { $0.axis == axis && $0.isUpper == isUpper }?.expression
        }
        return isKept(lower, given(isUpper: false)) && isKept(upper, given(isUpper: true))
      }
    }
  }
}
