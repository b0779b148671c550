import Expressions
import Fields
import Operators

/// Integrals along an axis and convolutions, as further fields behind those of the model.
package final class DistributionFields: Sendable {
  /// Names of all fields, those of the model first.
  package let names: [String]
  private let modelCount: Int
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

  /// - Parameter isPeriodic: of each axis, for convolutions.
  package init(
    _ distributions: [Distribution], fields: [String], parameters: [String: Double], isPeriodic: [Bool],
    volumes: PointVolumes, pool: WorkerPool
  ) throws {
    let grid = volumes.grid
    self.volumes = volumes
    modelCount = fields.count
    let names = fields + distributions.map(\.name)
    self.names = names
    steps = try distributions.map { distribution in
      let functions = try PointwiseFunctions([distribution.argument], fields: names, parameters: parameters, grid: grid)
      let work: Work
      switch distribution.kind {
      case .along(let kind, let axis):
        work = .integral(axis: grid.axes.firstIndex { $0.name == axis } ?? 0, isMean: kind == .mean)
      case .convolution(let kernel):
        let distances = FieldConvolution.distances(grid, isPeriodic: isPeriodic)
        let values = try FieldSet(grid: distances, count: 1)
        let kernelValues = GridEvaluator(
          try PointwiseFunctions([kernel], fields: [], parameters: parameters, grid: distances),
          volumes: try PointVolumes(distances), pool: pool)
        kernelValues.evaluate(try FieldSet(grid: distances, count: 0), time: 0, into: values)
        work = .convolution(FieldConvolution(volumes: volumes, isPeriodic: isPeriodic, kernel: values))
      }
      return Step(
        argument: GridEvaluator(functions, volumes: volumes, pool: pool), work: work,
        result: try FieldSet(grid: grid, count: 1))
    }
  }

  /// Fills `extended`, which has room for all fields, from the fields of the model.
  package func extend(_ state: FieldSet, into extended: FieldSet, time: Double) {
    extended.copyCommonFields(from: state)
    for (index, step) in steps.enumerated() {
      step.argument.evaluate(extended, time: time, into: step.result)
      volumes.clearOutside(step.result)
      switch step.work {
      case .integral(let axis, let isMean):
        step.result.integrate(0, along: axis, isMean: isMean, volumes: volumes)
      case .convolution(let convolution): convolution.apply(to: step.result, field: 0)
      }
      extended.setField(modelCount + index, toSumOf: [(1, step.result)], field: 0)
    }
  }
}
