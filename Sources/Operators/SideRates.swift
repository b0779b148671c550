import Fields

/// What the sides of the domain add to one field, per unit of time, at the points next to them: `b` of `u' = L u + b`.
///
/// In a step of diffusion `b` is taken as linear: `s = h (φ₁(hL) b₀ + φ₂(hL) (b₁ − b₀))` is added to `e^{hL} u`, exact
/// where it is steady or linear, else with an error of third order.
struct SideRates: Sendable {
  private let field: FieldDiffusion
  private let grid: Grid
  /// Of each axis, where its sides are prescribed. (No dictionary: sums must have a fixed order.)
  private let laplacians: [AxisLaplacian?]

  /// - Returns: nil if nothing is prescribed at any side.
  init?(_ field: FieldDiffusion, grid: Grid) {
    self.field = field
    self.grid = grid
    laplacians = grid.axes.indices.map { axis in
      let boundary = field.boundaries[axis]
      let isPrescribed = field.supplies.contains { $0.axis == axis } || boundary != .noFlux
      guard boundary != .periodic, isPrescribed, field.diffusivities[axis] > 0 else { return nil }
      return AxisLaplacian(grid.axes[axis], boundary: boundary, diffusivity: field.diffusivities[axis])
    }
    if laplacians.allSatisfy({ $0 == nil }) { return nil }
  }

  /// Whether something else than 0 is given.
  var isGiven: Bool { !field.supplies.isEmpty }
  var isSteady: Bool { field.supplies.allSatisfy(\.isSteady) }

  /// Replaces field 0 of `target` by `b(time)`.
  func setRates(of target: FieldSet, time: Double) {
    target.fill(0, with: 0)
    addRates(to: target, time: time)
  }

  /// Adds `b(time)`, times a factor, to field 0 of `target`.
  func addRates(to target: FieldSet, time: Double, times factor: Double = 1) {
    for supply in field.supplies {
      guard let weight = laplacians[supply.axis]?.supplyWeight(isUpper: supply.isUpper) else { continue }
      let end = supply.isUpper ? grid.axes[supply.axis].points - 1 : 0
      let values = supply.values(time)
      for line in values.indices {
        let (row, column) = grid.point(end, ofLine: line, along: supply.axis)
        target.pointer(0, row: row)[column] += factor * weight * values[line]
      }
    }
  }

  /// Adds to `target`, times `factor`, the rates at the sides that go with a constant `c` which does not fulfil the
  /// conditions there: those with which `L c + b` goes on smoothly up to the side.
  private func addExtension(of c: UnsafePointer<Double>, times factor: Double, to target: FieldSet) {
    for (axis, laplacian) in laplacians.enumerated() {
      guard let laplacian, laplacian.count > 3 else { continue }
      for line in 0..<grid.lineCount(along: axis) {
        func value(_ index: Int) -> Double {
          let (row, column) = grid.point(index, ofLine: line, along: axis)
          return c[row * grid.rowStride + column]
        }
        for isUpper in [false, true] {
          let ends = (0..<3).map { isUpper ? laplacian.count - 1 - $0 : $0 }
          let changes = ends.map { laplacian.change($0, of: value) }
          let (row, column) = grid.point(ends[0], ofLine: line, along: axis)
          target.pointer(0, row: row)[column] += factor * (2 * changes[1] - changes[2] - changes[0])
        }
      }
    }
  }

  /// Replaces field 0 of `target` by what the sides add in a step, `b` going from its value at the first of two times
  /// to that at the second; `spare` is lost.
  ///
  /// - Parameter offset: a field by which, times a number at the start and another at the end, the state that moves
  ///   differs from the one for which the conditions at the sides hold.
  func setResponse(
    of target: FieldSet, spare: FieldSet, during times: (Double, Double), step: Double,
    offset: (field: FieldPointer, start: Double, end: Double)? = nil, functions: any DiffusionFunctions,
    pool: WorkerPool, scratch: [WorkerScratch]
  ) {
    setRates(of: target, time: times.0)
    setRates(of: spare, time: times.1)
    if let offset {
      addExtension(of: offset.field.start, times: offset.start, to: target)
      addExtension(of: offset.field.start, times: offset.end, to: spare)
    }
    spare.setField(0, toSumOf: [(1, spare), (-1, target)], pool: pool)
    functions.respond(
      FieldPointer(target, 0), growingBy: FieldPointer(spare, 0), during: step, pool: pool, scratch: scratch)
    // What rounding leaves where the response should be 0 would not be local.
    target.clear(0, below: SideRates.noise * max(target.maximum(0), -target.minimum(0)))
  }

  /// Relative to the largest value.
  private static let noise = 1e-14
}
