import Documents
import Operators

extension Work {
  /// As `run.json` has it: counts are of passes of one field along one axis.
  var output: JSONText {
    .object([
      "rate_evaluations": .number(rateEvaluations),
      "transforms": .integer(transforms),
      "kernel_passes": .integer(kernelPasses),
      "tridiagonal_solves": .integer(tridiagonalSolves),
      "series_terms": .integer(seriesTerms),
      "diffusion_stages": .integer(diffusionStages),
      "taxis_stages": .integer(taxisStages),
      "weighted_ns_per_point": .number(cost.rounded()),
    ])
  }
}
