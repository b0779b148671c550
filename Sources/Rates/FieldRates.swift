import Expressions
import Fields
import Operators

/// The rates of change of all fields but for diffusion: reactions and movement up gradients and with flows, with what
/// depends on the whole domain evaluated for the very state.
package final class FieldRates: Sendable {
  private let evaluator: GridEvaluator
  private let taxis: (any TaxisRates)?
  private let distributions: DistributionFields?
  /// The state with what stands for delayed values, integrals along an axis and convolutions behind it.
  private let extended: FieldSet?
  /// Values of what depends on the position alone; nil if nothing does.
  package let places: FieldSet?
  private let fieldCount: Int
  private let profiler: StepProfiler?
  private let meter = WorkMeter()

  /// - Parameters:
  ///   - rates: of each field, by reactions.
  ///   - profiler: of those who measure the time that parts take.
  package init(
    _ rates: [Expression], fields: [String], parameters: [String: Double], taxis: (any TaxisRates)?,
    distributions: DistributionFields?, profiler: StepProfiler? = nil, volumes: PointVolumes, pool: WorkerPool
  ) throws {
    self.profiler = profiler
    let (functionals, local) = Expression.extractingFunctionals(rates)
    let (found, rest) = Expression.extractingStaticCoefficients(local)
    let functions = try PointwiseFunctions(
      pointwise: rest, functionals: functionals, fields: distributions?.names ?? fields, parameters: parameters,
      grid: volumes.grid, extraInputs: found.map { .field($0.name) })
    evaluator = GridEvaluator(functions, volumes: volumes, pool: pool)
    fieldCount = fields.count
    places = try FieldRates.values(found.map(\.expression), parameters: parameters, volumes: volumes, pool: pool)
    self.taxis = taxis
    self.distributions = distributions
    extended = try distributions.map { try FieldSet(grid: volumes.grid, count: $0.names.count) }
  }

  private static func values(
    _ places: [Expression], parameters: [String: Double], volumes: PointVolumes, pool: WorkerPool
  ) throws -> FieldSet? {
    if places.isEmpty { return nil }
    let values = try FieldSet(grid: volumes.grid, count: places.count)
    let functions = try PointwiseFunctions(places, fields: [], parameters: parameters, grid: volumes.grid)
    GridEvaluator(functions, volumes: volumes, pool: pool).evaluate(values, time: 0, into: values)
    return values
  }

  /// Sets of all fields that are held, rounded up.
  package var fieldSetCount: Int {
    (extended == nil ? 0 : 1) + ((places?.count ?? 0) + fieldCount - 1) / max(fieldCount, 1)
  }

  /// Taxis included.
  package var work: Work { taxis.map { meter.work + $0.work } ?? meter.work }

  /// Whether the rates at a point follow from the values of the fields and of `places` there.
  package var isPointwise: Bool { taxis == nil && distributions == nil && evaluator.isPointwise }

  /// Replaces the values of the fields at some points by the rates there; those of `places` follow the fields.
  ///
  /// - Precondition: `isPointwise`.
  package func replace(_ points: PointBlock, time: Double, worker: Int) {
    evaluator.replace(points, time: time, worker: worker)
  }

  /// Counts an evaluation at all points.
  package func countEvaluation() {
    meter.add {
      $0.rateEvaluations += 1
      $0.operations += Double(evaluator.functions.operationCount)
    }
  }

  /// Replaces `target` by the rates at a time.
  package func evaluate(_ state: FieldSet, time: Double, into target: FieldSet) throws(NumericalFailure) {
    countEvaluation()
    if let distributions, let extended {
      try distributions.extend(state, into: extended, time: time)
      evaluator.evaluate(extended, time: time, into: target, places: places)
    } else {
      evaluator.evaluate(state, time: time, into: target, places: places)
    }
    profiler?.passed(.reaction)
    guard let taxis else { return }
    do throws(VelocityFailure) {
      try taxis.addRates(of: state, time: time, to: target)
    } catch {
      throw NumericalFailure(error)
    }
    profiler?.passed(.taxis)
  }
}
