import Expressions
import Fields
import Operators

/// Delayed values, integrals along an axis and convolutions, as further fields behind those of the model.
package final class DistributionFields: Sendable {
  /// Names of all fields: those of the model, those of the delayed values, the others.
  package let names: [String]
  private let modelCount: Int
  private let firstDistribution: Int
  /// nil if nothing is delayed.
  package let delays: DelayedFields?
  private let steps: [Step]
  private let volumes: PointVolumes

  private enum Work: Sendable {
    case integral(axis: Int, isMean: Bool)
    case convolution(FieldConvolution)
  }

  private struct Step: Sendable {
    let argument: GridEvaluator
    let work: Work
    let result: FieldSet
  }

  /// - Parameters:
  ///   - delays: delayed values, on which integrals and convolutions may depend.
  ///   - isPeriodic: of each axis, for convolutions.
  ///   - kernelValues: as `ConvolutionKernel.values`.
  package init(
    _ distributions: [Distribution], delays: DelayedFields? = nil, fields: [String], parameters: [String: Double],
    isPeriodic: [Bool], kernelValues: (Expression) throws -> FieldSet, volumes: PointVolumes, pool: WorkerPool
  ) throws {
    let grid = volumes.grid
    self.volumes = volumes
    modelCount = fields.count
    self.delays = delays
    let known = fields + (delays?.names ?? [])
    firstDistribution = known.count
    let names = known + distributions.map(\.name)
    self.names = names
    steps = try distributions.map { distribution in
      let functions = try PointwiseFunctions([distribution.argument], fields: names, parameters: parameters, grid: grid)
      let work: Work
      switch distribution.kind {
      case .along(let kind, let axis):
        work = .integral(axis: grid.axes.firstIndex { $0.name == axis } ?? 0, isMean: kind == .mean)
      case .convolution(let kernel):
        work = .convolution(
          FieldConvolution(volumes: volumes, isPeriodic: isPeriodic, kernel: try kernelValues(kernel)))
      }
      return Step(
        argument: GridEvaluator(functions, volumes: volumes, pool: pool), work: work,
        result: try FieldSet(grid: grid, count: 1))
    }
  }

  /// Whether what stands for them depends on the state, and not on the past alone.
  package var dependsOnState: Bool { !steps.isEmpty }

  /// Fills `extended`, which has room for all fields, from the fields of the model.
  package func extend(_ state: FieldSet, into extended: FieldSet, time: Double) throws(NumericalFailure) {
    extended.copyCommonFields(from: state)
    try delays?.fill(extended, from: modelCount, time: time)
    addDistributions(to: extended, time: time)
  }

  /// The same where nothing is delayed.
  package func extendPresent(_ state: FieldSet, into extended: FieldSet, time: Double) {
    precondition(delays == nil)
    extended.copyCommonFields(from: state)
    addDistributions(to: extended, time: time)
  }

  private func addDistributions(to extended: FieldSet, time: Double) {
    for (index, step) in steps.enumerated() {
      step.argument.evaluate(extended, time: time, into: step.result)
      volumes.clearOutside(step.result)
      switch step.work {
      case .integral(let axis, let isMean):
        step.result.integrate(0, along: axis, isMean: isMean, volumes: volumes)
      case .convolution(let convolution): convolution.apply(to: step.result, field: 0)
      }
      extended.setField(firstDistribution + index, toSumOf: [(1, step.result)], field: 0)
    }
  }
}
