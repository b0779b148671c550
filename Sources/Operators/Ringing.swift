import Fields

/// What spectral transforms do to data that jump: a step of diffusion by a transform is the exact one of the trigonometric
/// polynomial through the points, which overshoots beside a jump, and so does the result.
///
/// The overshoot of one jump is largest, 1.4 % of the jump, after a step of about `r = D Δt/Δx² = 0.1`; from `r = 3` on it is
/// less than rounding.
package enum Ringing {
  /// From this strength on what is below 0 after a step is rounding.
  package static let largestStrength = 3.0
  /// Strengths `r` along the axis where it is largest, one after the other.
  private static let strengths = [0.1, 0.5]
  private static let boundaryStrength = 0.01

  /// Whether a field can be moved by a spectral transform at all.
  package static func isPossible(_ field: FieldDiffusion, on volumes: PointVolumes) -> Bool {
    field.moves && !field.needsFiniteVolumes(volumes) && !axes(of: field, volumes.grid).isEmpty
  }

  /// Moves one field of a state by transforms, over a short step and a longer one.
  ///
  /// - Parameter look: called with a field set whose only field is the one that has been moved, after each of the two.
  package static func afterSteps(
    of state: FieldSet, field: Int, as diffusion: FieldDiffusion, volumes: PointVolumes, pool: WorkerPool,
    look: (FieldSet) -> Void
  ) throws {
    let grid = volumes.grid
    let moved = axes(of: diffusion, grid)
    let fastest = moved.reduce(0) {
      max($0, diffusion.diffusivities[$1] / (grid.axes[$1].spacing * grid.axes[$1].spacing))
    }
    let copy = try FieldSet(grid: grid, count: 1)
    copy.setField(0, toSumOf: [(1, state)], field: field, pool: pool)
    let exact = try ExactDiffusion(
      grid: grid,
      fields: [
        FieldDiffusion(
          diffusivities: grid.axes.indices.map { moved.contains($0) ? diffusion.diffusivities[$0] : 0 },
          boundaries: diffusion.boundaries, requestedMethod: .fourier)
      ], pool: pool)
    var done = 0.0
    for strength in strengths {
      exact.advance(copy, from: 0, by: (strength - done) / fastest)
      done = strength
      look(copy)
    }
  }

  /// Moves one field by a short step of diffusion with its prescribed boundary data.
  ///
  /// The step has the strength 0.01, so that the boundary data change little beyond the points next to a side. A diffusivity that
  /// is not constant counts as 1.
  ///
  /// - Returns: a field set whose only field is the one that has been moved.
  package static func withBoundaryData(
    _ state: FieldSet, field: Int, as diffusion: FieldDiffusion, time: Double, volumes: PointVolumes, pool: WorkerPool
  ) throws -> FieldSet {
    let grid = volumes.grid
    let diffusivities = diffusion.variable == nil ? diffusion.diffusivities : grid.axes.map { _ in 1 }
    let fastest = zip(grid.axes, diffusivities).reduce(0) { max($0, $1.1 / ($1.0.spacing * $1.0.spacing)) }
    let copy = try FieldSet(grid: grid, count: 1)
    copy.setField(0, toSumOf: [(1, state)], field: field, pool: pool)
    guard fastest > 0 else { return copy }
    try ExactDiffusion(
      grid: grid,
      fields: [
        FieldDiffusion(
          diffusivities: diffusivities, boundaries: diffusion.boundaries, supplies: diffusion.supplies,
          symbol: .secondOrder)
      ], pool: pool
    ).advance(copy, from: time, by: boundaryStrength / fastest)
    return copy
  }

  /// The axes along which the field can be moved by a spectral transform.
  private static func axes(of field: FieldDiffusion, _ grid: Grid) -> [Int] {
    grid.axes.indices.filter { axis in
      field.diffusivities[axis] > 0 && grid.axes[axis].points > 1
        && TransformBasis(field.boundaries[axis], axis: grid.axes[axis]) != nil
        && !field.supplies.contains { $0.axis == axis }
    }
  }
}
