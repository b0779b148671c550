import Expressions
import Fields
import Models
import Operators
import TimeStepping

extension RunConfiguration {
  /// The movement of fields up gradients and with flows; nil if no field moves so.
  func taxis(volumes: PointVolumes, pool: WorkerPool) throws -> Taxis? {
    let moving = try model.fields.indices.compactMap { index -> FieldTaxis? in
      let field = model.fields[index]
      if field.taxis.isEmpty && field.advection.isEmpty { return nil }
      return try FieldTaxis(
        field: index,
        toward: field.taxis.compactMap { term in
          model.fieldNames.firstIndex(of: term.toward).map { ($0, term.sensitivity) }
        },
        velocity: grid.axes.map { field.advection[$0.name] ?? .constant(0) }, sideFlows: sideFlows(index),
        boundaries: sides[index].boundaries, fields: model.fieldNames, parameters: model.parameterValues,
        volumes: volumes, pool: pool)
    }
    if moving.isEmpty { return nil }
    return try Taxis(volumes: volumes, fields: moving, boundaries: sides.map(\.boundaries), pool: pool)
  }

  /// Flows cross the sides where the value of the field is given.
  private func sideFlows(_ field: Int) throws -> [SideFlow] {
    var flows: [SideFlow] = []
    for (index, axis) in grid.axes.enumerated() {
      guard let velocity = model.fields[field].advection[axis.name], let sides = sides[field].boundaries[index].sides
      else { continue }
      for (isUpper, side) in [(false, sides.lower), (true, sides.upper)] where side == .value {
        let given = self.sides[field].given.first { $0.axis == index && $0.isUpper == isUpper }?.expression
        flows.append(
          SideFlow(
            axis: index, isUpper: isUpper,
            velocities: try valuesAtSide(
              velocity, of: grid, axis: index, isUpper: isUpper, parameters: model.parameterValues),
            values: try valuesAtSide(
              given ?? .constant(0), of: grid, axis: index, isUpper: isUpper, parameters: model.parameterValues)))
      }
    }
    return flows
  }
}
