import Fields

/// States a little after a time at which something happens, for conditions on what is 0 at that time.
///
/// They are found when they are asked for.
final class LaterStates {
  private let find: () throws -> [(time: Double, state: FieldSet)?]

  init(_ find: @escaping () throws -> [(time: Double, state: FieldSet)?]) { self.find = find }

  /// At distances of 1, 2 and 4 times a small part of a step, in this order; nil if some cannot be found.
  func all() throws -> [(time: Double, state: FieldSet)]? {
    let found = try find()
    return found.contains { $0 == nil } ? nil : found.compactMap(\.self)
  }
}
