import Documents
import Expressions
import Fields
import Models
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
  var noiseOutput: JSONText? {
    guard hasNoise else { return nil }
    return .object([
      "interval": .number(noiseInterval),
      "fields": .object(
        noiseUpdates.map { .init(model.fieldNames[$0.field], .string(NoiseText.word($0.update.kind))) }),
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
