import Fields

// The whole interval by the exact flows of all fields. Rows: the three coefficients of each field.
extension TilePass {
  /// Replaces the rows `old` by the solution at the end, if there are such flows.
  mutating func flowExactly() -> Bool {
    guard let forms = system.closedForms, let workspace = worker.closedForms else { return false }
    if hasSource, forms.isLogistic.contains(true) { return false }
    enter(forms.functions, workspace)
    evaluate(forms.functions, workspace, inputRow: rows.old, outputRow: rows.stages, at: 0)
    if hasSource {
      for field in 0..<fields {
        StageRows(block, row: rows.stages + 3 * field, fields: 1)
          .add(block, rows.source + field, to: 0, count: tile.count)
      }
    }
    block.copy(rows.old, to: rows.new, fields: fields, count: tile.count)
    // About as long as that many operations of an expression, the exponential included.
    worker.counters.operations += 18 * fields * tile.count
    for field in 0..<fields {
      let row = rows.stages + 3 * field
      block.flow(rows.new + field, supply: row, growth: row + 1, square: row + 2, step: interval, count: tile.count)
    }
    // What is no number any more, or has passed a pole, is left to the methods that can tell where.
    guard isPlausible else { return false }
    accountExactFlow()
    swap(&rows.old, &rows.new)
    return true
  }

  private var isPlausible: Bool {
    (0..<fields).allSatisfy { field in
      block.minimum(row: rows.new + field, count: tile.count).isFinite
        && block.maximum(row: rows.new + field, count: tile.count).isFinite
    } && !hasFalseNegative
  }
}
