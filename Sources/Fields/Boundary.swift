/// What is prescribed at one side of the domain, for one field; the numbers that are given there are not part of it.
package enum SideBoundary: Hashable, Sendable {
  /// The flux into the domain: none, unless one is given.
  case flux
  /// The value at the side.
  case value
  /// A flux into the domain of `coefficient · (outside − value at the side)`.
  case robin(coefficient: Double)
}

/// What happens at the two ends of one axis, for one field.
package enum AxisBoundary: Hashable, Sendable {
  /// What leaves at one side enters at the other.
  case periodic
  case sides(lower: SideBoundary, upper: SideBoundary)

  /// Nothing crosses either side.
  package static let noFlux = AxisBoundary.sides(lower: .flux, upper: .flux)

  /// The two sides; nil where they are one.
  package var sides: (lower: SideBoundary, upper: SideBoundary)? {
    if case .sides(let lower, let upper) = self { (lower, upper) } else { nil }
  }
}
