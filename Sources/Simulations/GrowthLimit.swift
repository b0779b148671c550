import Fields

/// The longest step while a state departs little from a uniform one, where longer steps would make waves grow wrongly and no error shows it.
package struct GrowthLimit {
  package let longestStep: Double
  private let field: Int
  /// Of a wave; a root mean square departure of it over √2 is large enough for the tolerance to see it.
  private let amplitude: Double
  private let volumes: PointVolumes
  private let pool: WorkerPool

  package init(longestStep: Double, field: Int, amplitude: Double, volumes: PointVolumes, pool: WorkerPool) {
    (self.longestStep, self.field, self.amplitude) = (longestStep, field, amplitude)
    (self.volumes, self.pool) = (volumes, pool)
  }

  /// Follows from the state alone, so that a run that is resumed takes the same steps.
  func longestStep(from state: FieldSet) -> Double {
    let mean = state.mass(field, pool: pool) / volumes.total
    let square = state.errorSizes(field, against: state, old: state, volumes: volumes, pool: pool).value
    let departure = max(0, square * square - mean * mean).squareRoot()
    return departure <= 0.5.squareRoot() * amplitude ? longestStep : .infinity
  }
}
