import CKernels

/// What an integrator keeps of its stages on a tile: rows of a tile block, one for each field and stage.
package struct StageRows {
  private let rows: UnsafeMutablePointer<Double>
  package let fields: Int

  /// Rows of a block, from `row` on.
  package init(_ block: TileBlock, row: Int, fields: Int) {
    rows = block.row(row)
    self.fields = fields
  }

  /// Copies a stage to another.
  package func copy(_ source: Int, to target: Int, count: Int) {
    for field in 0..<fields {
      let (from, to) = (source * fields + field, target * fields + field)
      (rows + to * Tile.capacity).update(from: rows + from * Tile.capacity, count: count)
    }
  }

  /// Adds the rows of a block from `addend` on, one per field.
  package func add(_ block: TileBlock, _ addend: Int, to stage: Int, count: Int) {
    tile_add(rows + offset(stage), block.row(addend), fields, count)
  }

  /// `stage_f += factors[f] · addend_f`.
  package func add(
    _ block: TileBlock, _ addend: Int, times factors: UnsafePointer<Double>, to stage: Int, count: Int
  ) {
    tile_add_multiples(rows + offset(stage), block.row(addend), factors, fields, count)
  }

  /// `out = base + step · Σ_j coefficients[j] · stage_j`: a stage of a Runge–Kutta method; `out` and `base` are rows of a
  /// block.
  package func combine(
    _ block: TileBlock, into out: Int, base: Int, coefficients: [Double], step: Double, count: Int
  ) {
    combine(block, out, base, nil, coefficients, stride: 0, coefficients.count, step, count)
  }

  /// `out_f = scales[f] · base_f + Σ_j coefficients[f · stageCount + j] · stage_j`; without scales `base_f + …`.
  package func combine(
    _ block: TileBlock, into out: Int, base: Int, scales: UnsafePointer<Double>?, coefficients: UnsafePointer<Double>,
    stageCount: Int, count: Int
  ) {
    combine(block, out, base, scales, coefficients, stride: stageCount, stageCount, 1, count)
  }

  private func combine(
    _ block: TileBlock, _ out: Int, _ base: Int, _ scales: UnsafePointer<Double>?,
    _ coefficients: UnsafePointer<Double>, stride: Int, _ stages: Int, _ step: Double, _ count: Int
  ) {
    let first = block.row(0)
    tile_combine(first, out, base, scales, rows, fields, coefficients, stride, stages, step, count)
  }

  /// The largest `|step · Σ_j coefficients[j] · stage_j| / (absolute + relative · max(|old|, |new|))` over fields and
  /// points; NaN if a value is not finite.
  package func errorNorm(
    _ block: TileBlock, old: Int, new: Int, coefficients: [Double], step: Double, absolute: [Double], relative: Double,
    count: Int
  ) -> Double {
    errorNorm(block, old, new, coefficients, stride: 0, coefficients.count, step, absolute, relative, count)
  }

  /// The same of `Σ_j coefficients[f · stageCount + j] · stage_j`.
  package func errorNorm(
    _ block: TileBlock, old: Int, new: Int, coefficients: UnsafePointer<Double>, stageCount: Int, absolute: [Double],
    relative: Double, count: Int
  ) -> Double {
    errorNorm(block, old, new, coefficients, stride: stageCount, stageCount, 1, absolute, relative, count)
  }

  private func errorNorm(
    _ block: TileBlock, _ old: Int, _ new: Int, _ coefficients: UnsafePointer<Double>, stride: Int, _ stages: Int,
    _ step: Double, _ absolute: [Double], _ relative: Double, _ count: Int
  ) -> Double {
    let first = block.row(0)
    return tile_error_norm(
      first, old, new, rows, fields, coefficients, stride, stages, step, absolute, relative, count)
  }

  /// The error of a substep of the exponential Runge–Kutta method from its five values of `N`, in units of the tolerance.
  ///
  /// - Parameters:
  ///   - last: weights of the difference between the last two, for each field.
  ///   - spans: weights of what the quadrature may miss, for each field.
  ///   - reach: the fastest loss times the substep.
  package func exponentialError(
    _ block: TileBlock, old: Int, new: Int, last: UnsafePointer<Double>, spans: UnsafePointer<Double>, reach: Double,
    absolute: [Double], relative: Double, count: Int
  ) -> Double {
    let first = block.row(0)
    return tile_exponential_error(first, old, new, rows, fields, last, spans, reach, absolute, relative, count)
  }

  private func offset(_ stage: Int) -> Int { stage * fields * Tile.capacity }
}
