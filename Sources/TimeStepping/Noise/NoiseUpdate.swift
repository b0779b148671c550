import Expressions

/// What becomes of one field in a step of noise, `du = Σ_k g_k(u) dW_k` in the sense of Itô, the sources `k` being
/// independent.
///
/// With `ΔW_k` the increment of a source and `v_k` its variance:
///
/// - an amplitude `g = u s` is a geometric Brownian motion with `s` as it is at the start, exactly:
///   `u exp(Σ s_k ΔW_k − ½ Σ s_k² v_k)`, so that the sign stays, and the mean;
/// - if all are `g = q u (1 − u/K)` with one number `K`, the logit `y = log(u/(K − u))` follows
///   `dy = Σ q_k dW_k − ½ (1 − 2u/K) Σ q_k² dt`, with `u` and `q` on the right as they are at the start, so that `u` stays
///   between 0 and `K`; where it is not between them, as before;
/// - any other amplitude goes by the method of Euler and Maruyama, `+ g ΔW`, which can change the sign.
///
/// The order is that of `NoiseStepper`.
package struct NoiseUpdate: Sendable {
  package enum Kind: Hashable, Sendable {
    /// In proportion to the field: its sign stays.
    case geometric
    /// Between 0 and a limit: it stays there.
    case bounded(Double)
    /// With some amplitude that does not vanish with the field.
    case additive
  }

  /// An amplitude `g` and the number of its source.
  package struct Amplitude: Sendable {
    package let source: Int
    package let isUniform: Bool
    package let value: Expression

    package init(source: Int, isUniform: Bool, value: Expression) {
      self.source = source
      self.isUniform = isUniform
      self.value = value
    }
  }

  package let kind: Kind
  /// The field afterwards, of the fields before it and of `increment`, `variance`.
  let value: Expression

  /// The increment of a source at a point.
  static func increment(_ source: Int) -> Symbol { .parameter("increment \(source)") }
  /// The variance of the increments of all sources that are uniform, or that are not, at a point.
  static func variance(isUniform: Bool) -> Symbol { .parameter(isUniform ? "variance" : "variance of white noise") }

  /// - Parameters:
  ///   - amplitudes: parameters have been replaced by their values.
  ///   - intervals: what is known of the symbols.
  ///   - tolerance: as in `keptInDomain`.
  package init(
    of name: String, by amplitudes: [Amplitude], intervals: [Symbol: Interval], tolerance: Double
  ) {
    let field = Symbol.field(name)
    let u = Expression.symbol(field)
    var known = intervals
    known[field] = .nonNegative
    let shares = amplitudes.map { $0.value.share(of: field, intervals: known) }
    let others = zip(amplitudes, shares).filter { $1 == nil }.map(\.0)
    let proportional = zip(amplitudes, shares).compactMap { amplitude, share in
      share.map { Amplitude(source: amplitude.source, isUniform: amplitude.isUniform, value: $0) }
    }
    let grown = u * .exp(NoiseUpdate.logarithm(proportional, drift: .constant(1)))
    let bounded = proportional.compactMap { amplitude in
      amplitude.value.takingOutLimit(of: field).map { rest, limit in
        (Amplitude(source: amplitude.source, isUniform: amplitude.isUniform, value: rest), limit)
      }
    }
    let after: Expression
    if !others.isEmpty {
      kind = .additive
      after = others.reduce(proportional.isEmpty ? u : grown) {
        $0 + $1.value * .symbol(NoiseUpdate.increment($1.source))
      }
    } else if let limit = bounded.first?.1, bounded.count == amplitudes.count, bounded.allSatisfy({ $0.1 == limit }) {
      kind = .bounded(limit)
      after = NoiseUpdate.between(u, limit, bounded.map(\.0), else: grown)
    } else {
      kind = .geometric
      after = grown
    }
    value = after.keptInDomain(intervals, tolerance: tolerance)
  }

  /// `Σ s_k ΔW_k − ½ drift Σ s_k² v_k`.
  private static func logarithm(_ amplitudes: [Amplitude], drift: Expression) -> Expression {
    amplitudes.reduce(.constant(0)) { sum, amplitude in
      let s = amplitude.value
      return sum + s * .symbol(increment(amplitude.source))
        - .constant(0.5) * drift * (s * s) * .symbol(variance(isUniform: amplitude.isUniform))
    }
  }

  /// `K/(1 + (K − u)/u e^{−Δy})`.
  private static func between(
    _ u: Expression, _ limit: Double, _ amplitudes: [Amplitude], else other: Expression
  ) -> Expression {
    let (zero, one, limit) = (Expression.constant(0), Expression.constant(1), Expression.constant(limit))
    let drift = one - .constant(2) * u / limit
    let odds = (limit - u) / u * .exp(-logarithm(amplitudes, drift: drift))
    let isInside = Expression.combined(.and, .combined(.greater, u, zero), .combined(.less, u, limit))
    return .choice(isInside, limit / (one + odds), other)
  }
}

extension Expression {
  fileprivate static func exp(_ exponent: Expression) -> Expression { applying(.exp, to: exponent) }
}
