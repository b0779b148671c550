import Expressions
import Fields
import Operators

extension VariableDiffusivity {
  /// A diffusivity given by expressions: one, or one for each axis.
  package init(
    _ expressions: [Expression], mean: FaceMean, fields: [String], parameters: [String: Double], volumes: PointVolumes,
    pool: WorkerPool
  ) throws(ExpressionProblems) {
    let symbols = expressions.reduce(Set<Symbol>()) { $0.union($1.symbols) }
    let evaluator = GridEvaluator(
      try PointwiseFunctions(expressions, fields: fields, parameters: parameters, grid: volumes.grid),
      volumes: volumes, pool: pool)
    self.init(
      mean: mean, count: expressions.count,
      dependencies: Set(fields.indices.filter { symbols.contains(.field(fields[$0])) }),
      changesInTime: symbols.contains(.time)
    ) { state, time, target in
      evaluator.evaluate(state, time: time, into: target)
    }
  }
}
