import CKernels
import Fields

/// The movement of fields up gradients and with flows, over a step.
///
/// Conservative finite volumes with limited values at the faces (second order where the solution is smooth, no negative
/// values, no new extrema) and a Runge–Kutta method of third order that is a sum of steps of Euler's method. The step is
/// divided so that no point loses more than it has; where velocities change during the step, it is divided again when
/// they grow.
///
/// Source of the time stepping: C.-W. Shu & S. Osher, Efficient implementation of essentially non-oscillatory
/// shock-capturing schemes, J. Comput. Phys. 77 (1988) 439–471.
package final class Taxis: TaxisRates {
  package let fields: [FieldTaxis]
  private let movers: [TaxisMover]
  private let volumes: PointVolumes
  private let pool: WorkerPool
  /// The moving fields at the start of a part of the step.
  private let start: FieldSet
  private let meter = WorkMeter()

  /// - Parameter boundaries: of each field and axis.
  package init(
    volumes: PointVolumes, fields: [FieldTaxis], boundaries: [[AxisBoundary]], pool: WorkerPool
  ) throws(FieldAllocationError) {
    self.fields = fields
    self.volumes = volumes
    self.pool = pool
    var movers: [TaxisMover] = []
    for field in fields {
      movers.append(try TaxisMover(field, volumes: volumes, boundaries: boundaries[field.field], pool: pool))
    }
    self.movers = movers
    start = try FieldSet(grid: volumes.grid, count: fields.count)
  }

  /// Fields that are held to work with.
  package var workingFieldCount: Int { movers.reduce(start.count) { $0 + $1.workingFieldCount } }

  package var work: Work { meter.work }

  /// The number of equal parts that a step from a state would be divided into.
  package func division(_ state: FieldSet, time: Double, step: Double) -> Int {
    setVelocities(state, time: time, all: true)
    return parts(of: step)
  }

  /// Replaces the moving fields by the solution of `u_t = −∇·(a u)` at `time + step`.
  package func advance(_ state: FieldSet, from time: Double, by step: Double) throws(VelocityFailure) {
    let moving = Set(fields.map(\.field))
    let isSteady = fields.allSatisfy { $0.dependencies.isDisjoint(with: moving) && !$0.changesInTime }
    var done = 0.0
    var isFirst = true
    while done < step {
      if isFirst || !isSteady { setVelocities(state, time: time + done, all: isFirst) }
      isFirst = false
      try check(state, time + done)
      var count = parts(of: step - done)
      guard count <= Taxis.mostParts else { throw tooManyParts(state, time + done) }
      for (index, field) in fields.enumerated() {
        start.setField(index, toSumOf: [(1, state)], field: field.field, pool: pool)
      }
      while !attempt(state, from: time + done, by: (step - done) / Double(count), isSteady: isSteady) {
        // Velocities have grown: once more from the start with shorter steps.
        for (index, field) in fields.enumerated() {
          state.setField(field.field, toSumOf: [(1, start)], field: index, pool: pool)
        }
        count *= 2
        setVelocities(state, time: time + done, all: false)
        guard count <= Taxis.mostParts else { throw tooManyParts(state, time + done) }
      }
      done = count == 1 ? step : done + (step - done) / Double(count)
    }
  }

  /// Adds `−∇·(a u)` at a time to the rates of the moving fields.
  package func addRates(of state: FieldSet, time: Double, to rates: FieldSet) throws(VelocityFailure) {
    try find(state, time: time)
    addFoundRates(of: state, time: time, to: rates)
  }

  /// Finds the velocities for a state.
  package func find(_ state: FieldSet, time: Double) throws(VelocityFailure) {
    setVelocities(state, time: time, all: true)
    try check(state, time)
  }

  /// The largest rate at which some point loses a field, with the velocities found last; 0 if it stays.
  package func outflowRate(of field: Int) -> Double {
    movers.first { $0.description.field == field }?.outflowRate ?? 0
  }

  /// Adds `−∇·(a u)`, with the velocities found last, to the rates of the moving fields.
  package func addFoundRates(of state: FieldSet, time: Double, to rates: FieldSet) {
    countStage()
    for mover in movers {
      mover.setFluxes(state, time: time, pool: pool)
      mover.addRates(of: state, to: rates, pool: pool)
    }
  }

  private func countStage() { meter.add { $0.taxisStages += movers.count * volumes.grid.axes.count } }

  /// So finely a step is divided at most.
  private static let mostParts = 1 << 20

  /// One part of the step; false if velocities grew too much for it.
  private func attempt(_ state: FieldSet, from time: Double, by step: Double, isSteady: Bool) -> Bool {
    for (index, stage) in StrongStabilityPreserving.stages.enumerated() {
      if index > 0, !isSteady {
        setVelocities(state, time: time + stage.time * step, all: false)
        if !(movers.allSatisfy { $0.outflowRate * step <= 1 }) { return false }
      }
      countStage()
      for mover in movers { mover.setFluxes(state, time: time + stage.time * step, pool: pool) }
      for (index, mover) in movers.enumerated() {
        mover.update(
          state, start: start, startField: index, shares: (stage.start, stage.latest), step: step, pool: pool)
      }
    }
    return true
  }

  private func setVelocities(_ state: FieldSet, time: Double, all: Bool) {
    let moving = Set(fields.map(\.field))
    for mover in movers where all && !mover.isKnown || mover.changes(with: moving) {
      mover.setVelocities(state, time: time, pool: pool)
    }
  }

  /// Not more than one beyond `mostParts`.
  private func parts(of step: Double) -> Int {
    let rate = movers.reduce(0) { max($0, $1.outflowRate) }
    return Int(min(Double(Taxis.mostParts + 1), StrongStabilityPreserving.parts(step: step, outflow: rate)))
  }

  private func check(_ state: FieldSet, _ time: Double) throws(VelocityFailure) {
    if movers.contains(where: { !$0.outflowRate.isFinite }) { throw failure(state, time) }
  }

  private func tooManyParts(_ state: FieldSet, _ time: Double) -> VelocityFailure {
    let fastest = movers.max { $0.outflowRate < $1.outflowRate }
    return VelocityFailure(
      field: fastest?.description.field ?? 0, time: time, location: fastest?.largestVelocity(of: state))
  }

  private func failure(_ state: FieldSet, _ time: Double) -> VelocityFailure {
    let worst = movers.first { !$0.outflowRate.isFinite } ?? movers.max { $0.outflowRate < $1.outflowRate }
    return VelocityFailure(
      field: worst?.description.field ?? 0, time: time, location: worst?.infiniteVelocity(of: state))
  }
}

/// Movement up gradients and with flows, as rates.
package protocol TaxisRates: Sendable {
  /// Done since the start.
  var work: Work { get }
  /// Adds `−∇·(a u)` at a time to the rates of the moving fields.
  func addRates(of state: FieldSet, time: Double, to rates: FieldSet) throws(VelocityFailure)
}

/// A field is carried too fast, or with a velocity that is no number.
package struct VelocityFailure: Error, Sendable {
  /// Where the velocity is no finite number, or so large that a step would be divided into more parts than are taken.
  package struct Location: Sendable {
    /// The place is the face below a point along this axis; nil if it is the point itself.
    package let axis: Int?
    package let row: Int
    package let column: Int
    package let velocity: Double
    /// Of all fields, as the velocity has them there.
    package let values: [Double]
  }

  package let field: Int
  package let time: Double
  /// nil if the velocity is finite, and not too large, at all faces within the domain.
  package let location: Location?
}
