import Fields
import Operators
import Simulations

/// Looks after each step whether fields that were nowhere empty at the start have become nearly empty somewhere.
///
/// The rounding of a transform, about 1e-16 of the largest value of a field, must not grow in empty tissue (`TraceGrowth`). Where
/// there is something of the field everywhere, rounding grows no faster than what is there: both follow the same linearized rates. So
/// a field may be transformed while its lowest value is at least `leastShare` of its largest one, and ten times the tolerance. Below
/// that it is moved by kernels or neighboring points, as a field that starts empty is from the start.
///
/// The two states at the ends of a step alone decide, so that a run that is resumed decides alike.
final class EmptinessCheck: BoundsCheck {
  private let names: [String]
  private let shares: [Double]
  private let fields: [Int]
  private let pool: WorkerPool
  /// Rounding is then at most 1e-10 of what is there.
  private static let leastShare = 1e-6
  private static let tolerances = 10.0

  /// - Parameter transformed: of each field whether transforms move it only because it is nowhere empty.
  /// - Returns: nil if there is no such field.
  init?(_ configuration: RunConfiguration, transformed: [Bool], pool: WorkerPool) {
    fields = transformed.indices.filter { transformed[$0] }
    if fields.isEmpty { return nil }
    names = configuration.model.fieldNames
    shares = EmptinessCheck.shares(configuration)
    self.pool = pool
  }

  /// Of each field whether its traces grow by too much for a transform, and it is nowhere so low that they could.
  static func fieldsNowhereEmpty(
    _ configuration: RunConfiguration, state: FieldSet, diffusions: [FieldDiffusion], volumes: PointVolumes,
    pool: WorkerPool
  ) -> [Bool] {
    guard !volumes.isMasked, configuration.model.freeBoundary == nil else { return diffusions.map { _ in false } }
    let shares = shares(configuration)
    return diffusions.enumerated().map { field, diffusion in
      diffusion.moves && !diffusion.isQuasiSteady && diffusion.isSpoiltByRounding && diffusion.requestedMethod == nil
        && !diffusion.needsFiniteVolumes(volumes) && !diffusion.isTridiagonal(on: volumes.grid)
        && lowestShare(of: state, field, pool) >= shares[field]
    }
  }

  private static func shares(_ configuration: RunConfiguration) -> [Double] {
    configuration.model.fields.indices.map { field in
      switch configuration.steps {
      case .fixed: max(leastShare, 1e-3)
      case .controlled(let tolerance, _): max(leastShare, tolerances * tolerance.relative[field])
      }
    }
  }

  func correction(
    of state: FieldSet, from previous: FieldSet, after step: Clock.Step, number: Int
  ) throws -> BoundsCorrection {
    var correction = BoundsCorrection()
    for field in fields {
      let share = min(
        EmptinessCheck.lowestShare(of: previous, field, pool), EmptinessCheck.lowestShare(of: state, field, pool))
      guard share < shares[field] else { continue }
      correction.emptied.append(EmptiedField(field: names[field], time: step.start, step: number, share: share))
    }
    return correction
  }

  /// The lowest value of a field relative to the largest one; 0 for a field that is 0 everywhere.
  private static func lowestShare(of state: FieldSet, _ field: Int, _ pool: WorkerPool) -> Double {
    let largest = state.maximum(field)
    return largest > 0 ? state.minimum(field, pool: pool) / largest : 0
  }
}
