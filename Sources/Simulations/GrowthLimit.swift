import Fields

/// The longest step while a state departs little from a uniform steady one, where longer steps would make what departs grow wrongly and no error
/// shows it.
package struct GrowthLimit {
  /// How far a field may depart.
  package struct Range: Hashable, Sendable {
    let field: Int
    /// Its value in the steady state.
    let steady: Double
    /// Of a wave; a root mean square departure of it over √2 is large enough for the tolerance to see it.
    let amplitude: Double

    package init(field: Int, steady: Double, amplitude: Double) {
      (self.field, self.steady, self.amplitude) = (field, steady, amplitude)
    }
  }

  package let longestStep: Double
  private let ranges: [Range]
  private let volumes: PointVolumes
  private let pool: WorkerPool

  package init(longestStep: Double, ranges: [Range], volumes: PointVolumes, pool: WorkerPool) {
    (self.longestStep, self.ranges, self.volumes, self.pool) = (longestStep, ranges, volumes, pool)
  }

  /// Follows from the state alone, so that a run that is resumed takes the same steps.
  func longestStep(from state: FieldSet) -> Double {
    let isNear = ranges.allSatisfy { range in
      let mean = state.mass(range.field, pool: pool) / volumes.total
      let square = state.errorSizes(range.field, against: state, old: state, volumes: volumes, pool: pool).value
      let departure = max(0, square * square + range.steady * (range.steady - 2 * mean)).squareRoot()
      return departure <= 0.5.squareRoot() * range.amplitude
    }
    return isNear ? longestStep : .infinity
  }
}
