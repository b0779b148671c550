import CKernels

/// Adds up numbers in pairs, pairs of pairs and so on: the order depends on their count alone, and the rounding error
/// grows with its logarithm.
package func pairwiseSum(_ values: [Double]) -> Double {
  func sum(_ range: Range<Int>) -> Double {
    if range.count <= 2 { return range.reduce(0) { $0 + values[$1] } }
    let middle = range.lowerBound + range.count / 2
    return sum(range.lowerBound..<middle) + sum(middle..<range.upperBound)
  }
  return sum(values.indices)
}

extension WorkerPool {
  /// Sums over rows of a grid: `body` writes what each row has; rows are added up in pairs.
  package func rowSums(
    _ grid: Grid, count: Int, _ body: @Sendable (_ row: Int, _ sums: UnsafeMutablePointer<Double>) -> Void
  ) -> [Double] {
    let results = TileResults(count: grid.rowCount * count)
    forEachRow(of: grid) { body($0, results.pointer($0 * count)) }
    return (0..<count).map { index in pairwiseSum((0..<grid.rowCount).map { results[$0 * count + index] }) }
  }
}

extension FieldSet {
  /// The sum of a field over all points: rows in fixed lanes, then pairwise over rows.
  package func sum(_ field: Int) -> Double {
    pairwiseSum((0..<grid.rowCount).map { tile_sum(pointer(field, row: $0), grid.rowLength) })
  }

  /// The integral of a field over the grid.
  package func integral(_ field: Int) -> Double {
    if let volume = grid.pointVolume { return sum(field) * volume }
    let values = pointer(field)
    return pairwiseSum(grid.shellVolumes.enumerated().map { values[$0] * $1 })
  }

  /// The integral of a field over the domain as large as it is now, fields being 0 outside the tissue.
  package func mass(_ field: Int, pool: WorkerPool) -> Double {
    guard let volume = grid.pointVolume else { return integral(field) * grid.growth(by: scale) }
    let (values, stride, length) = (ReadOnlyValues(self, field), grid.rowStride, grid.rowLength)
    let sum = pool.rowSums(grid, count: 1) { row, sum in sum[0] = tile_sum(values.start + row * stride, length) }
    return sum[0] * volume * grid.growth(by: scale)
  }

  /// The smallest value of a field, NaN if there is one.
  package func minimum(_ field: Int) -> Double {
    (0..<grid.rowCount).map { tile_minimum(pointer(field, row: $0), grid.rowLength) }
      .reduce(.infinity) { $0.isNaN || $0 < $1 ? $0 : $1 }
  }

  /// The same by several threads.
  package func minimum(_ field: Int, pool: WorkerPool) -> Double {
    let (values, stride, length) = (ReadOnlyValues(self, field), grid.rowStride, grid.rowLength)
    let least = TileResults(count: grid.rowCount)
    pool.forEachRow(of: grid) { least[$0] = tile_minimum(values.start + $0 * stride, length) }
    return least.values.reduce(.infinity) { $0.isNaN || $0 < $1 ? $0 : $1 }
  }

  /// The largest value of a field, NaN if there is one.
  package func maximum(_ field: Int) -> Double {
    (0..<grid.rowCount).map { tile_maximum(pointer(field, row: $0), grid.rowLength) }
      .reduce(-.infinity) { $0.isNaN || $0 > $1 ? $0 : $1 }
  }
}
