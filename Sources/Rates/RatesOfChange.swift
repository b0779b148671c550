import Fields
import Operators

/// The rates `∂u/∂t` at which the equations change a state: diffusion, reactions, movement and prescribed boundary data.
///
/// Of quasi-steady fields by a difference: how far they move while the others follow their rates for a short time.
package final class RatesOfChange {
  private let rates: FieldRates
  private let diffusion: DiffusionRates
  private let quasiSteady: QuasiSteadyFields?
  private let volumes: PointVolumes
  private let pool: WorkerPool
  /// A state a short time away; nil before it is needed.
  private var neighbor: FieldSet?

  /// - Parameter rates: of all fields without diffusion; 0 for quasi-steady ones.
  /// Whether the equations depend on the time explicitly.
  package let dependsOnTime: Bool

  package init(
    _ rates: FieldRates, diffusion: DiffusionRates, quasiSteady: QuasiSteadyFields?, dependsOnTime: Bool,
    volumes: PointVolumes, pool: WorkerPool
  ) {
    self.dependsOnTime = dependsOnTime
    self.rates = rates
    self.diffusion = diffusion
    self.quasiSteady = quasiSteady
    self.volumes = volumes
    self.pool = pool
  }

  package var work: Work { rates.work + diffusion.work }

  /// Share of their size by which fields change in the time of the differences.
  private static let relativeDistance = 1e-5

  /// Replaces `target` by the rates of a state at a time.
  ///
  /// - Parameter span: time for which the equations stay smooth from there on, negative for backwards.
  package func evaluate(
    _ state: FieldSet, time: Double, span: Double, into target: FieldSet
  ) throws(NumericalFailure) {
    try rates.evaluate(state, time: time, into: target)
    do throws(DiffusivityFailure) {
      try diffusion.add(to: target, of: state, time: time)
    } catch {
      throw NumericalFailure(DiffusionFailure.diffusivity(error))
    }
    volumes.clearOutside(target)
    guard let quasiSteady, !quasiSteady.fields.isEmpty else { return }
    try addBalances(quasiSteady, state, time, span, to: target)
  }

  /// `(−3 w + 4 w(ε) − w(2ε))/(2ε)`, of second order in the distance `ε`.
  private func addBalances(
    _ quasiSteady: QuasiSteadyFields, _ state: FieldSet, _ time: Double, _ span: Double, to target: FieldSet
  ) throws(NumericalFailure) {
    guard let neighbor = try? neighbor ?? FieldSet(grid: state.grid, count: state.count) else { return }
    self.neighbor = neighbor
    let others = (0..<state.count).filter { !quasiSteady.fields.contains($0) }
    let fastest =
      others.map { field in
        let rate = target.errorSizes(field, against: state, old: state, volumes: volumes, pool: pool)
        return rate.value / max(rate.old, .leastNormalMagnitude)
      }.max() ?? 0
    let longest = 1e-4 * abs(span)
    let distance =
      (span < 0 ? -1 : 1) * (fastest > 0 ? min(RatesOfChange.relativeDistance / fastest, longest) : longest)
    guard distance != 0, distance.isFinite else { return }
    for field in quasiSteady.fields {
      target.setField(field, toSumOf: [(-1.5 / distance, state)], pool: pool)
    }
    for (steps, weight) in [(1.0, 2.0), (2.0, -0.5)] {
      neighbor.copy(from: state, pool: pool)
      for field in others {
        neighbor.setField(field, toSumOf: [(1, state), (steps * distance, target)], pool: pool)
      }
      try quasiSteady.settle(neighbor, time: time + steps * distance)
      for field in quasiSteady.fields {
        target.setField(field, toSumOf: [(1, target), (weight / distance, neighbor)], pool: pool)
      }
    }
  }
}

/// Rates of change that are made when they are needed first.
package final class LazyRatesOfChange {
  private let make: () throws -> RatesOfChange
  private var made: RatesOfChange?

  package init(_ make: @escaping () throws -> RatesOfChange) { self.make = make }

  package var rates: RatesOfChange {
    get throws {
      let rates = try made ?? make()
      made = rates
      return rates
    }
  }

  /// Of their evaluations so far.
  package var work: Work { made?.work ?? Work() }
}
