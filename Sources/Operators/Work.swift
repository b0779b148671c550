import Synchronization

/// Work that has been done, counted so that it is the same on every machine.
package struct Work: Hashable, Sendable {
  /// Evaluations of the rates of all fields at all points.
  package var rateEvaluations = 0.0
  /// Operations of all evaluated expressions, and arithmetic of the stages of reactions, per point.
  package var operations = 0.0
  /// Transforms of one field along one axis, to coefficients or back.
  package var transforms = 0
  /// Convolutions of one field along one axis with a kernel, or multiplications with a matrix.
  package var kernelPasses = 0
  /// Points that these reached to either side, together.
  package var kernelReach = 0
  /// Tridiagonal systems of one field on one line, for all poles of the rational functions that stand for an exponential, and the
  /// terms that their right sides are made of.
  package var tridiagonalSolves = 0
  package var tridiagonalTerms = 0
  /// Eliminations of such systems, for a step of another size.
  package var tridiagonalFactors = 0
  /// Terms of series for the exponential of a tridiagonal operator, of one field.
  package var seriesTerms = 0
  /// Stages of super-time-stepping, of one field.
  package var diffusionStages = 0
  /// Stages of movement up gradients and with flows, of one field along one axis.
  package var taxisStages = 0
  /// Passes over one field that several of these share, each counted as often as it is saved.
  package var sharedPasses = 0

  package init() {}

  package static func + (a: Work, b: Work) -> Work { combined(a, b, +, +) }
  package static func - (a: Work, b: Work) -> Work { combined(a, b, -, -) }

  private static func combined(
    _ a: Work, _ b: Work, _ real: (Double, Double) -> Double, _ whole: (Int, Int) -> Int
  ) -> Work {
    var result = Work()
    result.rateEvaluations = real(a.rateEvaluations, b.rateEvaluations)
    result.operations = real(a.operations, b.operations)
    result.transforms = whole(a.transforms, b.transforms)
    result.kernelPasses = whole(a.kernelPasses, b.kernelPasses)
    result.kernelReach = whole(a.kernelReach, b.kernelReach)
    result.tridiagonalSolves = whole(a.tridiagonalSolves, b.tridiagonalSolves)
    result.tridiagonalTerms = whole(a.tridiagonalTerms, b.tridiagonalTerms)
    result.tridiagonalFactors = whole(a.tridiagonalFactors, b.tridiagonalFactors)
    result.seriesTerms = whole(a.seriesTerms, b.seriesTerms)
    result.diffusionStages = whole(a.diffusionStages, b.diffusionStages)
    result.taxisStages = whole(a.taxisStages, b.taxisStages)
    result.sharedPasses = whole(a.sharedPasses, b.sharedPasses)
    return result
  }

  /// About how long it takes: nanoseconds per point on the machine of docs/performance.md, with fixed weights, so that
  /// what is decided by it never depends on a clock.
  package var cost: Double {
    let sum =
      0.25 * operations + 2.2 * Double(transforms) + 2.4 * Double(kernelPasses) + 0.04 * Double(kernelReach)
      + 7 * Double(diffusionStages) + 8 * Double(taxisStages) + 11 * Double(tridiagonalFactors)
      + 8 * Double(tridiagonalSolves) + 0.9 * Double(tridiagonalTerms) + 0.25 * Double(seriesTerms)
    // Differences of running totals differ in their last bits with where counting began.
    return (1024 * sum).rounded() / 1024
  }
}

/// Counts the work of one part of the program.
package final class WorkMeter: Sendable {
  private let counted = Mutex(Work())

  package init() {}

  package var work: Work { counted.withLock { $0 } }

  package func add(_ body: (inout Work) -> Void) { counted.withLock { body(&$0) } }
}
