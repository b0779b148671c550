import Documents
import Expressions
import Fields
import Rates

/// The values of the kernels of a run's convolutions on its grid, each evaluated once.
///
/// They serve while a run is assembled; each convolution keeps the transform of its kernel.
final class ConvolutionKernels {
  /// Of each axis.
  let isPeriodic: [Bool]
  private let configuration: RunConfiguration
  private let pool: WorkerPool
  private var known: [Expression: FieldSet] = [:]

  init(_ configuration: RunConfiguration, pool: WorkerPool) {
    (self.configuration, self.pool) = (configuration, pool)
    isPeriodic = configuration.grid.axes.indices.map { axis in
      configuration.sides.allSatisfy { $0.boundaries[axis] == .periodic }
    }
  }

  /// One field on the grid of the distances between two points.
  ///
  /// - Throws: `Diagnostics` where the kernel has no finite value, `FieldAllocationError`.
  func values(of kernel: Expression) throws -> FieldSet {
    if let values = known[kernel] { return values }
    do {
      let values = try ConvolutionKernel.values(
        of: kernel, parameters: configuration.model.parameterValues, grid: configuration.grid, isPeriodic: isPeriodic,
        pool: pool)
      known[kernel] = values
      return values
    } catch let undefined as UndefinedKernel {
      throw diagnostics(undefined)
    }
  }

  /// `∫ K dx` and `∫ |K| dx`, as sums over the distances of the grid.
  func integrals(of kernel: Expression) throws -> (plain: Double, absolute: Double) {
    let values = try values(of: kernel).values(0)
    let volume = configuration.grid.axes.reduce(1) { $0 * $1.spacing }
    return (values.reduce(0, +) * volume, values.reduce(0) { $0 + abs($1) } * volume)
  }

  /// Frees the memory of the values; they are evaluated again when they are needed again.
  func releaseValues() { known = [:] }

  private func diagnostics(_ undefined: UndefinedKernel) -> Diagnostics {
    let distances = zip(configuration.grid.axes, undefined.distances).map { axis, distance in
      "\(axis.name) = \(JSONText.text(distance))"
    }
    var found = Diagnostics()
    found.error(
      "the kernel \(undefined.kernel) of a convolution is infinite or no number at the distance "
        + distances.joined(separator: ", "), at: place(of: undefined.kernel),
      remedy: "a kernel has a finite value at every distance between two points, also at 0")
    return found
  }

  /// The observable that a kernel belongs to, or the model.
  private func place(of kernel: Expression) -> Place {
    let observable = configuration.observables.first { observable in
      Expression.extractingDistributions([observable.expression]).distributions.contains {
        $0.kind == .convolution(kernel: kernel)
      }
    }
    let model = configuration.model
    let isOfModel = Expression.extractingDistributions(model.rates + model.delayedArguments).distributions.contains {
      $0.kind == .convolution(kernel: kernel)
    }
    let node = observable.flatMap { configuration.document["observables"]?[$0.name] }
    return isOfModel ? model.document.place : node?.place ?? model.document.place
  }
}
