import Documents

/// A density so low that it means nobody, and how often what is below it is set to 0.
package struct ExtinctionThreshold: Sendable {
  package let density: Double
  package let interval: Double
  package let place: Place

  /// nil if something is missing, which has been reported then.
  init?(_ node: JSONNode) {
    guard let density = node["below"]?.number, let interval = node["every"]?.number else { return nil }
    self.density = density
    self.interval = interval
    place = node.place
  }
}
