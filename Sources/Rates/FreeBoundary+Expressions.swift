import Expressions
import Fields
import Operators

extension FreeBoundary.Growth {
  /// Growth at a rate that is given by an expression of fields, position, time and functionals.
  package init(
    rate: Expression, carried: Set<Int>, quasiSteady: QuasiSteadyFields?, fields: [String],
    parameters: [String: Double], volumes: PointVolumes, pool: WorkerPool
  ) throws(ExpressionProblems) {
    let evaluator = GridEvaluator(
      try PointwiseFunctions([rate], fields: fields, parameters: parameters, grid: volumes.grid), volumes: volumes,
      pool: pool)
    self.init(carried: carried) { state, time, target throws(FreeBoundaryFailure) in
      do throws(NumericalFailure) {
        try quasiSteady?.settle(state, time: time)
      } catch {
        throw FreeBoundaryFailure(field: error.field, problem: error.problem, time: time)
      }
      evaluator.evaluate(state, time: time, into: target)
    }
  }
}
