import Expressions
import Fields
import Glibc
import Operators
import Simulations

/// Looks at the end of each step whether a field has left the bounds of the exact solution.
///
/// Such bounds are 0 for a field that nothing can make negative, the limit of movement up gradients (`upperLimits`), and what
/// rates need (`rateDomains`). Data that are sharp from the start are found before the run (`SharpData`); a front that becomes
/// steep in the course of the run is found here. A transform of it overshoots in every step, so that what a step leaves beyond a bound
/// grows until reactions and diffusion take as much away.
///
/// - A field is clearly beyond a bound when it is so by more than a tenth of the tolerance, relative to its largest value; for a field that
///   also moves by limited fluxes, which are of second order like positive propagators, by more than 1e-9. Where traces of the field grow at
///   a rate `r` and a front of them is too slow to overtake what a transform leaves ahead of it (`r Δx²/D > 9`: it moves by two
///   thirds of a spacing or less while they grow by `e`), that limit is divided by the growth until the end of the run.
/// - A transform is to blame if steps of `D Δt/Δx² = 0.1` and 0.5 from the start or the end of the step take the field, cut off at its
///   bounds, beyond them by more than `attribution` of what is let pass: in a front that stands, a hundred times that adds up.
///   Limited fluxes make a front steep between two flows of diffusion, which neither end of the step shows; with them a tenth of
///   the tolerance, or 1e-5, tells enough.
/// - Where these trials overshoot by more than `SharpData.threshold`, the field moves by limited fluxes, or traces grow as said, positive
///   propagators move it from the start of the step on. A front that is less sharp is left to transforms, which are much more
///   accurate there.
/// - What a transform leaves ahead of fronts grows as traces do until a front comes: at a rate `r` for `d/(2 √(r D))` or until the end of the run, at a distance `d` from where there
///   is a thousandth of the largest value (the time of a pulled front). Where the field is below 0 by more than what grows to 1e-4 (`SharpData.limit`),
///   farther away than eight points, positive propagators move it from the start of the step on.
/// - What is beyond 0 or the limit of movement by more than rounding, and by no more than the tolerance or because of a transform, is cut
///   off at the end of each step. The mass stays: what is on the right side of the bound is reduced in proportion. Ahead of fronts that do not overtake
///   what transforms leave, nothing is cut off before positive propagators are taken, as the cut would leave what grows there.
///   Beyond the tolerance are errors in time, which shorter steps remove.
///
/// The two states alone decide, so that a run that is resumed decides alike.
package final class FrontBounds: BoundsCheck {
  private struct Bound {
    let field: Int
    let lower: Double
    let upper: Double
    /// Those of them that are bounds of the exact solution, and not only of the domain of a rate.
    let least: Double
    let most: Double
    /// Whether a spectral transform moves the field, which positive propagators can replace.
    let isTransformed: Bool
    let hasLimitedFluxes: Bool
    /// The logarithm of the most that traces ahead of a front are multiplied with in the run; 0 where the front overtakes them.
    let growth: Double
    /// The same whatever the front does; 0 where what a transform leaves does not matter.
    let traces: Double
    /// A tenth of the tolerance.
    let share: Double

    /// How far beyond its bounds a field is.
    func excess(_ low: Double, _ high: Double) -> Double { max(lower - low, high - upper) }

    /// The same of the bounds of the exact solution.
    func exactExcess(_ low: Double, _ high: Double) -> Double { max(least - low, high - most) }

    /// Whether a field is beyond a bound of the exact solution by so little that this is cut off.
    func isCutOff(_ low: Double, _ high: Double) -> Bool {
      let (beyond, size) = (exactExcess(low, high), max(abs(low), abs(high)))
      return growth == 0 && beyond > FrontBounds.rounding * size && isWithinTolerance(beyond, size)
    }

    func isWithinTolerance(_ beyond: Double, _ size: Double) -> Bool { FrontBounds.share * beyond <= share * size }

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
  /// Relative to the largest value: what is not cut off.
  private static let rounding = 1e-13
  /// The largest `r Δx²/D` of a front that overtakes what a transform leaves ahead of it.
  private static let largestCellGrowth = 9.0
  private static let attribution = 0.01

  /// - Returns: nil if no field has bounds that a transform could take it beyond.
  init?(
    _ configuration: RunConfiguration, diffusions: [FieldDiffusion], upperLimits: [Double?], traceGrowth: TraceGrowth,
    volumes: PointVolumes, pool: WorkerPool
  ) {
    let model = configuration.model
    let isTransforming = configuration.movesByTransforms
    guard model.freeBoundary == nil, isTransforming || configuration.isPositiveExponential else { return nil }
    let candidates = Set(
      diffusions.indices.filter {
        isTransforming && diffusions[$0].requestedMethod == nil && !diffusions[$0].keepsSign
          && !diffusions[$0].isSpoiltByRounding
          && Ringing.isPossible(diffusions[$0], on: volumes)
      })
    let intervals = configuration.solutionIntervals
    let domains = configuration.rateDomains
    let tolerances = configuration.negativityTolerances
    bounds = diffusions.indices.compactMap { field in
      let isTransformed = candidates.contains(field)
      // A transform that was asked for is obeyed, and a balance is found anew.
      guard tolerances[field].isFinite, !diffusions[field].isQuasiSteady,
        isTransformed || diffusions[field].requestedMethod != .fourier
      else { return nil }
      let isProven = intervals[.field(model.fieldNames[field])]?.isNonNegative ?? false
      // A positive scheme keeps the lower one by itself.
      let (least, most) = (isProven && isTransforming ? 0 : -Double.infinity, upperLimits[field] ?? .infinity)
      let domain = isTransformed ? domains[field] : .all
      let (lower, upper) = (max(least, domain.low), min(most, domain.high))
      guard lower.isFinite || upper.isFinite else { return nil }
      let moves = !model.fields[field].taxis.isEmpty || !model.fields[field].advection.isEmpty
      let rate = traceGrowth.exponents[field] / (configuration.endTime - configuration.startTime)
      let cellTime =
        zip(configuration.grid.axes, diffusions[field].diffusivities).filter { $0.1 > 0 }
        .map { $0.0.spacing * $0.0.spacing / $0.1 }.min() ?? 0
      let isSlow = isTransformed && rate * cellTime > FrontBounds.largestCellGrowth
      return Bound(
        field: field, lower: lower, upper: upper, least: least, most: most,
        isTransformed: isTransformed, hasLimitedFluxes: moves && configuration.taxisFluxes == .limited,
        growth: isSlow ? traceGrowth.exponents[field] : 0,
        traces: isTransformed && isProven && !diffusions[field].growsAtOnce ? traceGrowth.exponents[field] : 0,
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
      if let share = shareFarBelowZero(state, bound, growing: left) {
        correction.sharp.append(
          SharpField(
            field: configuration.model.fieldNames[bound.field], time: step.start, step: number,
            value: state.minimum(bound.field, pool: pool), bound: 0, overshoot: share))
        correction.fields.append(bound.field)
        continue
      }
      guard let (low, high) = range(of: state, beyond: bound) else { continue }
      let (beyond, size) = (bound.excess(low, high), max(abs(low), abs(high)))
      let limit = bound.allowance(growing: left) * size
      let isWithinTolerance = bound.isWithinTolerance(beyond, size)
      guard bound.isTransformed, beyond > limit else {
        if bound.isCutOff(low, high) { correction.fields.append(bound.field) }
        continue
      }
      let (before, after) = (try overshoot(of: previous, bound), try overshoot(of: state, bound))
      let isTransform = max(before, after) > FrontBounds.attribution * limit
      let isSharp =
        bound.hasLimitedFluxes
        ? isTransform || beyond > min(bound.share, FrontBounds.clearlyBeyond) * size
        : isTransform && (bound.growth > 0 || max(before, after) > SharpData.threshold * size)
      if isSharp {
        let isBelow = bound.lower - low >= high - bound.upper
        correction.sharp.append(
          SharpField(
            field: configuration.model.fieldNames[bound.field], time: step.start, step: number,
            value: isBelow ? low : high, bound: isBelow ? bound.lower : bound.upper,
            overshoot: max(before, after, beyond) / size))
      }
      if isTransform || isSharp || isWithinTolerance && (bound.isCutOff(low, high) || !bound.hasLimitedFluxes) {
        correction.fields.append(bound.field)
      }
    }
    return correction
  }

  /// Where there is so much of the largest value, tissue is not empty, nor within so many points.
  private static let (presence, distance) = (1e-3, 8.0)

  /// How far below 0 a field is in empty tissue, relative to its largest value, where that grows until a front comes; nil if nowhere so far.
  private func shareFarBelowZero(_ state: FieldSet, _ bound: Bound, growing left: Double) -> Double? {
    let growth = bound.traces * left
    let limit = SharpData.limit(growth: growth)
    guard limit < SharpData.threshold else { return nil }
    let (low, size) = (state.minimum(bound.field, pool: pool), state.maximum(bound.field))
    guard size.isFinite, low < -limit * size else { return nil }
    let values = state.values(bound.field)
    // In units of the growth on the way of a front; along an axis without diffusion none comes.
    let rate = bound.traces / (configuration.endTime - configuration.startTime)
    let diffusion = diffusions[bound.field]
    var growths = values.map { $0 > FrontBounds.presence * size ? 0 : Double.infinity }
    var stride = 1
    var near = 0.0
    for (axis, (diffusivity, boundary)) in zip(
      configuration.grid.axes, zip(diffusion.diffusivities, diffusion.boundaries))
    {
      let step = diffusivity > 0 ? 0.5 * (rate / diffusivity).squareRoot() * axis.spacing : .infinity
      growths.spread(by: step, count: axis.points, stride: stride, isPeriodic: boundary == .periodic)
      stride *= axis.points
      if step < .infinity { near = max(near, FrontBounds.distance * step) }
    }
    var worst = 0.0
    for (value, ahead) in zip(values, growths) where value < -limit * size && ahead > near {
      if value < -SharpData.limit(growth: min(growth, ahead)) * size { worst = max(worst, -value / size) }
    }
    return worst > 0 ? worst : nil
  }

  package func cut(_ state: FieldSet, field: Int) {
    guard let bound = bounds.first(where: { $0.field == field }) else { return }
    keep(state, field, between: bound.lower, and: bound.upper)
  }

  private func keep(_ state: FieldSet, _ field: Int, between low: Double, and high: Double) {
    for side in [FieldBound.least(low), .most(high)] where side.value.isFinite {
      state.keep(field, within: side, volumes: volumes, pool: pool)
    }
  }

  package func cutWithinTolerance(_ state: FieldSet) {
    for bound in bounds {
      guard let (low, high) = range(of: state, beyond: bound), bound.isCutOff(low, high) else { continue }
      keep(state, bound.field, between: bound.least, and: bound.most)
    }
  }

  /// The least and the largest value of a field that is beyond its bounds by more than rounding; nil for any other, and for one that is
  /// not finite, which the health check looks at.
  private func range(of state: FieldSet, beyond bound: Bound) -> (low: Double, high: Double)? {
    let low = state.minimum(bound.field, pool: pool)
    guard low < bound.lower || bound.upper.isFinite else { return nil }
    let high = state.maximum(bound.field)
    let size = max(abs(low), abs(high))
    guard size.isFinite, bound.excess(low, high) > FrontBounds.rounding * size else { return nil }
    return (low, high)
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

extension [Double] {
  /// Along the lines of one axis, makes each number at most that of a neighbor and `step` more.
  fileprivate mutating func spread(by step: Double, count: Int, stride: Int, isPeriodic: Bool) {
    guard step < .infinity else { return }
    let span = count * stride
    for start in Swift.stride(from: 0, to: self.count, by: span).flatMap({ $0..<($0 + stride) }) {
      // Forwards, then backwards, around a period if there is one.
      for direction in [1, -1] {
        var least = Double.infinity
        for turn in (isPeriodic ? 0 : count)..<(2 * count) {
          let place = start + (direction > 0 ? turn % count : count - 1 - turn % count) * stride
          least = Swift.min(self[place], least + step)
          self[place] = least
        }
      }
    }
  }
}

extension RunConfiguration {
  /// Whether fields go through transforms also in steps so short that these overshoot.
  fileprivate var movesByTransforms: Bool {
    !isPositiveExponential && (isControlled || scheme.comparesSteps || scheme.usesCoefficients)
  }

  fileprivate var isPositiveExponential: Bool {
    if case .positiveExponential = scheme.method { true } else { false }
  }
}
