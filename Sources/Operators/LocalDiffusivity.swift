import CKernels
import Fields

/// The diffusivity of one field at all points, checked.
struct LocalDiffusivity: Sendable {
  let field: Int
  let law: VariableDiffusivity
  /// One field, or one for each axis.
  let values: FieldSet
  private let volumes: PointVolumes

  /// Of a diffusivity below 0, relative to the largest: what rounding may do.
  private static let rounding = 1e-9

  init(_ index: Int, _ description: FieldDiffusion, _ volumes: PointVolumes) throws(FieldAllocationError) {
    field = index
    law = description.variable ?? .constant(description.diffusivities)
    values = try FieldSet(grid: volumes.grid, count: law.count)
    self.volumes = volumes
  }

  /// Whether it is the same at all times, as long as points stay where they are.
  var isFixed: Bool { law.dependencies.isEmpty && !law.changesInTime }

  /// Sets the values for those of a state at a time.
  func evaluate(_ state: FieldSet, time: Double) throws(DiffusivityFailure) {
    law.evaluate(state, time, values)
    let largest = (0..<values.count).reduce(0) { max($0, values.maximum($1)) }
    for component in 0..<values.count where !(values.minimum(component) >= 0) || !largest.isFinite {
      try check(component, largest, time: time)
    }
  }

  /// Values below 0 by no more than rounding become 0; others, and what is no finite number, are refused.
  private func check(_ component: Int, _ largest: Double, time: Double) throws(DiffusivityFailure) {
    for row in 0..<values.grid.rowCount {
      let (pointer, inside) = (values.pointer(component, row: row), volumes.values(ofRow: row))
      for column in 0..<values.grid.rowLength {
        let isOutside = inside.map { $0[column] == 0 } ?? false
        guard isOutside || pointer[column].isFinite && pointer[column] >= -LocalDiffusivity.rounding * largest else {
          throw DiffusivityFailure(field: field, row: row, column: column, value: pointer[column], time: time)
        }
        if isOutside || pointer[column] < 0 { pointer[column] = 0 }
      }
    }
  }

  /// The diffusivity at the faces of the only axis, that of the points next to them at the sides.
  func faces(of state: FieldSet, time: Double) throws(DiffusivityFailure) -> [Double] {
    try evaluate(state, time: time)
    let points = values.values(0)
    var faces = [points[0]] + points
    points.withUnsafeBufferPointer { points in
      finite_volume_faces(
        &faces[1], points.baseAddress!, points.baseAddress! + 1, law.mean == .harmonic ? 1 : 0, 1, nil, nil,
        points.count - 1)
    }
    return faces
  }
}
