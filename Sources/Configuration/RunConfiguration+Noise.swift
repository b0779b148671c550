import Documents
import Expressions
import Fields
import Glibc
import Models
import Rates
import TimeStepping

extension RunConfiguration {
  /// Whether some field is driven by noise.
  var hasNoise: Bool { !model.noise.isEmpty }

  /// The length of one subflow of the schemes: with noise half a step.
  func flowLength(ofStep step: Double) -> Double { hasNoise ? 0.5 * step : step }

  /// What becomes of each driven field in a step of noise.
  private var noiseUpdates: [(field: Int, update: NoiseUpdate)] {
    let values = Dictionary(
      uniqueKeysWithValues: model.parameterValues.map { (Symbol.parameter($0.key), Expression.constant($0.value)) })
    let intervals = solutionIntervals
    return model.fieldNames.enumerated().compactMap { index, name in
      let amplitudes = model.noise.enumerated().flatMap { number, source in
        source.changes.filter { $0.field == name }.map {
          NoiseUpdate.Amplitude(
            source: number, isUniform: source.correlation == .uniform, value: $0.amplitude.substituting(values))
        }
      }
      return amplitudes.isEmpty
        ? nil : (index, NoiseUpdate(of: name, by: amplitudes, intervals: intervals, tolerance: domainTolerance))
    }
  }

  /// What advances the fields, with the noise of the model if there is any.
  func withNoise(
    _ stepper: any TimeStepper, quasiSteady: QuasiSteadyFields?, account: MassAccount?, volumes: PointVolumes,
    pool: WorkerPool
  ) throws -> any TimeStepper {
    guard hasNoise else { return stepper }
    let noise = try NoiseFlow(
      model.noise.map { .init(name: $0.name, isUniform: $0.correlation == .uniform) },
      path: BrownianPath(start: startTime, interval: noiseInterval), seed: seed, updates: noiseUpdates,
      fields: model.fieldNames, parameters: model.parameterValues, volumes: volumes, pool: pool)
    return NoiseStepper(stepper, noise: noise, quasiSteady: quasiSteady, account: account)
  }

  // MARK: Accuracy

  /// By which share the variance of a field at a point is too small, of each field that white noise drives and that decays or diffuses with constant coefficients in an open box.
  ///
  /// With noise in the middle of a step, a wave that decays at the rate `λ` has the variance of the exact solution times `x/sinh x`, `x = λ Δt`, whenever it is looked at between steps. The
  /// variance at a point is the sum over the waves of the grid, each with the weight `(1 − e^{−2λT})/(2λ)` that it has after the time `T` of the run. Amplitudes count as constant.
  func varianceErrors(isMasked: Bool) -> [(field: Int, share: Double)] {
    guard case .fixed(let step) = steps, !isMasked, model.freeBoundary == nil,
      !grid.axes.contains(where: { $0.dimension > 1 })
    else { return [] }
    let driven = Set(model.noise.filter { $0.correlation == .white }.flatMap { $0.changes.map(\.field) })
    return model.fieldNames.indices.filter {
      driven.contains(model.fieldNames[$0]) && diffusivities[$0].variable == nil
        && diffusivities[$0].crossTerms.isEmpty
    }.map { field in
      var rates = [max(constantDecays[field], 0)]
      for (axis, diffusivity) in zip(grid.axes, diffusivities[field].constants) where diffusivity > 0 {
        let isPeriodic = sides[field].boundaries[grid.axes.firstIndex(of: axis) ?? 0] == .periodic
        rates = (0..<axis.points).flatMap { wave in
          let number = Double.pi * Double(isPeriodic ? 2 * ((wave + 1) / 2) : wave) / axis.length
          return rates.map { $0 + diffusivity * number * number }
        }
      }
      let duration = endTime - startTime
      let sums = rates.reduce((found: 0.0, exact: 0.0)) { sums, rate in
        let weight = rate > 0 ? -expm1(-2 * rate * duration) / (2 * rate) : duration
        let x = rate * step
        return (sums.found + (x > 0 ? weight * x / sinh(x) : weight), sums.exact + weight)
      }
      return (field, 1 - sums.found / sums.exact)
    }
  }

  /// As a line of a plan, where it is a thousandth and more.
  func varianceLines(isMasked: Bool) -> [String] {
    varianceErrors(isMasked: isMasked).filter { $0.share >= 1e-3 }.map { field, share in
      "\(model.fieldNames[field]): the variance at a point is \(Float((share * 1e3).rounded() / 10)) % too small with steps of \(Float(firstStep.size)): "
        + "waves that decay within a step are damped"
    }
  }

  // MARK: For people and programs

  /// One line for each source, and one for each driven field.
  var noiseLines: [String] {
    let sources = model.noise.map { source in
      let changes = source.changes.map { "\($0.amplitude) dW in \($0.field)" }
      return "\(source.name), \(source.correlation.rawValue): \(changes.joined(separator: ", "))"
    }
    return sources + noiseUpdates.map { "\(model.fieldNames[$0.field]): \(NoiseText.line($0.update.kind))" }
  }

  /// The same for programs.
  func noiseOutput(isMasked: Bool) -> JSONText? {
    guard hasNoise else { return nil }
    return .object([
      "interval": .number(noiseInterval),
      "fields": .object(
        noiseUpdates.map { .init(model.fieldNames[$0.field], .string(NoiseText.word($0.update.kind))) }),
      "variance_too_small_by": .object(
        varianceErrors(isMasked: isMasked).map { .init(model.fieldNames[$0.field], .number($0.share)) }),
    ])
  }
}

/// How the noise of a field is taken, in words.
private enum NoiseText {
  static func line(_ kind: NoiseUpdate.Kind) -> String {
    switch kind {
    case .geometric: "vanishes with the field, by a geometric factor that keeps its sign"
    case .bounded(let limit): "by its logit, which keeps it between 0 and \(JSONText.text(limit))"
    case .additive: "by the method of Euler and Maruyama, which keeps no sign"
    }
  }

  static func word(_ kind: NoiseUpdate.Kind) -> String {
    switch kind {
    case .geometric: "geometric"
    case .bounded: "bounded"
    case .additive: "additive"
    }
  }
}
