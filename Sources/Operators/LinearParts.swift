import CKernels
import Fields

/// The linear parts `L_i = ∇·D_i ∇ − μ_i` of all fields, for methods that take them exactly: every function of `L_i` that
/// such a method needs is a product in the coefficients of a transform.
///
/// Along the only line of a grid whose sides no fast transform knows, a radius for one, values stay at the points, and these functions
/// are tridiagonal systems (`LineDiffusion`).
///
/// A field whose transform would spread rounding into empty tissue, where it would grow, keeps its values at the points
/// instead: its linear part is the decay alone, and its diffusion, by neighboring points, is one of the rates. A field
/// that stays where it is needs no transform.
package final class LinearParts: Sendable {
  let grid: Grid
  let pool: WorkerPool
  let scratch: [WorkerScratch]
  let parts: [Part]
  /// Work space for what the sides give and for the diffusion of neighboring points.
  private let spare: FieldSet
  let meter = WorkMeter()
  let tables: StageTables
  /// Those that have tridiagonal functions.
  private let lines: [LineDiffusion]
  /// See `commonOrder`.
  let lastOrder: [Int]?

  struct Part: Sendable {
    let decay: Double
    /// nil where values stay at the points.
    let space: CoefficientSpace?
    /// Functions of the diffusion along the only line, for values at the points.
    let line: LineDiffusion?
    let sides: SideRates?
    /// `D ∇²` along each axis where it is one of the rates.
    let stencils: [AxisPass]

    /// Of the values at the points.
    var functions: (any DiffusionFunctions)? { line ?? space }
  }

  /// - Parameters:
  ///   - decays: `μ_i ≥ 0` of each field, 1 / time.
  ///   - symbol: of the Laplacian, instead of that of the fields.
  ///   - shares: the number of parts of a step whose functions the method needs.
  ///   - stability: the largest `h |λ|` with which the method is stable where diffusion is one of the rates.
  /// - Precondition: `obstacle` finds nothing.
  package init(
    volumes: PointVolumes, fields: [FieldDiffusion], decays: [Double], symbol: DiffusionSymbol? = nil, shares: Int = 2,
    stability: Double = LinearParts.classicalStability, pool: WorkerPool
  ) throws(FieldAllocationError) {
    let fields = symbol.map { symbol in fields.map { $0.with(symbol: symbol) } } ?? fields
    let grid = volumes.grid
    self.grid = grid
    self.pool = pool
    scratch = (0..<pool.threadCount).map { _ in WorkerScratch() }
    var cache = TransformCache(grid: grid)
    parts = zip(fields, decays).map { field, decay in
      let moves = field.moves && !field.isQuasiSteady
      let line = moves ? cache.line(of: field, grid: grid) : nil
      let isLocal = moves && line == nil && field.staysLocal
      return Part(
        decay: field.isQuasiSteady ? 0 : decay,
        space: moves && line == nil && !isLocal ? cache.space(of: field, grid: grid) : nil, line: line,
        sides: moves ? SideRates(field, grid: grid).flatMap { $0.isGiven ? $0 : nil } : nil,
        stencils: isLocal ? LinearParts.stencils(field, grid) : [])
    }
    lines = Array(cache.lines.values)
    lastOrder = LinearParts.commonOrder(parts, grid)
    tables = StageTables(grid: grid, fieldCount: parts.count { $0.space != nil }, shares: shares)
    spare = try FieldSet(grid: grid, count: parts.contains { $0.sides != nil || !$0.stencils.isEmpty } ? 2 : 0)
    longestStep = zip(parts, fields).reduce(.infinity) { longest, part in
      part.0.stencils.isEmpty ? longest : min(longest, LinearParts.longestStep(part.1, grid, stability: stability))
    }
  }

  /// Why the linear part of a field cannot be taken exactly; nil if it can.
  package static func obstacle(_ field: FieldDiffusion, volumes: PointVolumes) -> String? {
    guard field.moves else { return nil }
    if field.needsFiniteVolumes(volumes) { return field.localReason(isMasked: volumes.isMasked) }
    guard field.staysLocal, !field.isTridiagonal(on: volumes.grid) else { return nil }
    for (index, axis) in volumes.grid.axes.enumerated() where field.diffusivities[index] > 0 {
      if TransformBasis(field.boundaries[index], axis: axis) == nil || !field.supplies.isEmpty {
        return "it grows from empty tissue, where the rounding of a transform would grow too"
      }
    }
    return nil
  }

  /// Steps must not be longer than this, where diffusion is one of the rates.
  package let longestStep: Double
  /// Fields that are held to work with.
  package var workingFieldCount: Int { spare.count }
  package var work: Work { lines.reduce(meter.work) { $0 + $1.work } }
  package var threadCount: Int { pool.threadCount }
  /// Numbers of the fields that are transformed.
  package var transformed: [Int] { parts.indices.filter { parts[$0].space != nil } }
  /// Whether some fields that move by exponentials have values at the points where others have coefficients.
  package var keepsPoints: Bool { !lines.isEmpty }
  /// Numbers of the fields whose values have the rounding of exponentials, of transforms or of tridiagonal systems.
  package var rounded: [Int] { parts.indices.filter { parts[$0].space != nil || parts[$0].line != nil } }
  package var decays: [Double] { parts.map(\.decay) }
  /// For each field the share that a point loses to its neighbors where that is one of the rates.
  package var stencilLosses: [Double] { parts.map { $0.stencils.reduce(0) { $0 - $1.center } } }

  /// The diffusion of neighboring points is stable, with the classical method of fourth order, up to this `h |λ|`.
  package static let classicalStability = 2.7

  /// The longest step with which the diffusion of neighboring points is stable; infinite where it goes by tridiagonal systems.
  ///
  /// - Parameter stability: of the method, the largest `h |λ|`.
  package static func longestStep(
    _ field: FieldDiffusion, _ grid: Grid, stability: Double = classicalStability
  ) -> Double {
    if field.isTridiagonal(on: grid) { return .infinity }
    let fastest = zip(grid.axes, field.diffusivities).reduce(0) { sum, axis in
      sum - axis.1 * DiffusionSymbol.secondOrder.eigenvalue(angle: .pi, spacing: axis.0.spacing)
    }
    return stability / fastest
  }

  private static func stencils(_ field: FieldDiffusion, _ grid: Grid) -> [AxisPass] {
    grid.axes.indices.compactMap { index in
      let axis = grid.axes[index]
      guard field.diffusivities[index] > 0, axis.points > 1 else { return nil }
      let strength = field.diffusivities[index] / (axis.spacing * axis.spacing)
      return AxisPass(
        stencil: [-2 * strength, strength], boundary: field.boundaries[index],
        grid: grid, axis: index)
    }
  }

  // MARK: Rates

  /// Adds to the rates what the linear parts leave out: prescribed boundary data at a time, and the diffusion of
  /// neighboring points.
  ///
  /// - Parameter neighborsOnly: whether what a point loses by the latter is left out.
  package func addRates(of state: FieldSet, time: Double, to rates: FieldSet, neighborsOnly: Bool = false) {
    for (field, part) in parts.enumerated() {
      if let sides = part.sides {
        sides.setRates(of: spare, time: time)
        rates.addField(spare, field: 0, to: field, pool: pool)
      }
      for all in part.stencils {
        let stencil = neighborsOnly ? all.withoutCenter : all
        spare.setField(0, toSumOf: [(1, state)], field: field, pool: pool)
        let values = FieldPointer(spare, 0)
        meter.add { $0 = $0 + stencil.work }
        pool.forEach(stencil.blocks.blockCount) { index, worker in
          stencil.run(index, values: values.start, scratch: self.scratch[worker])
        }
        rates.addField(spare, field: 0, to: field, pool: pool)
      }
    }
  }
  /// Whether something is given at the sides that changes with time.
  package var hasChangingSides: Bool { parts.contains { $0.sides.map { !$0.isSteady } ?? false } }

  /// Adds to values at the points what Simpson's rule misses of what is given at the sides, at the end of a step:
  /// `h φ₁(hL) (b₀ − 4 b₁ + 6 b₂ − 4 b₃ + b₄)/12` with `b` at the quarters of the step.
  package func addMissedSides(to target: FieldSet, from time: Double, by step: Double) {
    for (field, part) in parts.enumerated() {
      guard let sides = part.sides, !sides.isSteady else { continue }
      spare.fill(0, with: 0)
      spare.fill(1, with: 0)
      for (quarter, weight) in [1.0, -4, 6, -4, 1].enumerated() {
        let factor = weight / 12 * (part.functions == nil ? step : 1)
        sides.addRates(to: spare, time: time + 0.25 * Double(quarter) * step, times: factor)
      }
      part.functions?.respond(
        FieldPointer(spare, 0), growingBy: FieldPointer(spare, 1), during: step, pool: pool, scratch: scratch)
      target.addField(spare, field: 0, to: field, pool: pool)
    }
  }
}
