import Documents
import Fields
import Operators
import Simulations
import TimeStepping

extension Work {
  /// As `run.json` has it: counts are of passes of one field along one axis.
  var output: JSONText {
    .object([
      "rate_evaluations": .number(rateEvaluations),
      "transforms": .integer(transforms),
      "kernel_passes": .integer(kernelPasses),
      "diffusion_stages": .integer(diffusionStages),
      "taxis_stages": .integer(taxisStages),
      "weighted_ns_per_point": .number(cost.rounded()),
    ])
  }
}

extension SchemeChoice {
  /// The decisions, each with the weighted work per unit of time that each scheme would take.
  var output: JSONText {
    .array(
      decisions.map { decision in
        .object([
          "time": .number(decision.time),
          "scheme": .string(decision.scheme),
          "ns_per_point_and_time": .object(
            decision.costs.sorted { $0.key < $1.key }.map { .init($0.key, .number($0.value.rounded())) }),
          "untried": .array(decision.untried.map { .string($0) }),
        ])
      })
  }
}

extension RunAssembly {
  /// What the choice of the scheme would be at the start of the run; nil where it is not left to the program.
  ///
  /// It takes trial steps; the state is as it was afterwards.
  func firstChoice() throws -> SchemeChoice.Decision? {
    guard stepper is AutomaticStepper, case .controlled(var control, let norm) = stepPolicy() else { return nil }
    let start = try FieldSet(grid: state.grid, count: state.count)
    start.copy(from: state)
    let times = configuration.timesToHit(from: configuration.startTime)
    stepper.prepare(
      state, at: configuration.startTime, longest: (times.first ?? configuration.endTime) - configuration.startTime,
      measure: ErrorMeasure(norm, start: start, forgettingRates: configuration.forgettingRates), control: &control)
    return stepper.memorized.choice?.decisions.last
  }
}
