import Fields

/// Watches whether the grid resolves the fronts of a field.
///
/// A front is thinner than two points where the difference between two neighboring points exceeds half of the range of the
/// field. A jump in the data (initial values, tissue, a zone of supply) is no front: it stays where it is or is smoothed. What
/// counts is a jump that travels: the face where it was is passed, and it is found at another face, three times in a row.
package struct FrontResolution: Codable, Hashable, Sendable {
  /// A jump of this share of the range of the field is thinner than two points.
  static let share = 0.5
  /// A face with less than this has been passed.
  static let passedShare = 0.25
  /// So often a jump must have moved on.
  static let passages = 3
  /// Ranges of less than this share of the largest value are waves on a plateau, not fronts.
  static let leastRange = 0.5

  private(set) var face: FieldFace?
  private var passed = 0

  package init() {}

  /// Looks at the field at the end of a step.
  ///
  /// - Returns: the width in points and the place, if a jump has just moved on often enough.
  package mutating func look(
    at state: FieldSet, _ field: Int, range: FieldRanges.Range, volumes: PointVolumes
  ) -> (points: Double, face: FieldFace)? {
    guard range.length > FrontResolution.leastRange * range.size,
      let (jump, place) = state.largestJump(field, volumes: volumes)
    else {
      self = FrontResolution()
      return nil
    }
    if let face, face != place, state.jump(field, at: face) < FrontResolution.passedShare * range.length {
      passed = jump > FrontResolution.share * range.length ? passed + 1 : 0
      self.face = nil
    }
    if face == nil, jump > FrontResolution.share * range.length { face = place }
    return passed >= FrontResolution.passages ? (range.length / jump, place) : nil
  }
}
