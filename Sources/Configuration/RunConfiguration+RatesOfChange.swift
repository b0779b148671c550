import Expressions
import Operators
import Rates

extension RunConfiguration {
  /// Whether the solution has rates of change at the points of the grid: not if noise drives it, or the points move with the domain.
  var hasRatesOfChange: Bool { !hasNoise && model.freeBoundary == nil }

  /// The rates at which the equations change a state, with the discrete Laplacians of the scheme.
  ///
  /// - Throws: `DiffusivityFailure`, `FieldAllocationError`, `ExpressionProblems`.
  func ratesOfChange(_ parts: StepperParts) throws -> RatesOfChange {
    // Taken out together, distributions have the same names in all of them.
    let (_, all) = Expression.extractingDistributions(
      keptInDomain(moving(model.rates) + moving(model.ratesOfTime)))
    let rates = try fieldRates(Array(all.prefix(model.fields.count)), parts, withTaxis: true)
    let diffusion = try DiffusionRates(
      volumes: parts.volumes, fields: parts.diffusion.fields, step: stepOfDiffusion, symbol: symbolOfScheme,
      pool: parts.pool)
    return RatesOfChange(
      rates, diffusion: diffusion, quasiSteady: parts.quasiSteady,
      dependsOnTime: (equationParts + model.ratesOfTime).contains { $0.dependsOn(.time) }, volumes: parts.volumes,
      pool: parts.pool)
  }

  /// The step by which propagators, and with them discrete Laplacians, are chosen; nil where these are the same for all steps.
  private var stepOfDiffusion: Double? {
    if case .splitting = scheme.method, case .fixed(let step) = steps { return flowLength(ofStep: step) }
    return nil
  }

  /// The discrete Laplacian of all fields, where the scheme has its own.
  private var symbolOfScheme: DiffusionSymbol? {
    if case .positiveExponential = scheme.method { return .secondOrder }
    return nil
  }
}
