import Documents
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
  package let volumes: PointVolumes
  package let stepper: SplittingStepper
  package let observables: Observables
  /// How each field is moved in the first step.
  package let diffusionPlan: [Diffusion.Plan]
  /// Into how many parts each half of the first step is divided for taxis; nil without.
  package let taxisParts: Int?
  /// For each field the fastest rate at which it grows from nothing.
  package let growthRates: [Double]

  /// Largest absolute value of each field at the start of the run.
  package let maxima: [Double]

  /// What a run that goes on takes from where it was instead of from the run file: files may have changed since.
  package struct Continuation {
    let maxima: [Double]?
    let tissue: FieldSet?
    let restore: (FieldSet) throws -> Void
  }

  /// Puts the parts together, the state at its initial values or where an earlier run left it.
  ///
  /// - Parameter threads: instead of the run file's.
  package init(_ configuration: RunConfiguration, threads: Int? = nil, continuing: Continuation? = nil) throws {
    self.configuration = configuration
    let model = configuration.model
    let grid = configuration.grid
    pool = WorkerPool(threads: threads ?? configuration.threads)
    state = try FieldSet(grid: grid, count: model.fields.count)
    volumes =
      try continuing?.tissue.map { try PointVolumes(grid, mask: $0) }
      ?? configuration.mask?.volumes(of: configuration, pool: pool) ?? PointVolumes(grid)
    let quasiSteady = try RunAssembly.quasiSteadyFields(configuration, volumes: volumes, pool: pool)
    var maxima = continuing?.maxima
    if maxima == nil {
      try configuration.setInitialValues(of: state, volumes: volumes, pool: pool)
      do throws(NumericalFailure) {
        try quasiSteady?.settle(state, time: configuration.startTime)
      } catch {
        throw configuration.diagnostics(error)
      }
      maxima = model.fields.indices.map { [state] in max(abs(state.maximum($0)), abs(state.minimum($0))) }
    }
    try continuing?.restore(state)
    let largest = maxima ?? []
    self.maxima = largest
    growthRates = configuration.growthRates(maxima: largest)
    stepper = try RunAssembly.stepper(
      configuration, maxima: largest, growthRates: growthRates, quasiSteady: quasiSteady, volumes: volumes, pool: pool)
    var clock = Clock(start: configuration.startTime)
    let step = clock.nextStep(to: configuration.endTime, askedStep: configuration.step)
    do {
      diffusionPlan = try stepper.diffusion.plan(state, time: step.start, step: step.size)
    } catch let failure as DiffusivityFailure {
      throw configuration.diagnostics(failure)
    }
    taxisParts = stepper.taxis?.division(state, time: step.start, step: 0.5 * step.size)
    let (found, expressions) = Expression.extractingDistributions(configuration.observables.map(\.expression))
    observables = try Observables(
      named: zip(configuration.observables, expressions).map { ($0.name, $1) }, fields: model.fieldNames,
      distributions: configuration.distributionFields(found, volumes: volumes, pool: pool),
      parameters: model.parameterValues, volumes: volumes, pool: pool)
  }

  /// How the fields diffuse.
  ///
  /// - Parameter growthRates: of each field; none are needed for fields that are always in balance.
  private static func diffusing(
    _ configuration: RunConfiguration, growthRates: [Double], volumes: PointVolumes, pool: WorkerPool
  ) throws -> [FieldDiffusion] {
    let model = configuration.model
    return try model.fields.indices.map { index in
      let diffusivity = configuration.diffusivities[index]
      return FieldDiffusion(
        diffusivities: diffusivity.constants,
        variable: try diffusivity.variable.map {
          try VariableDiffusivity(
            $0, mean: diffusivity.mean, fields: model.fieldNames, parameters: model.parameterValues, volumes: volumes,
            pool: pool)
        }, crossTerms: diffusivity.crossTerms, boundaries: configuration.sides[index].boundaries,
        supplies: try configuration.sides[index].given.map {
          try $0.supply(of: configuration.grid, parameters: model.parameterValues)
        },
        growthRate: growthRates.isEmpty ? 0 : growthRates[index],
        duration: configuration.endTime - configuration.startTime,
        isQuasiSteady: model.fields[index].isQuasiSteady, requestedMethod: configuration.requestedMethods[index],
        symbol: configuration.symbol)
    }
  }

  /// The fields that are always in balance; nil if there are none.
  private static func quasiSteadyFields(
    _ configuration: RunConfiguration, volumes: PointVolumes, pool: WorkerPool
  ) throws -> QuasiSteadyFields? {
    let model = configuration.model
    if configuration.quasiSteadyOrder.isEmpty { return nil }
    let fields = try diffusing(configuration, growthRates: [], volumes: volumes, pool: pool)
    return try QuasiSteadyFields(
      configuration.quasiSteadyOrder.map { try BalanceSolver(field: $0, fields[$0], volumes: volumes, pool: pool) },
      rates: model.rates, fields: model.fieldNames, parameters: model.parameterValues, volumes: volumes, pool: pool)
  }

  private static func stepper(
    _ configuration: RunConfiguration, maxima: [Double], growthRates: [Double], quasiSteady: QuasiSteadyFields?,
    volumes: PointVolumes, pool: WorkerPool
  ) throws -> SplittingStepper {
    let model = configuration.model
    let fields = try diffusing(configuration, growthRates: growthRates, volumes: volumes, pool: pool)
    let (found, rates) = Expression.extractingDistributions(
      zip(model.rates, model.fields).map { $1.isQuasiSteady ? .constant(0) : $0 })
    let distributions = try configuration.distributionFields(found, volumes: volumes, pool: pool)
    let system = try ReactionSystem(
      rates: rates + found.map { _ in .constant(0) }, fields: distributions?.names ?? model.fieldNames,
      parameters: model.parameterValues, grid: configuration.grid)
    // A field that starts empty has no size of its own yet; that of the others stands in for it.
    let largest = maxima.max() ?? 0
    let scales = maxima.map { $0 > 0 ? $0 : largest > 0 ? largest : 1 } + found.map { _ in Double.infinity }
    let reactions =
      system.isActive
      ? ReactionIntegrator(
        system, pair: configuration.reactionMethod, tolerance: configuration.reactionTolerance, scales: scales,
        volumes: volumes,
        pool: pool) : nil
    return try SplittingStepper(
      scheme: configuration.scheme, reactions: reactions, taxis: configuration.taxis(volumes: volumes, pool: pool),
      diffusion: diffusion(fields, configuration, volumes, pool), quasiSteady: quasiSteady,
      distributions: distributions, volumes: volumes, pool: pool)
  }

  /// A diffusivity that is negative somewhere from the start is a fault of the run file.
  private static func diffusion(
    _ fields: [FieldDiffusion], _ configuration: RunConfiguration, _ volumes: PointVolumes, _ pool: WorkerPool
  ) throws -> Diffusion {
    do {
      return try Diffusion(volumes: volumes, fields: fields, pool: pool)
    } catch let failure as DiffusivityFailure {
      throw configuration.diagnostics(failure)
    }
  }

  /// Bytes that the field values of the run take, the stepper's memory and working copies included.
  package var fieldBytes: Int {
    let one = configuration.grid.storageCount * 8
    return one
      * ((2 + stepper.fieldSetCount) * state.count + stepper.diffusion.workingFieldCount
        + (stepper.taxis?.workingFieldCount ?? 0) + (stepper.quasiSteady?.workingFieldCount ?? 0))
  }
}

extension RunConfiguration {
  /// Sets all fields to their values at the start.
  fileprivate func setInitialValues(of state: FieldSet, volumes: PointVolumes, pool: WorkerPool) throws {
    let expressions = initial.map { value -> Expression in
      if case .expression(let expression) = value { expression } else { .constant(0) }
    }
    try setInitialState(
      state, to: expressions, fields: model.fieldNames, parameters: model.parameterValues, seed: seed, time: startTime,
      volumes: volumes, pool: pool)
    for (index, value) in initial.enumerated() {
      if case .file(let file) = value { state.setValues(index, to: try file.values(on: grid)) }
    }
    volumes.clearOutside(state)
  }

  /// Fields for integrals along an axis and convolutions; nil if there are none.
  fileprivate func distributionFields(
    _ distributions: [Distribution], volumes: PointVolumes, pool: WorkerPool
  ) throws -> DistributionFields? {
    if distributions.isEmpty { return nil }
    return try DistributionFields(
      distributions, fields: model.fieldNames, parameters: model.parameterValues,
      isPeriodic: grid.axes.indices.map { axis in sides.allSatisfy { $0.boundaries[axis] == .periodic } },
      volumes: volumes, pool: pool)
  }

  /// What keeps a field from a balance with the initial values of the others.
  fileprivate func diagnostics(_ failure: NumericalFailure) -> Diagnostics {
    var found = Diagnostics()
    found.error(
      "the quasi-steady field \(model.fieldNames[failure.field]) \(failure.problem) at the start",
      at: model.fields[failure.field].diffusivity.place,
      remedy: "look at its production, its decay and its sides, or begin nearer to its balance")
    return found
  }

  /// What is wrong with a diffusivity, where it stands.
  fileprivate func diagnostics(_ failure: DiffusivityFailure) -> Diagnostics {
    let place = [grid.axes[0].coordinate(failure.column)] + grid.rowCoordinates(failure.row)
    let position = zip(grid.axes, place).map { "\($0.name) = \(Float($1))" }.joined(separator: ", ")
    var found = Diagnostics()
    found.error(
      "the diffusivity of field \(model.fieldNames[failure.field]) is \(JSONText.text(failure.value)) at \(position), but must be at least 0",
      at: model.fields[failure.field].diffusivity.place)
    return found
  }
}
