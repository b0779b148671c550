import Expressions
import Fields
import Operators
import Simulations

/// Looks at the end of each step whether a spectral transform has taken a field beyond the bounds of the exact solution.
///
/// Such bounds are 0 for a field that nothing can make negative, the limit of movement up gradients (`upperLimits`), and what
/// rates need (`rateDomains`). Data that are sharp from the start are found before the run (`SharpData`); a front that becomes
/// steep in the course of the run is found here. A transform of it overshoots in every step, so that what a step leaves beyond a bound grows
/// until reactions and diffusion take as much away.
///
/// - A field is beyond a bound when it is so by more than a tenth of the tolerance, relative to its largest value; for a field that also moves
///   by limited fluxes, which are of second order like positive propagators, by more than 1e-9.
/// - A transform is to blame if it takes the field, cut off at its bounds, beyond them in steps of `D Δt/Δx² = 0.1` or 0.5: from the end of
///   the step by more than `attribution` of what the field is beyond, or from its start by more than that share of what is let pass,
///   which the step may have multiplied. What is left are errors in time, which shorter steps remove. Limited fluxes make a front
///   steep between two flows of diffusion, which neither end of the step shows; with them a tenth of the tolerance tells enough.
///
/// The state alone decides, so that a run that is resumed decides alike.
package final class FrontBounds: BoundsCheck {
  private struct Bound {
    let field: Int
    let lower: Double
    let upper: Double
    let hasLimitedFluxes: Bool
    /// A tenth of the tolerance.
    let share: Double
    /// How far beyond a bound the field may be, relative to its size.
    var allowance: Double { hasLimitedFluxes ? min(share, FrontBounds.allowanceOfLimitedFluxes) : share }
  }

  private let configuration: RunConfiguration
  private let bounds: [Bound]
  private let diffusions: [FieldDiffusion]
  private let volumes: PointVolumes
  private let pool: WorkerPool

  /// Of the tolerance, as between steps (`HealthCheck`).
  private static let share = 0.1
  /// For fields that also move by limited fluxes, which are of second order like positive propagators.
  private static let allowanceOfLimitedFluxes = 1e-9
  private static let attribution = 0.05

  /// - Returns: nil if no field has bounds that a transform could take it beyond.
  init?(
    _ configuration: RunConfiguration, diffusions: [FieldDiffusion], upperLimits: [Double?], volumes: PointVolumes, pool: WorkerPool
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
      return Bound(
        field: field, lower: lower, upper: upper, hasLimitedFluxes: moves && configuration.taxisFluxes == .limited,
        share: FrontBounds.share * tolerances[field])
    }
    if bounds.isEmpty { return nil }
    self.configuration = configuration
    self.diffusions = diffusions
    self.volumes = volumes
    self.pool = pool
  }

  package func sharpFields(
    in state: FieldSet, from previous: FieldSet, after step: Clock.Step, number: Int
  ) throws -> [SharpField] {
    try bounds.compactMap { bound in
      let (low, high) = (state.minimum(bound.field, pool: pool), state.maximum(bound.field))
      // What is not finite is for the health check.
      guard low.isFinite, high.isFinite else { return nil }
      let size = max(abs(low), abs(high))
      let limit = bound.allowance * size
      let (below, above) = (bound.lower - low, high - bound.upper)
      guard max(below, above) > limit else { return nil }
      let beyond = max(below, above)
      let (before, after) = (try overshoot(of: previous, bound), try overshoot(of: state, bound))
      let isSharp = after > FrontBounds.attribution * beyond || before > FrontBounds.attribution * limit
      guard isSharp || bound.hasLimitedFluxes && beyond > bound.share * size else { return nil }
      let isBelow = below >= above
      return SharpField(
        field: configuration.model.fieldNames[bound.field], time: step.start, step: number, value: isBelow ? low : high,
        bound: isBelow ? bound.lower : bound.upper, overshoot: max(before, after, beyond) / size)
    }
  }

  package func cut(_ state: FieldSet, fields: Set<String>) {
    for bound in bounds where fields.contains(configuration.model.fieldNames[bound.field]) {
      let (low, high) = (state.minimum(bound.field, pool: pool), state.maximum(bound.field))
      let beyond = max(bound.lower - low, high - bound.upper)
      guard beyond > 0, beyond <= bound.allowance * max(abs(low), abs(high)) else { continue }
      state.setValues(bound.field, to: values(of: state, cutAt: bound))
    }
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
