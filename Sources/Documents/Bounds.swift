/// The numbers between two ends, each of which may be open.
package struct Bounds: Hashable, Sendable {
  package enum End: Hashable, Sendable {
    /// The number itself is allowed.
    case including(Double)
    /// The number itself is not allowed.
    case excluding(Double)

    var value: Double {
      switch self {
      case .including(let value), .excluding(let value): value
      }
    }
  }

  package let lower: End?
  package let upper: End?

  package init(lower: End? = nil, upper: End? = nil) {
    self.lower = lower
    self.upper = upper
  }

  package static let any = Bounds()
  /// Numbers greater than 0.
  package static let positive = Bounds.above(0)
  /// Zero and the numbers greater than it.
  package static let nonNegative = Bounds.atLeast(0)

  package static func above(_ value: Double) -> Bounds { Bounds(lower: .excluding(value)) }
  package static func atLeast(_ value: Double) -> Bounds { Bounds(lower: .including(value)) }
  package static func below(_ value: Double) -> Bounds { Bounds(upper: .excluding(value)) }
  package static func atMost(_ value: Double) -> Bounds { Bounds(upper: .including(value)) }
  package static func within(_ range: ClosedRange<Double>) -> Bounds {
    Bounds(lower: .including(range.lowerBound), upper: .including(range.upperBound))
  }

  package func contains(_ value: Double) -> Bool { violation(by: value) == nil }

  /// What a number fails to be, as in "greater than 0", or nil if it lies within the bounds.
  package func violation(by value: Double) -> String? {
    switch lower {
    case .including(let end) where !(value >= end): return "at least \(plain(end))"
    case .excluding(let end) where !(value > end): return "greater than \(plain(end))"
    default: break
    }
    switch upper {
    case .including(let end) where !(value <= end): return "at most \(plain(end))"
    case .excluding(let end) where !(value < end): return "less than \(plain(end))"
    default: return nil
    }
  }

  /// The bounds in words, as in "greater than 0 and at most 1"; nil if there are none.
  package var phrase: String? {
    if case .including(let low) = lower, case .including(let high) = upper {
      return "from \(plain(low)) to \(plain(high))"
    }
    let low: String? =
      switch lower {
      case .including(let end): "at least \(plain(end))"
      case .excluding(let end): "greater than \(plain(end))"
      case nil: nil
      }
    let high: String? =
      switch upper {
      case .including(let end): "at most \(plain(end))"
      case .excluding(let end): "less than \(plain(end))"
      case nil: nil
      }
    let parts = [low, high].compactMap(\.self)
    guard let first = parts.first else { return nil }
    return (first.hasPrefix("at ") ? "of " : "") + parts.joined(separator: " and ")
  }
}

/// A number for a reader: without ".0".
func plain(_ value: Double) -> String {
  let text = "\(value)"
  return text.hasSuffix(".0") ? String(text.dropLast(2)) : text
}
