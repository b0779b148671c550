import Fields

/// Sets densities that are too low to mean anybody to 0 after each step that counts.
///
/// Without this a trace of 1e-40 cells per volume regrows as if it were a cell. Negative values are left as they are: they
/// are an error, and not a low density.
package final class Extinction {
  /// Of each field; nil where all values stay.
  private let thresholds: [Double?]
  private let volumes: PointVolumes
  private let pool: WorkerPool
  /// Mass of each field that has been removed so far.
  package internal(set) var removed: [Double]

  /// - Parameter thresholds: of each field; nil where all values stay.
  package init(thresholds: [Double?], volumes: PointVolumes, pool: WorkerPool) {
    self.thresholds = thresholds
    self.volumes = volumes
    self.pool = pool
    removed = thresholds.map { _ in 0 }
  }

  func apply(to state: FieldSet) {
    for (field, threshold) in thresholds.enumerated() {
      guard let threshold else { continue }
      removed[field] += state.extinguish(field, below: threshold, volumes: volumes, pool: pool)
    }
  }
}
