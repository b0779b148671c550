import CKernels
import Fields
import Synchronization

/// The velocities and fluxes of one field at the faces of a grid.
final class TaxisMover: Sendable {
  let description: FieldTaxis
  private let grid: Grid
  private let volumes: PointVolumes
  private let boundaries: [AxisBoundary]
  /// Two for each axis, at the faces below the points: into the point above, and into the one below.
  private let velocities: [FieldSet]
  /// One for each axis, over the spacing; along a radius times the areas of the faces.
  private let fluxes: FieldSet
  /// Of a radius; nil for other axes.
  private let shells: Shells?
  private let inflow: Mutex<[Int: [(column: Int, rate: Double, loss: Double)]]>
  private let scratch: [WorkerScratch]
  private let rate = Mutex(Double.nan)

  init(
    _ description: FieldTaxis, volumes: PointVolumes, boundaries: [AxisBoundary], pool: WorkerPool
  ) throws(FieldAllocationError) {
    self.description = description
    self.volumes = volumes
    self.boundaries = boundaries
    grid = volumes.grid
    shells = grid.axes[0].geometry == .cartesian ? nil : Shells(grid.axes[0])
    var velocities: [FieldSet] = []
    for _ in grid.axes { velocities.append(try FieldSet(grid: grid, count: 2)) }
    self.velocities = velocities
    fluxes = try FieldSet(grid: grid, count: grid.axes.count)
    inflow = Mutex([:])
    scratch = (0..<pool.threadCount).map { _ in WorkerScratch() }
  }

  var workingFieldCount: Int { velocities.reduce(fluxes.count) { $0 + $1.count } }

  /// Whether the velocity has been set and can never change.
  var isKnown: Bool {
    description.dependencies.isEmpty && !description.changesInTime && description.sideFlows.isEmpty
      && !outflowRate.isNaN
  }

  /// Whether the velocity changes while the given fields move.
  func changes(with moving: Set<Int>) -> Bool {
    description.changesInTime || !description.dependencies.isDisjoint(with: moving)
  }

  /// The largest rate, over all points, at which a point could lose what it holds.
  var outflowRate: Double { rate.withLock { $0 } }

  // MARK: Velocities

  func setVelocities(_ state: FieldSet, time: Double, pool: WorkerPool) {
    for axis in grid.axes.indices {
      description.setVelocities(state, time, axis, velocities[axis])
      closeSides(axis)
      if volumes.isMasked { closeTissue(state, axis, pool) }
    }
    setSideFlows(state, time: time)
    let rates = TileResults(count: grid.rowCount)
    pool.forEach(grid.rowCount) { row, worker in
      let sum = self.scratch[worker].memory(3 * self.grid.rowLength)
      sum.update(repeating: 0, count: self.grid.rowLength)
      for axis in self.grid.axes.indices {
        self.addOutflow(to: sum, spare: sum + self.grid.rowLength, row: row, axis: axis)
      }
      var largest = 0.0
      let inside = self.volumes.isMasked ? self.volumes.values(ofRow: row) : nil
      for point in 0..<self.grid.rowLength where inside?[point] ?? 1 > 0 {
        // A NaN stays: no comparison with it is true.
        largest = largest.isNaN || sum[point] <= largest ? largest : sum[point]
      }
      rates[row] = largest
    }
    var largest = rates.values.reduce(0) { $0.isNaN || $0 > $1 ? $0 : $1 }
    inflow.withLock { rows in
      for (_, entries) in rows {
        // A NaN stays, also of what flows in.
        for rate in entries.flatMap({ [2 * $0.loss, 0 * $0.rate] }) {
          largest = largest.isNaN || rate <= largest ? largest : rate
        }
      }
    }
    rate.withLock { $0 = largest }
  }

  /// The first face at which the velocity that was set last, for this state, is no finite number; nil if there is none.
  func infiniteVelocity(of state: FieldSet) -> VelocityFailure.Location? {
    for axis in grid.axes.indices {
      for row in 0..<grid.rowCount {
        for direction in 0..<2 {
          let velocity = velocities[axis].pointer(direction, row: row)
          guard let column = (0..<grid.rowLength).first(where: { !velocity[$0].isFinite }) else { continue }
          return VelocityFailure.Location(
            axis: axis, row: row, column: column, velocity: velocity[column],
            values: values(of: state, axis, row, column, direction))
        }
      }
    }
    return nil
  }

  /// The face with the largest velocity of those that were set last; nil if all are 0.
  func largestVelocity(of state: FieldSet) -> VelocityFailure.Location? {
    var largest: (axis: Int, row: Int, column: Int, direction: Int, velocity: Double)?
    for axis in grid.axes.indices {
      for row in 0..<grid.rowCount {
        for direction in 0..<2 {
          let velocity = velocities[axis].pointer(direction, row: row)
          for column in 0..<grid.rowLength where abs(velocity[column]) > abs(largest?.velocity ?? 0) {
            largest = (axis, row, column, direction, velocity[column])
          }
        }
      }
    }
    return largest.map { axis, row, column, direction, velocity in
      VelocityFailure.Location(
        axis: axis, row: row, column: column, velocity: velocity,
        values: values(of: state, axis, row, column, direction))
    }
  }

  /// The values of all fields at a face: means of both sides, of the field itself the limited value of the side that receives.
  private func values(of state: FieldSet, _ axis: Int, _ row: Int, _ column: Int, _ direction: Int) -> [Double] {
    (0..<state.count).map { field in
      var (before, behind) = ([Double](), [Double]())
      return withFaceRows(
        of: state, field: field, axis: axis, row: row, volumes, boundaries, scratch[0]
      ) { rows in
        guard field == description.field else {
          return 0.5 * (rows.pointee.values.1![column] + rows.pointee.values.2![column])
        }
        before = [Double](repeating: 0, count: grid.rowLength)
        behind = before
        taxis_face_values(&before, &behind, rows, grid.rowLength)
        return direction == 0 ? behind[column] : before[column]
      }
    }
  }

  /// Nothing crosses the lower sides by way of faces.
  private func closeSides(_ axis: Int) {
    guard boundaries[axis] != .periodic || grid.axes[axis].points == 1 else { return }
    for line in 0..<grid.lineCount(along: axis) {
      let (row, column) = grid.point(0, ofLine: line, along: axis)
      for direction in 0..<2 { velocities[axis].pointer(direction, row: row)[column] = 0 }
    }
  }

  /// Nothing crosses the edge of the tissue, whatever the gradients there seem to be.
  private func closeTissue(_ state: FieldSet, _ axis: Int, _ pool: WorkerPool) {
    pool.forEach(grid.rowCount) { row, worker in
      withFaceRows(
        of: state, field: self.description.field, axis: axis, row: row, self.volumes, self.boundaries,
        self.scratch[worker]
      ) { rows in
        guard let before = rows.pointee.volumes.1, let behind = rows.pointee.volumes.2 else { return }
        for direction in 0..<2 {
          let velocity = self.velocities[axis].pointer(direction, row: row)
          for point in 0..<self.grid.rowLength where !(before[point] > 0 && behind[point] > 0) { velocity[point] = 0 }
        }
      }
    }
  }

  /// Adds twice the velocities out of each point over the spacing: values at faces are at most twice those of points.
  private func addOutflow(
    to sum: UnsafeMutablePointer<Double>, spare: UnsafeMutablePointer<Double>, row: Int, axis: Int
  ) {
    let line = grid.axes[axis]
    let count = grid.rowLength
    let faces = velocities[axis]
    if axis > 0 {
      guard let above = rowAbove(row, axis) else {
        spare.update(repeating: 0, count: count)
        return taxis_add_outflow(sum, spare, faces.pointer(1, row: row), 2 / line.spacing, count)
      }
      return taxis_add_outflow(
        sum, faces.pointer(0, row: above), faces.pointer(1, row: row), 2 / line.spacing, count)
    }
    let (forward, backward) = (faces.pointer(0, row: row), faces.pointer(1, row: row))
    let above = spare
    let below = spare + count
    above.update(from: forward + 1, count: count - 1)
    above[count - 1] = boundaries[0] == .periodic ? forward[0] : 0
    below.update(from: backward, count: count)
    if let shells {
      let (sharesAbove, sharesBelow) = (shells.sharesAbove.start, shells.sharesBelow.start)
      for point in 0..<count {
        above[point] *= sharesAbove[point]
        below[point] *= sharesBelow[point]
      }
    }
    taxis_add_outflow(sum, above, below, 2 / line.spacing, count)
  }

  private func rowAbove(_ row: Int, _ axis: Int) -> Int? {
    let (index, line) = grid.place(row: row, column: 0, along: axis)
    let count = grid.axes[axis].points
    if index + 1 < count { return grid.point(index + 1, ofLine: line, along: axis).row }
    return boundaries[axis] == .periodic && count > 1 ? grid.point(0, ofLine: line, along: axis).row : nil
  }

  /// The rates at which points at sides win and lose by the flow through them.
  private func setSideFlows(_ state: FieldSet, time: Double) {
    guard !description.sideFlows.isEmpty else { return }
    var rows: [Int: [(column: Int, rate: Double, loss: Double)]] = [:]
    for flow in description.sideFlows {
      let axis = grid.axes[flow.axis]
      let (point, face) = flow.isUpper ? (axis.points - 1, axis.points) : (0, 0)
      let weight = axis.faceArea(face) / axis.volume(point)
      let (velocities, values) = (flow.velocities(time), flow.values(time))
      for line in velocities.indices {
        let (row, column) = grid.point(point, ofLine: line, along: flow.axis)
        if let inside = volumes.values(ofRow: row), inside[column] == 0 { continue }
        let inward = (flow.isUpper ? -velocities[line] : velocities[line]) * weight
        rows[row, default: []].append((column, max(inward, 0) * values[line], max(-inward, 0)))
      }
    }
    let found = rows
    inflow.withLock { $0 = found }
  }

  // MARK: Fluxes

  /// Computes the fluxes of a state through all faces.
  func setFluxes(_ state: FieldSet, time: Double, pool: WorkerPool) {
    pool.forEach(grid.rowCount) { row, worker in
      for axis in self.grid.axes.indices where self.grid.axes[axis].points > 1 {
        self.setFluxes(state, row: row, axis: axis, scratch: self.scratch[worker])
      }
    }
  }

  private func setFluxes(_ state: FieldSet, row: Int, axis: Int, scratch: WorkerScratch) {
    let count = grid.rowLength
    let target = fluxes.pointer(axis, row: row)
    withFaceRows(of: state, field: description.field, axis: axis, row: row, volumes, boundaries, scratch) { rows in
      taxis_fluxes(
        target, rows, velocities[axis].pointer(0, row: row), velocities[axis].pointer(1, row: row), count)
    }
    if let areas = shells?.areas.start {
      for face in 0..<count { target[face] *= areas[face] }
    }
  }

  /// The next stage: `u ← a u_start + b (u − h ∇·F)`.
  func update(
    _ state: FieldSet, start: FieldSet, startField: Int, shares: (Double, Double), step: Double, pool: WorkerPool
  ) {
    let sides = inflow.withLock { $0 }
    pool.forEach(grid.rowCount) { row, _ in
      let values = state.pointer(self.description.field, row: row)
      let before = start.pointer(startField, row: row)
      for side in sides[row] ?? [] {
        // What flows through a side is taken first, from the values of the stage before.
        values[side.column] += step * (side.rate - side.loss * values[side.column])
      }
      for axis in self.grid.axes.indices { self.subtractDivergence(row, axis, step, from: values) }
      if shares.0 != 0 {
        for point in 0..<self.grid.rowLength {
          values[point] = shares.0 * before[point] + shares.1 * values[point]
        }
      }
    }
  }

  /// Adds `−∇·F` and what flows through the sides to the rates of the field.
  func addRates(of state: FieldSet, to rates: FieldSet, pool: WorkerPool) {
    let sides = sideRates
    pool.forEach(grid.rowCount) { row, _ in
      self.addRates(of: state, row: row, sides, to: rates.pointer(self.description.field, row: row))
    }
  }

  /// The same for one row.
  func addRates(
    of state: FieldSet, row: Int, _ sides: [Int: [SideRate]], to target: UnsafeMutablePointer<Double>
  ) {
    let values = state.pointer(description.field, row: row)
    for side in sides[row] ?? [] { target[side.column] += side.rate - side.loss * values[side.column] }
    for axis in grid.axes.indices { subtractDivergence(row, axis, 1, from: target) }
  }

  /// What a point at a side wins, and the share of what it holds that it loses, by the flow through the side.
  typealias SideRate = (column: Int, rate: Double, loss: Double)

  /// Of each row that has any.
  var sideRates: [Int: [SideRate]] { inflow.withLock { $0 } }

  private func subtractDivergence(_ row: Int, _ axis: Int, _ step: Double, from values: UnsafeMutablePointer<Double>) {
    let line = grid.axes[axis]
    let count = grid.rowLength
    guard line.points > 1 else { return }
    let flux = fluxes.pointer(axis, row: row)
    let scale = step / line.spacing
    if axis > 0 {
      let above = rowAbove(row, axis).map { fluxes.pointer(axis, row: $0) }
      if let above {
        for point in 0..<count { values[point] -= scale * (above[point] - flux[point]) }
      } else {
        for point in 0..<count { values[point] += scale * flux[point] }
      }
    } else if let shells {
      let volumes = shells.volumes.start
      for point in 0..<(count - 1) { values[point] -= step / volumes[point] * (flux[point + 1] - flux[point]) }
      values[count - 1] -= step / volumes[count - 1] * (0 - flux[count - 1])
    } else {
      for point in 0..<(count - 1) { values[point] -= scale * (flux[point + 1] - flux[point]) }
      values[count - 1] -= scale * ((boundaries[0] == .periodic ? flux[0] : 0) - flux[count - 1])
    }
  }
}

/// The shells of the points of a radius.
private struct Shells: Sendable {
  /// Of the faces below the points.
  let areas: Numbers
  let volumes: Numbers
  /// Areas of the faces above and below each point, times the spacing over its volume.
  let sharesAbove, sharesBelow: Numbers

  init(_ axis: Axis) {
    areas = Numbers((0..<axis.points).map { axis.faceArea($0) })
    volumes = Numbers((0..<axis.points).map { axis.volume($0) })
    func shares(_ offset: Int) -> Numbers {
      Numbers((0..<axis.points).map { axis.faceArea($0 + offset) * axis.spacing / axis.volume($0) })
    }
    (sharesAbove, sharesBelow) = (shares(1), shares(0))
  }
}
