import Expressions
import Fields
import Glibc
import Operators
import Simulations

/// Looks at the end of each step whether a spectral transform has taken a field beyond the bounds of the exact solution.
///
/// Such bounds are 0 for a field that nothing can make negative, the limit of movement up gradients (`upperLimits`), and what
/// rates need (`rateDomains`). Data that are sharp from the start are found before the run (`SharpData`); a front that becomes
/// steep in the course of the run is found here. A transform of it overshoots in every step, so that what a step leaves beyond a bound
/// grows until reactions and diffusion take as much away.
///
/// - A field is beyond a bound when it is so by more than a tenth of the tolerance, relative to its largest value; for a field that also
///   moves by limited fluxes, which are of second order like positive propagators, by more than 1e-9. Where traces of the field grow at
///   a rate `r` and a front of them is too slow to overtake what a transform leaves ahead of it (`r Δx²/D > 9`: it moves by two
///   thirds of a spacing or less while they grow by `e`), that limit is divided by the growth until the end of the run.
/// - A transform is to blame if steps of `D Δt/Δx² = 0.1` and 0.5 from the start or the end of the step take the field, cut off at its
///   bounds, beyond them by more than `attribution` of what is let pass: in a front that stands, a hundred times that adds up.
///   Limited fluxes make a front steep between two flows of diffusion, which neither end of the step shows; with them a tenth of
///   the tolerance, or 1e-5, tells enough.
/// - Where these trials overshoot by more than `SharpData.threshold`, the field moves by limited fluxes, or traces grow as said, positive
///   propagators move it from the start of the step on. A front that is less sharp is left to transforms, which are much more
///   accurate there, and cut off at its bounds. So is, without limited fluxes, what is beyond by no more than the tolerance for any reason.
///   Beyond that are errors in time, which shorter steps remove.
///
/// The two states alone decide, so that a run that is resumed decides alike.
package final class FrontBounds: BoundsCheck {
  private struct Bound {
    let field: Int
    let lower: Double
    let upper: Double
    let hasLimitedFluxes: Bool
    /// The logarithm of the most that traces ahead of a front are multiplied with in the run; 0 where the front overtakes them.
    let growth: Double
    /// A tenth of the tolerance.
    let share: Double

    /// How far beyond a bound the field may be, relative to its size, when a share of the time is left.
    func allowance(growing left: Double) -> Double {
      if hasLimitedFluxes { return min(share, FrontBounds.leastAllowance) }
      return growth > 0 ? min(share, max(share * exp(-growth * left), FrontBounds.leastAllowance)) : share
    }
  }

  private let configuration: RunConfiguration
  private let bounds: [Bound]
  private let diffusions: [FieldDiffusion]
  private let volumes: PointVolumes
  private let pool: WorkerPool

  /// Of the tolerance, as between steps (`HealthCheck`).
  private static let share = 0.1
  private static let leastAllowance = 1e-9
  /// With limited fluxes more than this is no error in time.
  private static let clearlyBeyond = 1e-5
  /// The largest `r Δx²/D` of a front that overtakes what a transform leaves ahead of it.
  private static let largestCellGrowth = 9.0
  private static let attribution = 0.01

  /// - Returns: nil if no field has bounds that a transform could take it beyond.
  init?(
    _ configuration: RunConfiguration, diffusions: [FieldDiffusion], upperLimits: [Double?], traceGrowth: TraceGrowth,
    volumes: PointVolumes, pool: WorkerPool
  ) {
    let model = configuration.model
    guard model.freeBoundary == nil, configuration.movesByTransforms else { return nil }
    let candidates = diffusions.indices.filter {
      diffusions[$0].requestedMethod == nil && !diffusions[$0].keepsSign && !diffusions[$0].isSpoiltByRounding
        && Ringing.isPossible(diffusions[$0], on: volumes)
    }
    if candidates.isEmpty { return nil }
    let intervals = configuration.solutionIntervals
    let domains = configuration.rateDomains
    let tolerances = configuration.negativityTolerances
    bounds = candidates.compactMap { field in
      let isProven = intervals[.field(model.fieldNames[field])]?.isNonNegative ?? false
      let lower = max(isProven ? 0 : -.infinity, domains[field].low)
      let upper = min(upperLimits[field] ?? .infinity, domains[field].high)
      guard lower.isFinite || upper.isFinite, tolerances[field].isFinite else { return nil }
      let moves = !model.fields[field].taxis.isEmpty || !model.fields[field].advection.isEmpty
      let rate = traceGrowth.exponents[field] / (configuration.endTime - configuration.startTime)
      let cellTime =
        zip(configuration.grid.axes, diffusions[field].diffusivities).filter { $0.1 > 0 }
        .map { $0.0.spacing * $0.0.spacing / $0.1 }.min() ?? 0
      return Bound(
        field: field, lower: lower, upper: upper, hasLimitedFluxes: moves && configuration.taxisFluxes == .limited,
        growth: rate * cellTime > FrontBounds.largestCellGrowth ? traceGrowth.exponents[field] : 0,
        share: FrontBounds.share * tolerances[field])
    }
    if bounds.isEmpty { return nil }
    self.configuration = configuration
    self.diffusions = diffusions
    self.volumes = volumes
    self.pool = pool
  }

  package func correction(
    of state: FieldSet, from previous: FieldSet, after step: Clock.Step, number: Int
  ) throws -> BoundsCorrection {
    var correction = BoundsCorrection()
    let left = (configuration.endTime - step.end) / (configuration.endTime - configuration.startTime)
    for bound in bounds {
      let (low, high) = (state.minimum(bound.field, pool: pool), state.maximum(bound.field))
      // What is not finite is for the health check.
      guard low.isFinite, high.isFinite else { continue }
      let (below, above) = (bound.lower - low, high - bound.upper)
      let (beyond, size) = (max(below, above), max(abs(low), abs(high)))
      let limit = bound.allowance(growing: left) * size
      guard beyond > limit else { continue }
      let (before, after) = (try overshoot(of: previous, bound), try overshoot(of: state, bound))
      let isTransform = max(before, after) > FrontBounds.attribution * limit
      let isSharp =
        bound.hasLimitedFluxes
        ? isTransform || beyond > min(bound.share, FrontBounds.clearlyBeyond) * size
        : isTransform && (bound.growth > 0 || max(before, after) > SharpData.threshold * size)
      if isSharp {
        correction.sharp.append(
          SharpField(
            field: configuration.model.fieldNames[bound.field], time: step.start, step: number,
            value: below >= above ? low : high, bound: below >= above ? bound.lower : bound.upper,
            overshoot: max(before, after, beyond) / size))
      }
      let isWithinTolerance = !bound.hasLimitedFluxes && FrontBounds.share * beyond <= bound.share * size
      if isTransform || isSharp || isWithinTolerance { correction.fields.append(bound.field) }
    }
    return correction
  }

  package func cut(_ state: FieldSet, field: Int) {
    guard let bound = bounds.first(where: { $0.field == field }) else { return }
    state.setValues(field, to: values(of: state, cutAt: bound))
  }

  private func values(of state: FieldSet, cutAt bound: Bound) -> [Double] {
    state.values(bound.field).map { min(max($0, bound.lower), bound.upper) }
  }

  /// How far beyond its bounds a transform takes a field that has been cut off at them.
  private func overshoot(of state: FieldSet, _ bound: Bound) throws -> Double {
    let cut = try FieldSet(grid: state.grid, count: state.count)
    cut.setValues(bound.field, to: values(of: state, cutAt: bound))
    var worst = 0.0
    try Ringing.afterSteps(
      of: cut, field: bound.field, as: diffusions[bound.field], volumes: volumes, pool: pool
    ) { moved in
      worst = max(worst, bound.lower - moved.minimum(0, pool: pool), moved.maximum(0) - bound.upper)
    }
    return worst
  }
}

extension RunConfiguration {
  /// Whether fields go through transforms also in steps so short that these overshoot.
  fileprivate var movesByTransforms: Bool {
    if case .positiveExponential = scheme.method { return false }
    return isControlled || scheme.comparesSteps || scheme.usesCoefficients
  }
}
