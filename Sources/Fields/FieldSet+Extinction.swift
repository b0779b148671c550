import CKernels

extension FieldSet {
  /// Sets values of a field that are smaller than a threshold, without regard to their sign, to 0.
  ///
  /// - Returns: the integral of what was there, rows being added up in fixed lanes and then pairwise, and the number of
  ///   points at which that was not 0.
  package func extinguish(
    _ field: Int, below threshold: Double, volumes: PointVolumes, pool: WorkerPool
  ) -> (mass: Double, points: Int) {
    let length = grid.rowLength
    let sums = pool.rowSums(grid, count: 2) { row, sums in
      sums[0] = array_extinguish(
        self.pointer(field, row: row), threshold, volumes.values(ofRow: row), length, &sums[1])
    }
    return (sums[0] * (volumes.uniform ?? 1) * grid.growth(by: scale), Int(sums[1]))
  }
}
