import Fields

/// `∇·(D_i ∇u_i) + b_i`, with cross terms, of all fields: the rates at which diffusion and prescribed boundary data change a
/// state, by the discrete Laplacians of the scheme.
///
/// Fields with constant diffusivities by the eigenvalues of their Laplacian in the coefficients of a transform, the others by
/// finite volumes. The fields of a domain whose boundary is free have no such rates.
package final class DiffusionRates: Sendable {
  private let grid: Grid
  private let pool: WorkerPool
  private let scratch: [WorkerScratch]
  private let exact: [Exact]
  private let local: [LocalField]
  private let spare: FieldSet
  private let meter = WorkMeter()

  private struct Exact: Sendable {
    let field: Int
    let functions: any DiffusionFunctions
    let sides: SideRates?
  }

  /// - Parameters:
  ///   - step: of a flow of diffusion, where its size chooses the Laplacian; nil where it does not.
  ///   - symbol: of all Laplacians, instead of those of the fields.
  /// - Throws: `DiffusivityFailure` if a diffusivity is negative somewhere, `FieldAllocationError`.
  package init(
    volumes: PointVolumes, fields: [FieldDiffusion], step: Double? = nil, symbol: DiffusionSymbol? = nil,
    pool: WorkerPool
  ) throws {
    let grid = volumes.grid
    self.grid = grid
    self.pool = pool
    scratch = (0..<pool.threadCount).map { _ in WorkerScratch() }
    spare = try FieldSet(grid: grid, count: 1)
    let locals = fields.locals(on: volumes)
    local = try locals.sorted().map { try LocalField($0, fields[$0], volumes, pool) }
    var cache = TransformCache(grid: grid)
    exact = fields.enumerated().compactMap { index, field in
      guard field.moves, !locals.contains(index) else { return nil }
      let functions = cache.functions(of: field, grid: grid) { axis in
        symbol ?? step.map { DiffusionRates.symbol(of: field, axis: axis, grid, step: $0) }
      }
      return Exact(
        field: index, functions: functions,
        sides: SideRates(field, grid: grid).flatMap { $0.isGiven ? $0 : nil })
    }
  }

  /// That of the propagator for a step.
  private static func symbol(of field: FieldDiffusion, axis: Int, _ grid: Grid, step: Double) -> DiffusionSymbol {
    let chosen = AxisPropagator.chosen(for: field, axis: axis, of: grid, step: step)
    return chosen.shape == .secondOrder ? .secondOrder : chosen.symbol
  }

  package var work: Work { meter.work }

  /// Adds the rates of a state at a time.
  ///
  /// - Throws: `DiffusivityFailure` if a diffusivity is negative or no number somewhere.
  package func add(to rates: FieldSet, of state: FieldSet, time: Double) throws(DiffusivityFailure) {
    for member in exact {
      spare.setField(0, toSumOf: [(1, state)], field: member.field, pool: pool)
      let values = FieldPointer(spare, 0)
      member.functions.applyOperator(to: values, pool: pool, scratch: scratch)
      rates.addField(spare, field: 0, to: member.field, pool: pool)
      meter.add { $0.transforms += 2 * member.functions.transformCount }
      guard let sides = member.sides else { continue }
      sides.setRates(of: spare, time: time)
      rates.addField(spare, field: 0, to: member.field, pool: pool)
    }
    for member in local {
      try member.update(state, time: time, pool)
      let sides = member.own.sideRates(member.values, time: time)
      meter.add { $0.diffusionStages += 1 }
      pool.forEach(grid.rowCount) { row, _ in
        let target = rates.pointer(member.field, row: row)
        member.own.apply(row: row, to: FieldPointer(state, member.field), into: target, adds: true)
        for term in member.crossTerms {
          member.unit?.apply(
            row: row, to: FieldPointer(state, term.field), scale: term.coefficient, into: target, adds: true)
        }
        for side in sides[row] ?? [] { target[side.column] += side.rate }
      }
    }
  }
}
