import CKernels

extension FieldSet {
  /// Sets values of a field from 0 up to a threshold to 0.
  ///
  /// - Returns: the integral of what was there, rows being added up in fixed lanes and then pairwise.
  package func extinguish(
    _ field: Int, below threshold: Double, volumes: PointVolumes, pool: WorkerPool
  ) -> Double {
    let length = grid.rowLength
    let sums = pool.rowSums(grid, count: 1) { row, sum in
      sum[0] = array_extinguish(self.pointer(field, row: row), threshold, volumes.values(ofRow: row), length)
    }
    return sums[0] * (volumes.uniform ?? 1) * grid.growth(by: scale)
  }
}
