import Expressions
import Fields
import Operators

extension FieldTaxis {
  /// Movement up the gradients of fields, each with a sensitivity, and with a velocity that has a component for each axis.
  ///
  /// Expressions are evaluated at the faces, with the means of the fields on both sides; the field itself with the
  /// limited value of the side that receives.
  package init(
    field: Int, toward targets: [(field: Int, sensitivity: Expression)], velocity: [Expression], sideFlows: [SideFlow],
    boundaries: [AxisBoundary], fields: [String], parameters: [String: Double], volumes: PointVolumes, pool: WorkerPool
  ) throws {
    let axes = try velocity.indices.map { axis in
      try FaceVelocities(
        field: field, toward: targets, velocity: velocity[axis],
        faces: FaceValues(axis: axis, volumes: volumes, boundaries: boundaries, pool: pool), fields: fields,
        parameters: parameters, volumes: volumes, pool: pool)
    }
    let symbols = (targets.map(\.sensitivity) + velocity).reduce(Set<Symbol>()) { $0.union($1.symbols) }
    let used = fields.indices.filter { symbols.contains(.field(fields[$0])) }
    self.init(
      field: field, dependencies: Set(used).union(targets.map(\.field)), changesInTime: symbols.contains(.time),
      sideFlows: sideFlows
    ) { state, time, axis, target in
      axes[axis].set(target, state, time: time)
    }
  }
}

extension CoupledTaxis {
  /// Movement up gradients that is advanced together with diffusion.
  ///
  /// - Parameter targets: those of `taxis`.
  package init(
    _ taxis: FieldTaxis, toward targets: [(field: Int, sensitivity: Expression)], fields: [String],
    parameters: [String: Double], volumes: PointVolumes, pool: WorkerPool
  ) throws {
    let density = Expression.symbol(.field(fields[taxis.field]))
    let functions = try PointwiseFunctions(
      targets.map { .constant(-1) * $0.sensitivity * density }, fields: fields, parameters: parameters,
      grid: volumes.grid)
    let evaluator = GridEvaluator(functions, volumes: volumes, pool: pool)
    self.init(taxis, targets: targets.map(\.field)) { evaluator.evaluate($0, time: $1, into: $2) }
  }
}

extension SmoothFluxes {
  /// Movement up the gradients of fields, each with a sensitivity, and with a velocity that has a component for each axis,
  /// evaluated at the points.
  package init(
    field: Int, toward targets: [(field: Int, sensitivity: Expression)], velocity: [Expression], fields: [String],
    parameters: [String: Double], volumes: PointVolumes, pool: WorkerPool
  ) throws {
    let density = Expression.symbol(.field(fields[field]))
    let flowAxes = velocity.indices.filter { velocity[$0] != .constant(0) }
    let factors = targets.map { $0.sensitivity * density } + flowAxes.map { velocity[$0] * density }
    let functions = try PointwiseFunctions(factors, fields: fields, parameters: parameters, grid: volumes.grid)
    let evaluator = GridEvaluator(functions, volumes: volumes, pool: pool)
    self.init(
      field: field, targets: targets.map(\.field), flowAxes: flowAxes, operations: functions.operationCount
    ) { evaluator.evaluate($0, time: $1, into: $2) }
  }
}

/// The velocities of one field at the faces of one axis.
private final class FaceVelocities: Sendable {
  private let field: Int
  private let targets: [Int]
  private let faces: FaceValues
  /// The sensitivities and the velocity, at faces.
  private let expressions: GridEvaluator
  /// For their functionals, which are sums over points.
  private let atPoints: GridEvaluator
  /// The fields that are used, at faces.
  private let used: [Int]
  private let dependsOnItself: Bool
  private let faceState: FieldSet
  private let values: FieldSet
  private let spare: FieldSet

  init(
    field: Int, toward targets: [(field: Int, sensitivity: Expression)], velocity: Expression, faces: FaceValues,
    fields: [String], parameters: [String: Double], volumes: PointVolumes, pool: WorkerPool
  ) throws {
    self.field = field
    self.targets = targets.map(\.field)
    self.faces = faces
    let outputs = targets.map(\.sensitivity) + [velocity]
    expressions = GridEvaluator(
      try PointwiseFunctions(outputs, fields: fields, parameters: parameters, grid: faces.grid),
      volumes: try PointVolumes(faces.grid), pool: pool)
    atPoints = GridEvaluator(
      try PointwiseFunctions(outputs, fields: fields, parameters: parameters, grid: volumes.grid), volumes: volumes,
      pool: pool)
    let symbols = outputs.reduce(Set<Symbol>()) { $0.union($1.symbols) }
    used = fields.indices.filter { symbols.contains(.field(fields[$0])) && $0 != field }
    dependsOnItself = symbols.contains(.field(fields[field]))
    faceState = try FieldSet(grid: faces.grid, count: fields.count)
    values = try FieldSet(grid: faces.grid, count: outputs.count)
    spare = try FieldSet(grid: faces.grid, count: dependsOnItself ? 1 : 0)
  }

  func set(_ target: FieldSet, _ state: FieldSet, time: Double) {
    let functionals = atPoints.functionalValues(of: state, time: time)
    faceState.scale = state.scale
    for index in used { faces.setMeans(of: state, field: index, into: faceState, field: index) }
    if dependsOnItself {
      faces.setLimited(of: state, field: field, below: spare, field: 0, above: faceState, field: field)
    }
    setOne(0, of: target, state, time, functionals)
    if dependsOnItself {
      faceState.setField(field, toSumOf: [(1, spare)], field: 0)
      setOne(1, of: target, state, time, functionals)
    } else {
      target.setField(1, toSumOf: [(1, target)], field: 0)
    }
  }

  private func setOne(
    _ direction: Int, of target: FieldSet, _ state: FieldSet, _ time: Double, _ functionals: [Double]
  ) {
    expressions.evaluate(faceState, time: time, into: values, functionals: functionals)
    // Slopes and velocities are those on the grid.
    let ratio = 1 / state.scale
    target.setField(direction, toSumOf: [(ratio, values)], field: targets.count)
    for (index, toward) in targets.enumerated() {
      if ratio != 1 { values.setField(index, toSumOf: [(ratio * ratio, values)]) }
      faces.addSlope(
        of: state, field: toward, times: values, field: index, to: target, field: direction)
    }
  }
}
