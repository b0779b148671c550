import Documents
import Expressions
import Fields
import Models
import Operators
import Rates
import Simulations
import TimeStepping

/// The parts of a run in memory: the state, the stepper, the observables.
package final class RunAssembly {
  package let configuration: RunConfiguration
  package let pool: WorkerPool
  package let state: FieldSet
  package let volumes: PointVolumes
  package let stepper: any TimeStepper
  /// Of those who measure the time that parts of steps take.
  private let profiler: StepProfiler?
  /// For times inside of a step at which densities must stay non-negative; nil if the model does not allow it.
  let positiveStepper: LazyStepper?
  /// The rates at which the equations change a state; nil if it has none.
  let ratesOfChange: LazyRatesOfChange?
  package let diffusion: Diffusion
  package let taxis: Taxis?
  /// The same without the fields whose movement is a part of their diffusion.
  let separateTaxis: Taxis?
  /// In its place where the solution is said to be smooth.
  package let spectralTaxis: SpectralTaxis?
  package let reactions: ReactionIntegrator?
  package let quasiSteady: QuasiSteadyFields?
  /// Where the stepper writes down what changes the masses; nil if no ledger is kept.
  package let account: MassAccount?
  /// What looks back on the past; nil if nothing is delayed.
  package let delays: DelayedFields?
  package let observables: Observables
  /// How each field is moved in the first step.
  package let diffusionPlan: [Diffusion.Plan]
  /// Into how many parts each half of the first step is divided for taxis; nil without.
  package let taxisParts: Int?
  /// How fast traces of the fields grow where there is nothing of them.
  package let traceGrowth: TraceGrowth

  /// Largest absolute value of each field at the start of the run.
  package let maxima: [Double]
  /// Of each field how far a transform would take it out of what its equations allow; see `SharpData`.
  package let ringing: [Double]
  /// Of each field the value that movement up gradients and reactions do not take it beyond; nil if none is known.
  package let upperLimits: [Double?]
  /// Look after each step whether transforms may still move the fields.
  package private(set) var boundsChecks: [any BoundsCheck] = []
  /// Finds steps that pass a pole; nil if nothing can have one.
  package private(set) var poleCheck: PoleCheck?
  /// Of each field whether it is nowhere empty at the start, so that it is transformed although its traces would grow; see
  /// `EmptinessCheck`.
  package let nowhereEmpty: [Bool]
  /// The uniform steady state near which the run begins; nil if there is none.
  package let uniformState: [Double]?
  /// What grows or decays slowly about it.
  let patternOnset: PatternOnset?
  /// What is removed somewhere for a while, and grows again; nil if nothing is.
  private let removal: RemovedFields?
  /// Of steps while that departs little from it; nil if there is none.
  package let growthLimit: GrowthLimit?
  /// What is doubtful in the initial values of a run that begins here.
  package private(set) var startWarnings = Diagnostics()

  /// What a resumed run takes from its checkpoint instead of from input files, which may have changed since.
  package struct Continuation {
    let maxima: [Double]?
    let ringing: [Double]?
    /// Names of the fields that were nowhere empty at the start; nil in checkpoints of older versions.
    let nowhereEmpty: Set<String>?
    /// See `RunAssembly`; nil in checkpoints of older versions, too.
    let uniformState: [Double]?
    /// See `RunConfiguration`.
    let negativeAtStart: Set<String>
    let parametersBeforeStart: [String: Double]?
    let tissue: FieldSet?
    let restore: (FieldSet) throws -> Void
  }

  /// Puts the parts together, the state at its initial values or where an earlier run left it.
  ///
  /// - Parameters:
  ///   - threads: instead of the run file's.
  ///   - earlier: the parts of the same run before its equations were changed; the state is theirs.
  ///   - changes: of the equations since; of these the fields that transforms must not move any more.
  ///   - profiler: of those who measure the time that parts of steps take.
  package init(
    _ given: RunConfiguration, threads: Int? = nil, continuing: Continuation? = nil,
    following earlier: RunAssembly? = nil, changes: EquationChanges = EquationChanges(), profiler: StepProfiler? = nil
  ) throws {
    self.profiler = profiler ?? earlier?.profiler
    var configuration = given
    let model = configuration.model
    let grid = configuration.grid
    pool = earlier?.pool ?? WorkerPool(threads: threads ?? configuration.threads)
    state = try earlier?.state ?? FieldSet(grid: grid, count: model.fields.count)
    var warnings = Diagnostics()
    volumes =
      try earlier?.volumes ?? continuing?.tissue.map { try PointVolumes(grid, mask: $0) }
      ?? configuration.mask?.volumes(of: configuration, pool: pool, &warnings) ?? PointVolumes(grid)
    var maxima = earlier?.maxima ?? continuing?.maxima
    if maxima == nil {
      startWarnings = warnings
      startWarnings.merge(try configuration.setInitialValues(of: state, volumes: volumes, pool: pool))
      startWarnings.merge(try configuration.checkFirstState(state, pool: pool))
      startWarnings.merge(try configuration.checkRegions(volumes: volumes, pool: pool))
      try configuration.checkSides(volumes: volumes)
      configuration.negativeAtStart = configuration.fieldsBelowZero(in: state)
      configuration.sizesAtStart = configuration.sizesAtStart(maxima: state.largestAbsoluteValues)
      try configuration.checkDomains(of: state)
    } else {
      configuration.negativeAtStart = earlier?.configuration.negativeAtStart ?? continuing?.negativeAtStart ?? []
      configuration.sizesAtStart = configuration.sizesAtStart(maxima: maxima ?? [])
      configuration.parametersBeforeStart =
        earlier?.configuration.parametersBeforeStart ?? continuing?.parametersBeforeStart
    }
    let kernels = ConvolutionKernels(configuration, pool: pool)
    defer { kernels.releaseValues() }
    let quasiSteady = try configuration.quasiSteadyFields(kernels: kernels, volumes: volumes, pool: pool)
    if maxima == nil {
      do throws(NumericalFailure) {
        try quasiSteady?.settle(state, time: configuration.startTime)
      } catch {
        throw configuration.diagnostics(error)
      }
      if model.fields.contains(where: { $0.stage != nil }) {
        try configuration.setDelayStages(of: state, kernels: kernels, volumes: volumes, pool: pool)
        try quasiSteady?.settle(state, time: configuration.startTime)
      }
      maxima = state.largestAbsoluteValues
    }
    try continuing?.restore(state)
    delays = try configuration.delayedFields(
      following: earlier?.delays, kernels: kernels, volumes: volumes, pool: pool)
    if earlier == nil, continuing == nil {
      try delays?.begin(state, at: configuration.startTime, isJump: !configuration.history.isEmpty)
    }
    let largest = maxima ?? []
    self.maxima = largest
    // Changes by treatments count from the start: rounding from before a treatment grows after it.
    traceGrowth =
      try earlier?.traceGrowth ?? configuration.traceGrowth(maxima: largest, volumes: volumes, kernels: kernels)
    self.quasiSteady = quasiSteady
    taxis = try configuration.limitedTaxis(volumes: volumes, pool: pool)
    spectralTaxis = try configuration.spectralTaxis(volumes: volumes, pool: pool)
    let isFresh = earlier == nil && continuing == nil
    if isFresh {
      do throws(VelocityFailure) {
        try taxis?.find(state, time: configuration.startTime)
        try spectralTaxis?.find(state, time: configuration.startTime)
      } catch {
        throw configuration.diagnostics(error)
      }
    }
    let plain = try configuration.diffusingFields(traceGrowth: traceGrowth, volumes: volumes, pool: pool)
    var ringing =
      try isFresh
      ? SharpData.ringing(
        configuration, state: state, diffusions: plain, traceGrowth: traceGrowth, taxis: taxis, kernels: kernels,
        volumes: volumes,
        pool: pool)
      : earlier?.ringing ?? continuing?.ringing ?? model.fields.map { _ in 0 }
    for sharp in changes.sharpFields ?? [] {
      guard let field = model.fieldNames.firstIndex(of: sharp.field) else { continue }
      ringing[field] = max(ringing[field], sharp.overshoot)
    }
    self.ringing = ringing
    upperLimits = configuration.upperLimits(maxima: largest)
    let emptied = Set((changes.emptiedFields ?? []).map(\.field))
    nowhereEmpty =
      earlier?.nowhereEmpty
      ?? (continuing.map { before in model.fieldNames.map { before.nowhereEmpty?.contains($0) ?? false } }
        ?? EmptinessCheck.fieldsNowhereEmpty(
          configuration, state: state, diffusions: plain, volumes: volumes, pool: pool))
    let transformed = zip(nowhereEmpty, model.fieldNames).map { $0 && !emptied.contains($1) }
    let fields = try configuration.diffusingFields(
      traceGrowth: traceGrowth, nowhereEmpty: transformed, ringing: ringing, volumes: volumes, pool: pool)
    let (system, distributions, lines) = try RunAssembly.reactions(
      configuration, delays: delays, kernels: kernels, volumes: volumes, pool: pool)
    uniformState =
      isFresh
      ? configuration.uniformState(near: state, volumes: volumes) : earlier?.uniformState ?? continuing?.uniformState
    patternOnset = uniformState.flatMap { [spectralTaxis, volumes] in
      PatternOnset(
        configuration, about: $0, fields: fields, hasSpectralTaxis: spectralTaxis != nil,
        hasExactReactions: system?.hasExactFlow ?? true, volumes: volumes)
    }
    removal = try RemovedFields(
      configuration, traceGrowth: traceGrowth, maxima: largest, volumes: volumes, kernels: kernels)
    if case .automatic = configuration.askedScheme.method {
      let (scheme, reason) = Scheme.recommended(
        for: configuration.schemeTraits(
          fields, reactions: system, hasSpectralTaxis: spectralTaxis != nil, maxima: largest,
          removal: removal, onset: patternOnset, volumes: volumes))
      (configuration.scheme, configuration.schemeReason) = (scheme, reason)
    }
    let coupled = configuration.fieldsWithCoupledFluxes
    diffusion = try configuration.diffusion(
      of: configuration.coupled(fields, volumes: volumes, pool: pool), quasiSteady: quasiSteady, volumes: volumes,
      pool: pool)
    separateTaxis =
      coupled.isEmpty ? taxis : try configuration.limitedTaxis(except: coupled, volumes: volumes, pool: pool)
    self.configuration = configuration
    growthLimit = patternOnset?.limit(configuration, volumes: volumes, pool: pool)
    if earlier == nil {
      let time = configuration.document["time"]
      var isAsked = true
      if case .automatic = configuration.askedScheme.method { isAsked = false }
      for (found, key) in [
        (patternOnset?.warning(configuration), "step"),
        (removal?.warning(configuration.scheme, isAsked: isAsked), "scheme"),
      ] {
        guard let (message, remedy) = found else { continue }
        startWarnings.warning(message, at: time?[key]?.place ?? configuration.document.place, remedy: remedy)
      }
    }
    reactions = system.map { [volumes, pool] in
      RunAssembly.integrator(of: $0, configuration, maxima: largest, volumes: volumes, pool: pool)
    }
    account = try configuration.massAccount(rates: lines, distributions: distributions, volumes: volumes, pool: pool)
    let parts = StepperParts(
      volumes: volumes, reactions: reactions, taxis: taxis, separateTaxis: separateTaxis, spectralTaxis: spectralTaxis,
      diffusion: diffusion,
      quasiSteady: quasiSteady, distributions: distributions, delays: delays, kernels: kernels, account: account,
      profiler: profiler, pool: pool)
    func withNoise(_ stepper: any TimeStepper) throws -> any TimeStepper {
      try configuration.withNoise(
        stepper, quasiSteady: parts.quasiSteady, account: parts.account, volumes: parts.volumes, pool: parts.pool)
    }
    stepper = try withNoise(configuration.stepper(parts))
    positiveStepper =
      configuration.allowsPositiveStepper(parts)
      ? LazyStepper {
        defer { kernels.releaseValues() }
        return try withNoise(configuration.positiveStepper(.coxMatthews, parts))
      } : nil
    ratesOfChange =
      configuration.hasRatesOfChange ? LazyRatesOfChange { try configuration.ratesOfChange(parts) } : nil
    let start = configuration.startTime
    let length = configuration.flowLength(ofStep: configuration.firstStep.size)
    do {
      diffusionPlan = try diffusion.plan(state, time: start, step: length)
    } catch {
      throw configuration.diagnostics(error)
    }
    taxisParts = separateTaxis?.division(state, time: start, step: 0.5 * length)
    observables = try configuration.makeObservables(kernels: kernels, volumes: volumes, pool: pool)
    let checks: [(any BoundsCheck)?] = [
      FrontBounds(
        configuration, diffusions: diffusion.fields, upperLimits: upperLimits, traceGrowth: traceGrowth,
        volumes: volumes,
        pool: pool), EmptinessCheck(configuration, transformed: transformed, pool: pool),
      try FastLossCheck(configuration, kernels: kernels, volumes: volumes, pool: pool),
    ]
    boundsChecks = checks.compactMap(\.self)
    poleCheck = try configuration.poleCheck(delays: delays, kernels: kernels, volumes: volumes, pool: pool)
    if earlier == nil, continuing == nil {
      try checkBalances()
      try checkSpectralTaxis()
    }
  }

  /// The reactions of all points, and what in them depends on the past and the whole domain.
  private static func reactions(
    _ configuration: RunConfiguration, delays: DelayedFields?, kernels: ConvolutionKernels, volumes: PointVolumes,
    pool: WorkerPool
  ) throws -> (ReactionSystem?, DistributionFields?, lines: [Expression]) {
    let model = configuration.model
    let (found, rates, parts, lines) = configuration.reactionRates
    let distributions = try configuration.distributionFields(
      found, delays: delays, kernels: kernels, volumes: volumes, pool: pool)
    let system = try ReactionSystem(
      rates: rates, parts: parts, processes: configuration.activeLedgerLines.map { lines[$0] },
      poles: configuration.pointwiseRatePoles,
      fields: distributions?.names ?? model.fieldNames,
      uniformFields: model.fields.indices.filter { model.fields[$0].isCompartment }, parameters: model.parameterValues,
      grid: configuration.grid)
    return (system.isActive ? system : nil, distributions, lines)
  }

  private static func integrator(
    of system: ReactionSystem, _ configuration: RunConfiguration, maxima: [Double], volumes: PointVolumes,
    pool: WorkerPool
  ) -> ReactionIntegrator {
    // A field that starts empty has no size of its own yet; that of the others stands in for it.
    let largest = maxima.max() ?? 0
    let scales =
      maxima.map { $0 > 0 ? $0 : largest > 0 ? largest : 1 } + (maxima.count..<system.fieldCount).map { _ in .infinity }
    return ReactionIntegrator(
      system, method: configuration.reactionMethod, tolerance: configuration.reactionTolerance, scales: scales,
      volumes: volumes, pool: pool)
  }

  /// The ledger of a run that begins with the state as it is; nil if none is kept.
  package func makeLedger() -> MassLedger? {
    guard let account else { return nil }
    let fields = configuration.model.fields
    return MassLedger(
      lines: configuration.ledgerLines, fieldNames: fields.map(\.name),
      fields: fields.indices.filter { fields[$0].hasAccount }, masses: account.masses(of: state),
      start: configuration.startTime, isCompartment: fields.map(\.isCompartment),
      hasNoise: fields.map { field in
        configuration.model.noise.contains { $0.changes.contains { $0.field == field.name } }
      },
      hasDoses: fields.map { field in
        configuration.treatments.contains { $0.changes.contains { $0.target == .field(field.name) } }
      },
      hasThreshold: fields.map { $0.extinction != nil })
  }

  /// How long the steps of the run are.
  package func stepPolicy() -> StepPolicy {
    switch configuration.steps {
    case .fixed(let step): return .fixed(step)
    case .controlled(let tolerance, var bounds):
      if !configuration.fieldsThatGrowAtOnce.isEmpty {
        // However little there is at first, what grows by a root is late by as much as the first steps are long.
        bounds.leastAfterChange =
          RunAssembly.shareOfFirstStep * (tolerance.relative.min() ?? 1)
          * (configuration.endTime - configuration.startTime)
      }
      let norm = ErrorNorm(
        tolerance, duration: configuration.endTime - configuration.startTime,
        startingSizes: configuration.startingSizes(maxima: maxima), removed: removal?.growth ?? [:], volumes: volumes,
        pool: pool)
      return .controlled(ErrorControl(bounds: bounds, norm: norm, stepper: stepper))
    }
  }

  /// Of the tolerance times the length of the run, where fields grow from nothing at once.
  private static let shareOfFirstStep = 0.1

  /// Bytes that the field values of the run take, the stepper's memory, working copies and the history included.
  package var fieldBytes: Int {
    let one = configuration.grid.storageCount * 8
    return leastHistoryBytes + one
      * ((2 + stepper.traits.fieldSetCount + (configuration.isControlled ? 1 : 0)) * state.count
        + diffusion.workingFieldCount + (taxis?.workingFieldCount ?? 0)
        + (separateTaxis === taxis ? 0 : separateTaxis?.workingFieldCount ?? 0)
        + (spectralTaxis?.workingFieldCount ?? 0) + (quasiSteady?.workingFieldCount ?? 0))
  }
}

extension FieldSet {
  /// Of each field.
  fileprivate var largestAbsoluteValues: [Double] { (0..<count).map { max(abs(maximum($0)), abs(minimum($0))) } }
}
