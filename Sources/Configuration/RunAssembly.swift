import Expressions
import Fields
import Models
import Operators
import Simulations
import TimeStepping

/// The parts of a run in memory: the state, the stepper, the observables.
package final class RunAssembly {
  package let configuration: RunConfiguration
  package let pool: WorkerPool
  package let state: FieldSet
  package let stepper: SplittingStepper
  package let observables: Observables
  /// For each field the fastest rate at which it grows from nothing.
  package let growthRates: [Double]

  /// Puts the parts together, the state at its initial values.
  ///
  /// - Parameter threads: instead of the run file's.
  package init(_ configuration: RunConfiguration, threads: Int? = nil) throws {
    self.configuration = configuration
    let model = configuration.model
    let grid = configuration.grid
    pool = WorkerPool(threads: threads ?? configuration.threads)
    state = try FieldSet(grid: grid, count: model.fields.count)
    let volumes = try PointVolumes(grid)
    try setInitialState(
      state, to: configuration.initial, fields: model.fieldNames, parameters: model.parameterValues,
      seed: configuration.seed, time: configuration.startTime, volumes: volumes, pool: pool)
    let maxima = model.fields.indices.map { [state] in max(abs(state.maximum($0)), abs(state.minimum($0))) }
    growthRates = configuration.growthRates(maxima: maxima)
    stepper = try RunAssembly.stepper(
      configuration, maxima: maxima, growthRates: growthRates, volumes: volumes, pool: pool)
    observables = try Observables(
      named: configuration.observables, fields: model.fieldNames, parameters: model.parameterValues,
      volumes: volumes, pool: pool)
  }

  private static func stepper(
    _ configuration: RunConfiguration, maxima: [Double], growthRates: [Double], volumes: PointVolumes,
    pool: WorkerPool
  ) throws -> SplittingStepper {
    let model = configuration.model
    let fields = try model.fields.indices.map { index in
      FieldDiffusion(
        diffusivities: configuration.diffusivities[index], boundaries: configuration.sides[index].boundaries,
        supplies: try configuration.sides[index].given.map {
          try $0.supply(of: configuration.grid, parameters: model.parameterValues)
        },
        growthRate: growthRates[index], duration: configuration.endTime - configuration.startTime,
        requestedMethod: configuration.requestedMethods[index], symbol: configuration.symbol)
    }
    let system = try ReactionSystem(
      rates: model.rates, fields: model.fieldNames, parameters: model.parameterValues, grid: configuration.grid)
    // A field that starts empty has no size of its own yet; that of the others stands in for it.
    let largest = maxima.max() ?? 0
    let scales = maxima.map { $0 > 0 ? $0 : largest > 0 ? largest : 1 }
    let reactions =
      system.isActive
      ? ReactionIntegrator(
        system, pair: configuration.reactionMethod, tolerance: configuration.reactionTolerance, scales: scales,
        pool: pool) : nil
    return try SplittingStepper(
      scheme: configuration.scheme, reactions: reactions,
      diffusion: Diffusion(grid: configuration.grid, fields: fields, pool: pool),
      volumes: volumes, pool: pool)
  }

  /// The propagators of the first step: for each field, one per axis.
  package var propagators: [[AxisPropagator]] {
    var clock = Clock(start: configuration.startTime)
    let step = clock.nextStep(to: configuration.endTime, askedStep: configuration.step)
    return stepper.diffusion.plan(step: step.size)
  }

  /// Bytes that the field values of the run take, the stepper's memory and working copies included.
  package var fieldBytes: Int {
    let one = configuration.grid.storageCount * 8
    return one * ((2 + stepper.fieldSetCount) * state.count + stepper.diffusion.workingFieldCount)
  }
}
