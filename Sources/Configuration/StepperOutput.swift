import Documents
import Operators
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
        ])
      })
  }
}
