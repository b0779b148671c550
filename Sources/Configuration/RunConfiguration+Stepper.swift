import Documents
import Expressions
import Fields
import Operators
import Rates
import TimeStepping

/// What steppers are put together from.
struct StepperParts {
  let volumes: PointVolumes
  let reactions: ReactionIntegrator?
  let taxis: Taxis?
  /// The same without the fields whose movement is a part of their diffusion.
  let separateTaxis: Taxis?
  let spectralTaxis: SpectralTaxis?
  let diffusion: Diffusion
  let quasiSteady: QuasiSteadyFields?
  /// Delayed values, integrals along an axis and convolutions in the rates.
  let distributions: DistributionFields?
  let delays: DelayedFields?
  let kernels: ConvolutionKernels
  /// Of the masses; nil if none is kept.
  let account: MassAccount?
  /// Of those who measure the time that parts of steps take.
  let profiler: StepProfiler?
  let pool: WorkerPool
}

extension RunConfiguration {
  /// What advances the fields by the scheme of the run.
  func stepper(_ parts: StepperParts) throws -> any TimeStepper {
    if parts.spectralTaxis != nil { try checkSchemeForSpectralTaxis(parts) }
    switch scheme.method {
    case .splitting(let splitting, let extrapolates):
      let longest = isControlled && !splitting.isRebalanced ? longestTellingStep : .infinity
      return try splittingStepper(splitting, extrapolates: extrapolates, longest: longest, parts)
    case .exponential(let exponential):
      if let obstacle = exponentialObstacle(parts) { throw refusal(obstacle) }
      let stepper = try exponentialStepper(exponential, parts)
      if case .fixed(let step) = steps, flowLength(ofStep: step) > stepper.traits.longestStep {
        throw refusal(
          "the diffusion of a field that must stay local is stable only up to steps of \(Float(stepper.traits.longestStep))"
        )
      }
      return stepper
    case .coupledExponential(let exponential):
      let common = exponentialObstacle(parts)
      if let obstacle = common
        ?? CoupledLinearPart.obstacle(
          parts.diffusion.fields, names: model.fieldNames, functions: exponential.functions.count,
          volumes: parts.volumes)
      {
        let others = common == nil ? Scheme.etdrk4 : Scheme.strang4
        throw refusal(
          obstacle,
          remedy: "use \(others.name) or \(Scheme.auto.name)"
            + (obstacle.contains("empty tissue")
              ? "; where no field is ever empty anywhere, set numerics.propagator to \"fourier\"" : ""))
      }
      return try coupledStepper(exponential, parts)
    case .positiveExponential(let exponential):
      if let obstacle = exponentialObstacle(parts) { throw refusal(obstacle) }
      let base = try positiveStepper(exponential, parts)
      return isControlled
        ? try DoublingStepper(
          base, estimatesGlobalError: canBeCarriedOn, grid: grid, count: model.fields.count, pool: parts.pool) : base
    case .automatic: preconditionFailure("the assembly has put the scheme in force in its place")
    }
  }

  /// Fluxes by series are rates of a scheme that splits nothing.
  private func checkSchemeForSpectralTaxis(_ parts: StepperParts) throws {
    let limited = "set numerics.taxis to \"\(TaxisFluxes.limited.rawValue)\""
    switch scheme.method {
    case .splitting, .positiveExponential:
      throw refusal(
        "it does not take spectral taxis",
        remedy: exponentialObstacle(parts) == nil ? "use \(Scheme.etdrk4.name), or \(limited)" : limited)
    case .exponential, .coupledExponential, .automatic:
      if let obstacle = exponentialObstacle(parts) {
        throw refusal("spectral taxis needs \(Scheme.etdrk4.name), but \(obstacle)", remedy: limited)
      }
    }
  }

  private func refusal(_ obstacle: String, remedy: String = "use \(Scheme.strang4.name)") -> Diagnostics {
    var found = Diagnostics()
    found.error(
      "the scheme \(askedScheme.name) cannot be used: \(obstacle)",
      at: document["time"]?["scheme"]?.place ?? document.place, remedy: remedy)
    return found
  }

  /// What decides which scheme is taken where none is asked for.
  ///
  /// - Parameters:
  ///   - reactions: nil if there are none.
  ///   - maxima: largest absolute value of each field at the start.
  ///   - removal: of fields that grow again; nil if there is none.
  ///   - onset: of patterns about a uniform state; nil if there is none.
  func schemeTraits(
    _ diffusions: [FieldDiffusion], reactions: ReactionSystem?, hasSpectralTaxis: Bool, maxima: [Double],
    removal: RemovedFields?, onset: PatternOnset?, volumes: PointVolumes
  ) -> SchemeTraits {
    let losses = zip(largestLosses(maxima: maxima), diffusivities).filter { $1.moves.contains(true) }.map(\.0)
    var traits = SchemeTraits(
      exponentialObstacle: exponentialObstacle(diffusions, volumes: volumes),
      leastExponentialSteps: diffusions.reduce(0) { most, field in
        guard field.moves, !field.isQuasiSteady, field.staysLocal else { return most }
        return max(most, (endTime - startTime) / LinearParts.longestStep(field, grid))
      },
      hasSpectralTaxis: hasSpectralTaxis, hasRoughRates: !fieldsThatGrowAtOnce.isEmpty,
      hasExactReactions: reactions?.hasExactFlow ?? true,
      keepsBoundaryData: reactions == nil || model.reactionsKeep(sides),
      leastSplitSteps: 0.5 * (losses.max() ?? 0) * (endTime - startTime))
    traits.removal = removal?.description
    traits.patternOnset = onset.flatMap { $0.needsCoupledScheme ? $0.description(self) : nil }
    traits.couplingObstacle =
      exponentialObstacle(diffusions, volumes: volumes)
      ?? CoupledLinearPart.obstacle(
        diffusions, names: model.fieldNames, functions: ExponentialScheme.krogstad.functions.count, volumes: volumes)
      ?? (diffusions.contains(where: \.keepsSign) ? "a field is sharp" : nil)
    return traits
  }

  /// The longest step of a splitting without a balance whose halves tell its error.
  ///
  /// Where a field that diffuses decays much within a step, the error is about the same for the step and its halves, and
  /// their difference says nothing.
  private var longestTellingStep: Double {
    let decays = zip(constantDecays, diffusivities).filter { $1.moves.contains(true) }.map(\.0)
    return 2 / max(decays.max() ?? 0, .leastNormalMagnitude)
  }

  private func splittingStepper(
    _ splitting: SplittingScheme, extrapolates: Bool, longest: Double, _ parts: StepperParts
  ) throws -> any TimeStepper {
    let isDivided = isControlled || extrapolates
    let base = try SplittingStepper(
      scheme: splitting, reactions: parts.reactions, taxis: parts.separateTaxis, diffusion: parts.diffusion,
      quasiSteady: parts.quasiSteady, distributions: parts.distributions, volumes: parts.volumes,
      account: parts.account, isDivided: isDivided, profiler: parts.profiler, pool: parts.pool)
    return isDivided
      ? try DoublingStepper(
        base, extrapolates: extrapolates,
        calibrates: isControlled
          && (splitting.isRebalanced || extrapolates && (parts.reactions == nil || model.reactionsKeep(sides))),
        estimatesGlobalError: isControlled && splitting.order > 1 && canBeCarriedOn, longest: longest, grid: grid,
        pool: parts.pool) : base
  }

  /// Whether a solution can be carried on beyond the present step, and compared with another.
  ///
  /// Not where it needs a past that is not there yet; with a free boundary two solutions have no points in common. With a
  /// scheme of first order it would tell little: most of a difference is that of where steps end within their splitting.
  private var canBeCarriedOn: Bool { model.delays.isEmpty && model.freeBoundary == nil }

  /// Why nothing can be left unsplit; nil if all fields allow it.
  private func exponentialObstacle(_ diffusions: [FieldDiffusion], volumes: PointVolumes) -> String? {
    if model.freeBoundary != nil { return "the boundary of the domain is free" }
    if volumes.isMasked { return "the tissue has a shape" }
    for (name, field) in zip(model.fieldNames, diffusions) {
      if let obstacle = LinearParts.obstacle(field, volumes: volumes) { return "\(name): \(obstacle)" }
    }
    return nil
  }

  private func exponentialObstacle(_ parts: StepperParts) -> String? {
    exponentialObstacle(parts.diffusion.fields, volumes: parts.volumes)
  }

  /// Rates at all points, distributions being taken out.
  func fieldRates(_ rates: [Expression], _ parts: StepperParts, withTaxis: Bool) throws -> FieldRates {
    let taxis: (any TaxisRates)? = parts.taxis ?? parts.spectralTaxis
    return try FieldRates(
      rates, fields: model.fieldNames, parameters: model.parameterValues, taxis: withTaxis ? taxis : nil,
      distributions: parts.distributions, profiler: parts.profiler, volumes: parts.volumes, pool: parts.pool)
  }

  /// Rates of the fields that are not quasi-steady; 0 for those that are.
  func moving(_ rates: [Expression]) -> [Expression] {
    zip(rates, model.fields).map { $1.isQuasiSteady ? .constant(0) : $0 }
  }

  private func exponentialStepper(_ scheme: ExponentialScheme, _ parts: StepperParts) throws -> ExponentialStepper {
    let names = model.fieldNames
    let decays = zip(constantDecays, names).map { $0 + (addedDecays[$1] ?? 0) }
    let isForced = model.ratesOfTime.contains { $0 != .constant(0) }
    // Taken out together, distributions have the same names in all of them.
    let (_, all) = Expression.extractingDistributions(
      keptInDomain(moving(model.rates) + moving(model.ratesOfTime)))
    let others = zip(zip(all, names), decays).map { rate, decay in
      decay == 0 ? rate.0 : rate.0 + .constant(decay) * .symbol(.field(rate.1))
    }
    return try ExponentialStepper(
      scheme,
      parts: LinearParts(
        volumes: parts.volumes, fields: parts.diffusion.fields, decays: decays, shares: scheme.shareCount,
        stability: scheme.stability, pool: parts.pool),
      rates: fieldRates(others, parts, withTaxis: true),
      ratesOfTime: isForced ? fieldRates(Array(all[names.count...]), parts, withTaxis: false) : nil,
      quasiSteady: parts.quasiSteady, nonNegative: nonNegativeFields, account: parts.account,
      profiler: parts.profiler, grid: grid, count: names.count)
  }

  private func coupledStepper(
    _ scheme: ExponentialScheme, _ parts: StepperParts
  ) throws -> CoupledExponentialStepper {
    let names = model.fieldNames
    let isForced = model.ratesOfTime.contains { $0 != .constant(0) }
    let (_, all) = Expression.extractingDistributions(keptInDomain(model.rates + model.ratesOfTime))
    return try CoupledExponentialStepper(
      scheme,
      part: CoupledLinearPart(
        volumes: parts.volumes, fields: parts.diffusion.fields, functions: scheme.functions,
        symbol: parts.spectralTaxis == nil ? .secondOrder : .spectral, pool: parts.pool),
      rates: fieldRates(Array(all.prefix(names.count)), parts, withTaxis: true),
      ratesOfTime: isForced ? fieldRates(Array(all[names.count...]), parts, withTaxis: false) : nil,
      linearization: Linearization(
        rates: Array(Expression.extractingDistributions(model.rates + model.ratesOfTime).1.prefix(names.count)),
        taxis: names.indices.map(taxisTargets), fields: names, parameters: model.parameterValues,
        distributions: parts.distributions, volumes: parts.volumes, pool: parts.pool),
      nonNegative: nonNegativeFields, account: parts.account, profiler: parts.profiler, volumes: parts.volumes)
  }

  /// Fields that neither reactions nor anything else can make negative.
  private var nonNegativeFields: [Int] {
    zip(productionLoss, model.fields).enumerated().filter { $1.0.isPositive && $1.1.crossDiffusion.isEmpty }
      .map(\.offset)
  }

  /// Whether the structure of the model allows the scheme that keeps densities non-negative at any step.
  func allowsPositiveStepper(_ parts: StepperParts) -> Bool {
    parts.spectralTaxis == nil && exponentialObstacle(parts) == nil
  }

  func positiveStepper(
    _ scheme: ExponentialScheme, _ parts: StepperParts
  ) throws -> PositiveExponentialStepper {
    let names = model.fieldNames
    let split = zip(productionLoss, model.fields).map { parts, field in
      field.isQuasiSteady ? (Expression.constant(0), Expression.constant(0)) : (parts.production, parts.loss)
    }
    let (found, rates) = Expression.extractingDistributions(keptInDomain(split.map(\.0) + split.map(\.1)))
    return try PositiveExponentialStepper(
      scheme,
      parts: LinearParts(
        volumes: parts.volumes, fields: parts.diffusion.fields, decays: names.map { _ in 0 }, symbol: .secondOrder,
        pool: parts.pool),
      rates: ProductionLossRates(
        productions: Array(rates.prefix(names.count)), losses: Array(rates.dropFirst(names.count)), fields: names,
        parameters: model.parameterValues, taxis: parts.taxis,
        distributions: distributionFields(
          found, delays: parts.delays, kernels: parts.kernels, volumes: parts.volumes, pool: parts.pool),
        volumes: parts.volumes,
        pool: parts.pool),
      quasiSteady: parts.quasiSteady, account: parts.account, profiler: parts.profiler, grid: grid, count: names.count,
      pool: parts.pool)
  }

  /// Of each field the rate at which little of it is lost at most, `max(−∂R_i/∂u_i)` at `u_i = 0`.
  ///
  /// By interval arithmetic, while all other fields are between 0 and the sizes that they have at the start or can reach from next to nothing;
  /// what is lost whatever the state where that is not bounded. What limits a field by itself, as logistic growth, is no loss.
  ///
  /// - Parameter maxima: largest absolute value of each field at the start.
  func largestLosses(maxima: [Double]) -> [Double] {
    let known = intervals(ofSizes: zip(maxima, startingSizes(maxima: maxima)).map(max))
    return zip(zip(keptInDomain(model.rates), model.fields), constantDecays).map { parts, decay in
      let (rate, field) = parts
      if field.isQuasiSteady { return decay }
      var alone = known
      alone[.field(field.name)] = Interval(0, 0)
      let loss = -rate.derivative(by: .field(field.name)).interval(alone).low
      return loss.isFinite ? max(loss, decay) : decay
    }
  }

  /// Of each field the rate at which it decays whatever the state, time and place: the constant in `−∂R_i/∂u_i`, or 0
  /// if that is growth.
  var constantDecays: [Double] {
    let values = Dictionary(
      uniqueKeysWithValues: model.parameterValues.map { (Symbol.parameter($0.key), Expression.constant($0.value)) })
    return zip(model.rates, model.fields).map { rate, field in
      field.isQuasiSteady
        ? 0 : max(0, -rate.derivative(by: .field(field.name)).substituting(values).constantPart)
    }
  }
}
