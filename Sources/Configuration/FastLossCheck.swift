import Expressions
import Fields
import Models
import Rates
import Simulations

/// Looks now and then whether a field whose loss goes by way of an integral along an axis is lost fast beside a step, and has an exponential scheme
/// take that loss in its linear part.
///
/// With `u' = D∇²u + R(u)` and the loss `λ = −∂R/∂u`, integrals included, a scheme that has only constant decay in its linear part is stable for
/// `h λ` up to some 3. With `L = D∇² − κ`, `N = R + κu` and `κ ≥ λ` at all points the rest is `κ − λ ≤ κ`, and steps are as long as the solution allows.
/// The equations are the same for every `κ`. It is twice the largest loss when it is chosen, and chosen anew where the loss outgrows it or falls below an
/// eighth.
///
/// The state at the start of a step and its size alone decide, so that a run that is resumed decides alike.
final class FastLossCheck: BoundsCheck {
  private let members: [(name: String, rate: RelaxationRate)]
  /// Of the linear part, `κ`.
  private let decays: [String: Double]
  private let constantDecays: [String: Double]

  /// A look costs about an evaluation of the rates.
  private static let interval = 8
  /// Steps are stable below, in units of the time of a loss.
  private static let shortSteps = 0.5
  private static let (margin, mostExcess) = (2.0, 8.0)

  /// - Returns: nil where there is no such field, or the scheme has no such linear part.
  init?(
    _ configuration: RunConfiguration, kernels: ConvolutionKernels, volumes: PointVolumes, pool: WorkerPool
  ) throws {
    guard case .exponential = configuration.scheme.method, configuration.isControlled,
      configuration.model.delays.isEmpty
    else { return nil }
    let model = configuration.model
    let rates = configuration.keptInDomain(model.rates)
    members = try zip(model.fields, rates).compactMap { field, rate in
      guard !field.isQuasiSteady, !field.isCompartment, field.stage == nil, rate.isLostThroughIntegral(field.name)
      else { return nil }
      return (
        field.name,
        try RelaxationRate(
          rate, of: field.name, fields: model.fieldNames, parameters: model.parameterValues,
          makeDistributions: {
            try configuration.distributionFields($0, kernels: kernels, volumes: volumes, pool: pool)
          }, volumes: volumes, pool: pool)
      )
    }
    if members.isEmpty { return nil }
    decays = configuration.addedDecays
    constantDecays = Dictionary(uniqueKeysWithValues: zip(model.fieldNames, configuration.constantDecays))
  }

  func correction(
    of state: FieldSet, from previous: FieldSet, after step: Clock.Step, number: Int
  ) throws -> BoundsCorrection {
    var correction = BoundsCorrection()
    guard number.isMultiple(of: FastLossCheck.interval) else { return correction }
    for (name, rate) in members {
      let loss = rate.range(of: previous, time: step.start).largest - (constantDecays[name] ?? 0)
      let known = decays[name] ?? 0
      guard loss.isFinite, loss * step.size > FastLossCheck.shortSteps,
        loss > known || loss * FastLossCheck.mostExcess < known
      else { continue }
      correction.decays[name] = FastLossCheck.margin * loss
    }
    return correction
  }
}

extension Expression {
  /// Whether what changes a field goes by way of an integral along an axis of what contains the field.
  fileprivate func isLostThroughIntegral(_ field: String) -> Bool {
    Expression.extractingDistributions([self]).distributions.contains { distribution in
      guard case .along = distribution.kind else { return false }
      return distribution.argument.dependsOn(.field(field))
    }
  }
}
