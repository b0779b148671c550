import Fields

/// Watches whether the grid resolves the peaks of a field that gathers by movement.
///
/// Cells that move up a gradient that they make themselves can gather in a peak without width in finite time. On a grid the peak ends as one point, or as two on each axis
/// where it lies between them, and the grid determines its height. It is unresolved where along some axis at most two points are above half of its height.
/// Data may be so (cells at a point). What counts is a peak that has become more than twice as high as the largest value was when peaks were resolved
/// last, or in the data.
package struct PeakResolution: Codable, Hashable, Sendable {
  /// So many points above half of the height show no shape.
  static let fewPoints = 2
  /// A peak has gathered when it has grown by this factor.
  static let growth = 2.0

  /// The largest value when the peak was resolved last, or at first; nil before.
  private var resolved: Double?
  /// The largest value at the end of the latest step.
  private var latest = 0.0

  package init() {}

  /// Takes note of the largest value at the end of a step.
  mutating func note(maximum: Double) { latest = maximum }

  /// Looks at the field at the end of a step.
  ///
  /// - Returns: the width at half of the height in points, and the place, if the peak has gathered and is not resolved.
  package mutating func look(
    at state: FieldSet, _ field: Int, range: FieldRanges.Range, volumes: PointVolumes
  ) -> (points: Double, place: (row: Int, column: Int))? {
    guard range.maximum > 0, let place = state.firstPoint(field, where: { $0 == range.maximum }),
      let peak = state.peakWidth(field, at: place, volumes: volumes), peak.points <= PeakResolution.fewPoints
    else {
      resolved = range.maximum
      return nil
    }
    let before = resolved ?? range.maximum
    resolved = before
    return range.maximum > PeakResolution.growth * before ? (peak.width, place) : nil
  }

  /// Takes note of the largest value after a discontinuous change: what is added from outside has not gathered.
  mutating func jump(to maximum: Double) {
    if maximum > latest { resolved = max(resolved ?? 0, maximum) }
    latest = maximum
  }
}
