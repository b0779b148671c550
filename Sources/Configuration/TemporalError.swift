import Documents
import Fields
import Glibc
import Simulations
import TimeStepping

/// The temporal error of the last state of a run, from another run that is more accurate in time.
///
/// With a fixed step the other run has half of it, with a tolerance a tenth of it. With `u` and `v` the states at the end of
/// both, and root mean squares over the tissue, the error of a field is about
///
///     ‖u − v‖ / (1 − c),
///
/// where the error of the other run is `c` times as large: `2^{−p}` for half the step and a scheme of order `p`, 1/10 for a tenth of the tolerance.
/// The other run goes through the same treatments, which conditions may give at other times, and along the same path of the noise. It does not see
/// errors that both have: those of space.
///
/// Source: L. F. Richardson, Phil. Trans. R. Soc. A 210 (1911) 307.
package struct TemporalError: Sendable {
  /// Of one field.
  package struct Field: Sendable {
    package let name: String
    /// In the unit of the field.
    package let absolute: Double
    /// In units of the root mean square of the field; nil for one that is 0.
    package let relative: Double?
  }

  /// Of the state.
  package let time: Double
  /// That the other run has taken.
  private let seconds: Double
  package let fields: [Field]
  private let refinement: TemporalRefinement

  /// A relative error beyond which the run says so as a warning.
  private static let warned = 0.05

  /// - Parameters:
  ///   - state: at the end of the run.
  ///   - finer: at the same time in the other run.
  ///   - seconds: that it has taken.
  init(
    _ configuration: RunConfiguration, _ refinement: TemporalRefinement, time: Double, state: FieldSet,
    finer: FieldSet, after seconds: Double, volumes: PointVolumes, pool: WorkerPool
  ) {
    (self.refinement, self.time, self.seconds) = (refinement, time, seconds)
    let weight = 1 / (1 - refinement.errorRatio(order: configuration.scheme.order))
    fields = configuration.model.fieldNames.enumerated().map { field, name in
      let found = state.errorSizes(field, against: finer, old: state, volumes: volumes, pool: pool)
      // Where the boundary is free its place counts like the values.
      let displacement = abs(state.scale - finer.scale) / state.scale * found.value
      let error = weight * max(found.difference, displacement)
      return Field(name: name, absolute: error, relative: found.value > 0 ? error / found.value : nil)
    }
  }

  /// What is to be said in any case; nil for a small error.
  package var warning: String? {
    guard let worst = fields.max(by: { ($0.relative ?? 0) < ($1.relative ?? 0) }), let relative = worst.relative,
      !(relative <= TemporalError.warned)
    else { return nil }
    return
      "\(worst.name) at t = \(Float(time)) is wrong by about \(TemporalError.percent(relative)): so much does it differ with "
      + "\(refinement.text); \(refinement.remedy)"
  }

  /// The errors in a line.
  package var text: String {
    let errors = fields.map { "\($0.name) \($0.relative.map(TemporalError.percent) ?? "0")" }
    return
      "estimated relative error in time of the last state: \(errors.joined(separator: ", ")) (by \(refinement.text))"
  }

  private static func percent(_ share: Double) -> String {
    share < 1e-4 ? String(format: "%.1e", share) : String(format: "%.2g %%", 100 * share)
  }

  var output: JSONText {
    .object([
      "time": .number(time), "by": .string(refinement.text), "seconds": .number((seconds * 1e4).rounded() / 1e4),
      "fields": .object(
        fields.map {
          .init(
            $0.name,
            .object(["absolute": .number($0.absolute), "relative": $0.relative.map(JSONText.number) ?? .null]))
        }),
    ])
  }
}

/// How a run is made more accurate in time.
enum TemporalRefinement: Sendable {
  /// Half of a fixed step, of this length.
  case step(Double)
  /// A tenth of the tolerance.
  case tolerance(Tolerance)

  init(_ configuration: RunConfiguration) {
    switch configuration.steps {
    case .fixed(let step): self = .step(0.5 * step)
    case .controlled(let tolerance, _):
      self = .tolerance(
        Tolerance(
          relative: tolerance.relative.map { 0.1 * $0 }, absolute: tolerance.absolute.map { $0.map { 0.1 * $0 } }))
    }
  }

  /// By how many times the error becomes smaller, inverted.
  func errorRatio(order: Int) -> Double {
    if case .step = self { return exp2(-Double(order)) }
    return 0.1
  }

  var text: String {
    switch self {
    case .step(let step): "steps of \(Float(step))"
    case .tolerance: "a tenth of the tolerance"
    }
  }

  fileprivate var remedy: String {
    switch self {
    case .step: "take shorter steps"
    case .tolerance: "ask for a smaller tolerance"
    }
  }

  /// What is to be set in the run file; reactions become more accurate, too.
  func overrides(_ configuration: RunConfiguration) -> [String] {
    let reactions = "time.reactions.tolerance=\(JSONText.text(max(0.1 * configuration.reactionTolerance, 1e-13)))"
    switch self {
    case .step(let step): return ["time.step=\(JSONText.text(step))", reactions]
    case .tolerance(let tolerance):
      return ["time.tolerance=\(tolerance.output(configuration.model.fieldNames).pretty)", reactions]
    }
  }
}
