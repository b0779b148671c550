/// What happens at the two ends of one axis, for one field.
package enum AxisBoundary: String, Hashable, Sendable, Codable, CaseIterable {
  /// Nothing crosses either side.
  case noFlux = "no-flux"
  /// What leaves at one side enters at the other.
  case periodic
}
