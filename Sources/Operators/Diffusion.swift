import Fields

/// The diffusion of all fields over a step, each by the method that suits it.
///
/// Constant diffusivities have exact propagators; the others, and all in tissue of any shape, go by super-time-stepping.
/// Where the latter depend on fields that the former move, they take half of the step before and half after.
package final class Diffusion: Sendable {
  package let fields: [FieldDiffusion]
  private let exact: ExactDiffusion
  private let local: LocalDiffusion?
  /// Moves all fields where the boundary is free.
  private let moving: MovingDomain?
  private let isSymmetric: Bool
  private let isMasked: Bool

  /// - Throws: `DiffusivityFailure` if a diffusivity is negative somewhere, `FieldAllocationError`.
  package init(
    volumes: PointVolumes, fields: [FieldDiffusion], freeBoundary: FreeBoundary? = nil, pool: WorkerPool
  ) throws {
    self.fields = fields
    isMasked = volumes.isMasked
    moving = try freeBoundary.map {
      try MovingDomain(volumes: volumes, fields: fields, boundary: $0, pool: pool)
    }
    let locals = moving == nil ? fields.locals(on: volumes) : Set(fields.indices)
    exact = try ExactDiffusion(
      grid: volumes.grid,
      fields: fields.enumerated().map { locals.contains($0) || $1.isQuasiSteady ? .immobile($1.boundaries) : $1 },
      pool: pool)
    local = moving == nil ? try LocalDiffusion(volumes: volumes, fields: fields, pool: pool) : nil
    isSymmetric = fields.contains { field in
      (field.variable?.dependencies ?? []).union(field.coupledTaxis?.taxis.dependencies ?? []).contains {
        fields[$0].moves && !locals.contains($0)
      }
    }
  }

  /// How a field will be moved in a step.
  package enum Plan: Sendable {
    /// By one propagator for each axis.
    case axes([AxisPropagator])
    /// By super-time-stepping: so many equal parts of the step, with so many stages each.
    case stages(Int, steps: Int, reason: String)
    /// Not at all: it is always in balance with the others.
    case balance
    /// With the domain, whose boundary is free; diffusing exactly, or carried by limited fluxes.
    case movingDomain(diffuses: Bool)
  }

  /// What will be done in a step from a state, for each field.
  package func plan(_ state: FieldSet, time: Double, step: Double) throws(DiffusionFailure) -> [Plan] {
    let axes = exact.plan(step: step)
    return try fields.indices.map { field throws(DiffusionFailure) in
      if fields[field].isQuasiSteady { return .balance }
      if moving != nil { return .movingDomain(diffuses: fields[field].moves) }
      guard let division = try local?.division(of: field, state, time: time, step: isSymmetric ? 0.5 * step : step)
      else { return .axes(axes[field]) }
      let steps = isSymmetric ? 2 * division.steps : division.steps
      return .stages(division.stages, steps: steps, reason: fields[field].localReason(isMasked: isMasked))
    }
  }

  package var work: Work { local.map { exact.work + $0.work } ?? exact.work }

  /// Parts of steps that were done again to keep densities non-negative, since the start.
  package var repeatedSteps: Int { local?.repeatedSteps ?? 0 }

  /// Fields that are held to work with.
  package var workingFieldCount: Int {
    exact.workingFieldCount + (local?.workingFieldCount ?? 0) + (moving?.workingFieldCount ?? 0)
  }

  /// Replaces every field by the solution of `u_t = L(u) u + b` at `time + step`.
  package func advance(_ state: FieldSet, from time: Double, by step: Double) throws(DiffusionFailure) {
    try advance(state, during: (time, time + step), by: step) { exact.advance(state, from: time, by: step) }
  }

  /// Replaces every field by the solution of `u_t = L(u) u + b − c` after `step`, `c` being constant.
  ///
  /// - Parameter times: diffusivities and prescribed boundary data go from their values at the first to those at the
  ///   second.
  package func advance(
    _ state: FieldSet, minus constant: FieldSet, during times: (Double, Double), by step: Double
  ) throws(DiffusionFailure) {
    try advance(state, minus: constant, during: times, by: step) {
      exact.advance(state, minus: constant, during: times, by: step)
    }
  }

  private func advance(
    _ state: FieldSet, minus constant: FieldSet? = nil, during times: (Double, Double), by step: Double,
    _ advanceOthers: () -> Void
  ) throws(DiffusionFailure) {
    if let moving { return try moving.advance(state, minus: constant, during: times, by: step) }
    guard isSymmetric else {
      advanceOthers()
      try local?.advance(state, minus: constant, during: times, by: step)
      return
    }
    let middle = 0.5 * (times.0 + times.1)
    try local?.advance(state, minus: constant, during: (times.0, middle), by: 0.5 * step)
    advanceOthers()
    try local?.advance(state, minus: constant, during: (middle, times.1), by: 0.5 * step)
  }
}

/// A step of diffusion cannot be computed.
package enum DiffusionFailure: Error, Sendable {
  case diffusivity(DiffusivityFailure)
  case velocity(VelocityFailure)
  case freeBoundary(FreeBoundaryFailure)
}
