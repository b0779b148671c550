import CKernels
import Fields

/// The faces below the points along one axis, and the values of fields there.
///
/// They are as many as points, and lie on a grid of their own, half a spacing lower. The face at a side that is not
/// periodic gets the value of the point next to it.
package struct FaceValues: Sendable {
  package let axis: Int
  package let grid: Grid
  private let volumes: PointVolumes
  private let boundaries: [AxisBoundary]
  private let pool: WorkerPool
  private let scratch: [WorkerScratch]

  package init(axis: Int, volumes: PointVolumes, boundaries: [AxisBoundary], pool: WorkerPool) {
    self.axis = axis
    self.volumes = volumes
    self.boundaries = boundaries
    self.pool = pool
    scratch = (0..<pool.threadCount).map { _ in WorkerScratch() }
    grid = Grid(
      axes: volumes.grid.axes.enumerated().map { index, line in
        guard index == axis else { return line }
        return Axis(
          name: line.name, origin: line.origin - 0.5 * line.spacing, length: line.length, points: line.points,
          geometry: line.geometry)
      })
  }

  /// The mean of the values on both sides of each face.
  package func setMeans(of state: FieldSet, field: Int, into target: FieldSet, field targetField: Int) {
    forEachRow(state, field) { rows, row in
      let (before, behind) = (rows.pointee.values.1!, rows.pointee.values.2!)
      let out = target.pointer(targetField, row: row)
      for point in 0..<self.grid.rowLength { out[point] = 0.5 * (before[point] + behind[point]) }
    }
  }

  /// The limited values at each face, seen from below and from above.
  package func setLimited(
    of state: FieldSet, field: Int, below: FieldSet, field belowField: Int, above: FieldSet, field aboveField: Int
  ) {
    forEachRow(state, field) { rows, row in
      taxis_face_values(
        below.pointer(belowField, row: row), above.pointer(aboveField, row: row), rows, self.grid.rowLength)
    }
  }

  /// Adds a sensitivity at the faces times the slope of a field across them.
  package func addSlope(
    of state: FieldSet, field: Int, times sensitivity: FieldSet, field sensitivityField: Int, to velocity: FieldSet,
    field velocityField: Int
  ) {
    forEachRow(state, field) { rows, row in
      taxis_add_velocity(
        velocity.pointer(velocityField, row: row), sensitivity.pointer(sensitivityField, row: row),
        rows.pointee.values.1!, rows.pointee.values.2!, 1 / self.grid.axes[self.axis].spacing, self.grid.rowLength)
    }
  }

  private func forEachRow(
    _ state: FieldSet, _ field: Int, _ body: @Sendable (UnsafePointer<FaceRows>, Int) -> Void
  ) {
    pool.forEach(grid.rowCount) { row, worker in
      withFaceRows(
        of: state, field: field, axis: self.axis, row: row, self.volumes, self.boundaries, self.scratch[worker]
      ) { body($0, row) }
    }
  }
}

/// Calls with the values around the faces below the points of a row: two before each, two behind.
///
/// Beyond sides that are not periodic the last value goes on.
func withFaceRows<Result>(
  of state: FieldSet, field: Int, axis: Int, row: Int, _ volumes: PointVolumes, _ boundaries: [AxisBoundary],
  _ scratch: WorkerScratch, _ body: (UnsafePointer<FaceRows>) -> Result
) -> Result {
  let grid = state.grid
  let count = grid.rowLength
  let isPeriodic = boundaries[axis] == .periodic
  var rows = FaceRows()
  if axis == 0 {
    func padded(_ source: UnsafePointer<Double>, _ memory: UnsafeMutablePointer<Double>) {
      (memory + 2).update(from: source, count: count)
      for offset in 1...2 {
        memory[2 - offset] = isPeriodic ? source[(count * 2 - offset) % count] : source[0]
        memory[1 + offset + count] = isPeriodic ? source[(offset - 1) % count] : source[count - 1]
      }
    }
    let memory = scratch.memory(2 * (count + 4))
    padded(state.pointer(field, row: row), memory)
    rows.values = (
      UnsafePointer(memory), UnsafePointer(memory + 1), UnsafePointer(memory + 2), UnsafePointer(memory + 3)
    )
    if volumes.isMasked, let inside = volumes.values(ofRow: row) {
      let other = memory + count + 4
      padded(inside, other)
      rows.volumes = (
        UnsafePointer(other), UnsafePointer(other + 1), UnsafePointer(other + 2), UnsafePointer(other + 3)
      )
    }
  } else {
    let (index, line) = grid.place(row: row, column: 0, along: axis)
    let points = grid.axes[axis].points
    func near(_ offset: Int) -> Int {
      let wanted = index + offset
      let found = isPeriodic ? (wanted + 2 * points) % points : min(max(wanted, 0), points - 1)
      return grid.point(found, ofLine: line, along: axis).row
    }
    func values(_ offset: Int) -> UnsafePointer<Double>? { UnsafePointer(state.pointer(field, row: near(offset))) }
    rows.values = (values(-2), values(-1), values(0), values(1))
    if volumes.isMasked {
      func inside(_ offset: Int) -> UnsafePointer<Double>? { volumes.values(ofRow: near(offset)) }
      rows.volumes = (inside(-2), inside(-1), inside(0), inside(1))
    }
  }
  return body(&rows)
}
