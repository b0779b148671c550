import Expressions
import Fields
import TimeStepping

/// A condition on the whole domain, such as `integral(T) < 10`.
package final class DomainCondition: Sendable {
  private let evaluator: GridEvaluator

  package init(
    _ condition: Expression, fields: [String], parameters: [String: Double], volumes: PointVolumes, pool: WorkerPool
  ) throws(ExpressionProblems) {
    let number = Expression.choice(condition, .constant(1), .constant(0))
    evaluator = GridEvaluator(
      try PointwiseFunctions([number], fields: fields, parameters: parameters, grid: volumes.grid), volumes: volumes,
      pool: pool)
  }

  package func holds(for state: FieldSet, at time: Double) -> Bool { evaluator.values(of: state, time: time)[0] != 0 }
}
