import CKernels

extension FieldSet {
  /// Asks for a tile of all fields to be brought into cache while another is worked on.
  package func prefetch(_ tile: Tile) {
    for field in 0..<count {
      for row in tile.row..<(tile.row + tile.rows) {
        tile_prefetch(pointer(field, row: row) + tile.column, tile.rowLength)
      }
    }
  }

  /// Replaces one field by `Σ_j coefficient_j · term_j` of other sets, of the field of the same number or of
  /// `termField`; this set may be a term.
  package func setField(
    _ field: Int, toSumOf terms: [(coefficient: Double, set: FieldSet)], field termField: Int? = nil,
    pool: WorkerPool? = nil
  ) {
    combine(terms.map { ($0.coefficient, $0.set, termField ?? field) }, into: field, pool: pool)
  }

  /// Adds a field of another set to one of this set.
  package func addField(_ other: FieldSet, field otherField: Int, to field: Int, pool: WorkerPool? = nil) {
    combine([(1, self, field), (1, other, otherField)], into: field, pool: pool)
  }

  private func combine(
    _ terms: [(coefficient: Double, set: FieldSet, field: Int)], into field: Int, pool: WorkerPool?
  ) {
    let coefficients = terms.map(\.coefficient)
    let combine: @Sendable (Int, Int) -> Void = { start, end in
      let pointers: [UnsafePointer<Double>?] = terms.map { UnsafePointer($0.set.pointer($0.field) + start) }
      array_combine(self.pointer(field) + start, pointers, coefficients, terms.count, end - start)
    }
    if let pool {
      pool.forEachPiece(of: grid.storageCount, combine)
    } else {
      combine(0, grid.storageCount)
    }
  }

  /// Sets to 0 what is smaller in absolute value than `threshold`.
  package func clear(_ field: Int, below threshold: Double) {
    let values = pointer(field)
    for index in 0..<grid.storageCount where abs(values[index]) < threshold { values[index] = 0 }
  }

  /// Sets to 0 what lies between `threshold` and 0.
  package func clearNegative(_ field: Int, above threshold: Double) {
    let values = pointer(field)
    for index in 0..<grid.storageCount where values[index] < 0 && values[index] >= threshold { values[index] = 0 }
  }

  /// Replaces one field by `P + (κ − L) u`: `P` is the field of the same number of `production`, `L` field `lossField` of
  /// `loss`, `u` the field of `state`, `κ` the bound.
  package func setStabilizedRate(
    _ field: Int, production: FieldSet, loss: FieldSet, lossField: Int, bound: Double, state: FieldSet,
    pool: WorkerPool
  ) {
    pool.forEach(grid.rowCount) { row, _ in
      let (out, gain) = (self.pointer(field, row: row), production.pointer(field, row: row))
      let (share, value) = (loss.pointer(lossField, row: row), state.pointer(field, row: row))
      for point in 0..<self.grid.rowLength { out[point] = gain[point] + (bound - share[point]) * value[point] }
    }
  }

  /// Limits one field, taken as a rate of change over `step`, so that it removes or adds at most what `state` holds at
  /// each point: `|self| · step ≤ max(state, 0)`.
  package func limitSource(_ field: Int, by state: FieldSet, step: Double) {
    array_limit_source(pointer(field), state.pointer(field), step, grid.storageCount)
  }
}
