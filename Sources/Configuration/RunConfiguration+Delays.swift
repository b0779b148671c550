import Expressions
import Fields
import Models
import Rates

extension RunConfiguration {
  /// Length of a delay, or its mean.
  func lag(_ delay: Delay) -> Double { model.lag(delay) }

  /// What looks back on the past; nil if there are no constant delays.
  ///
  /// - Parameter earlier: that of the same run before a treatment changed its equations.
  func delayedFields(
    following earlier: DelayedFields?, kernels: ConvolutionKernels, volumes: PointVolumes, pool: WorkerPool
  ) throws -> DelayedFields? {
    let delays = model.constantDelays.map(\.delay)
    if delays.isEmpty { return nil }
    let arguments = model.delayedArguments
    return try DelayedFields(
      delays.map { ($0.name, lag($0), arguments.firstIndex(of: $0.argument) ?? 0) },
      arguments: argument(arguments, kernels, volumes, pool),
      before: arguments.map { try argument([beforeStart($0)], kernels, volumes, pool) },
      fields: model.fieldNames, parameters: model.parameterValues,
      parametersBefore: model.parameterValues.merging(parametersBeforeStart ?? [:]) { $1 }, following: earlier,
      volumes: volumes, pool: pool)
  }

  private func argument(
    _ expressions: [Expression], _ kernels: ConvolutionKernels, _ volumes: PointVolumes, _ pool: WorkerPool
  ) throws -> DelayedFields.Argument {
    let (found, replaced) = Expression.extractingDistributions(keptInDomain(expressions))
    return .init(
      expressions: replaced,
      distributions: try distributionFields(found, kernels: kernels, volumes: volumes, pool: pool))
  }

  /// An expression with what the run file says of the time before the start.
  private func beforeStart(_ expression: Expression) -> Expression {
    expression.substituting(Dictionary(uniqueKeysWithValues: history.map { (Symbol.field($0.key), $0.value) }))
  }

  /// Fields that promise no sign, because they have negative values at the start, or because the run file gives them values before
  /// the start that may be negative.
  var fieldsOfAnySign: [String] {
    var known = [Symbol.time: Interval(-.infinity, startTime)]
    for axis in grid.axes { known[.coordinate(axis.name)] = Interval(axis.origin, axis.origin + axis.length) }
    for (name, value) in model.parameterValues { known[.parameter(name)] = Interval(value, value) }
    return negativeAtStart.union(history.filter { !$0.value.interval(known).isNonNegative }.map(\.key)).sorted()
  }

  // MARK: Stages

  /// Sets the stages of gamma-distributed delays to what has become of the time before the start:
  /// `y_j = ∫ g_j(s) e(start − s) ds`, with the density `g_j` of the gamma distribution of shape `j` and rate `k/τ`.
  func setDelayStages(
    of state: FieldSet, kernels: ConvolutionKernels, volumes: PointVolumes, pool: WorkerPool
  ) throws {
    for delay in model.delays.map(\.delay) {
      guard let stages = delay.stages,
        let first = model.fieldNames.firstIndex(of: delay.name(ofStage: 1))
      else { continue }
      let past = beforeStart(delay.argument)
      let argument = try argument([past], kernels, volumes, pool)
      let evaluator = try FieldRates(
        argument.expressions, fields: model.fieldNames, parameters: model.parameterValues, taxis: nil,
        distributions: argument.distributions, volumes: volumes, pool: pool)
      let values = try FieldSet(grid: grid, count: 1)
      let nodes = past.dependsOn(.time) ? GammaNodes(mean: lag(delay), shape: stages) : GammaNodes(shape: stages)
      let sums = try FieldSet(grid: grid, count: stages)
      for (time, weights) in zip(nodes.times, nodes.weights) {
        try evaluator.evaluate(state, time: startTime - time, into: values)
        for stage in 0..<stages {
          let (sum, added) = (sums.values(stage), values.values(0))
          sums.setValues(stage, to: zip(sum, added).map { $0 + weights[stage] * $1 })
        }
      }
      for stage in 0..<stages { state.setField(first + stage, toSumOf: [(1, sums)], field: stage) }
    }
    volumes.clearOutside(state)
  }
}

extension Model {
  /// Length of a delay, or its mean; not a number if it depends on what is unknown.
  func lag(_ delay: Delay) -> Double {
    delay.lag.value(at: Dictionary(uniqueKeysWithValues: parameterValues.map { (.parameter($0.key), $0.value) }))
      ?? .nan
  }

  /// The shortest and the longest constant delay, of those that are possible; nil if there are none.
  var delayRange: (shortest: Delay, longest: Delay)? {
    let delays = constantDelays.map(\.delay).filter { lag($0) > 0 && lag($0).isFinite }.sorted { lag($0) < lag($1) }
    guard let first = delays.first, let last = delays.last else { return nil }
    return (first, last)
  }
}
