import Glibc

/// How numbers are laid along an axis.
package struct Scale: Hashable, Sendable {
  package enum Kind: Hashable, Sendable { case linear, logarithmic }

  package let kind: Kind
  package let range: ClosedRange<Double>

  /// A scale over a range, which is made wider if it is a single number; for a logarithmic scale, over its positive part.
  package init(_ kind: Kind = .linear, _ range: ClosedRange<Double>) {
    self.kind = kind
    switch kind {
    case .linear: self.range = range.drawable
    case .logarithmic:
      let high = range.upperBound > 1e-290 ? min(range.upperBound, 1e300) : 1
      let low = range.lowerBound > 1e-300 ? range.lowerBound : high / 1e3
      self.range = high > low * 1.001 ? low...high : low / 2...low * 2
    }
  }

  /// Share of the axis at which a number stands: 0 at the lower end, 1 at the upper; NaN where there is no place.
  package func fraction(_ value: Double) -> Double {
    let (low, high) = (range.lowerBound, range.upperBound)
    switch kind {
    case .linear: return (value - low) / (high - low)
    case .logarithmic: return value > 0 ? log(value / low) / log(high / low) : .nan
    }
  }

  /// Marks for this scale.
  package func ticks(atMost limit: Int) -> Ticks {
    switch kind {
    case .linear: Ticks(linear: range, atMost: limit)
    case .logarithmic: Ticks(logarithmic: range, atMost: limit)
    }
  }

  /// This scale with free space of `share` of its length at both ends.
  func padded(by share: Double) -> Scale {
    let (low, high) = (range.lowerBound, range.upperBound)
    switch kind {
    case .linear:
      let space = (high - low) * share
      return Scale(.linear, low - space...high + space)
    case .logarithmic:
      let factor = pow(high / low, share)
      return Scale(.logarithmic, low / factor...high * factor)
    }
  }
}
