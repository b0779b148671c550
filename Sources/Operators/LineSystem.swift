import Glibc

/// `u' = L u + b(t)` on a line of points, `L` being tridiagonal, and `b` going from `begin` to `end` in a straight line.
struct LineSystem {
  /// `L_{i,i−1}`; the first is not used.
  var below: [Double]
  var diagonal: [Double]
  /// `L_{i,i+1}`; the last is not used.
  var above: [Double]
  var begin: [Double]
  var end: [Double]

  init(count: Int) {
    let zeros = [Double](repeating: 0, count: count)
    (below, diagonal, above, begin, end) = (zeros, zeros, zeros, zeros, zeros)
  }

  /// The solution after a step, and the integral over the step of its last value.
  ///
  /// `u(h) = e^{hL} u + h φ₁(hL) b_begin + h φ₂(hL) (b_end − b_begin)`, with `e^z = Σ_k w_k/(z − p_k)`; `φ₁` and `φ₂` have
  /// the same poles and the weights `w_k/p_k` and `w_k/p_k²`, so that one system of equations for each pole gives the sum.
  func advanced(_ u: [Double], by step: Double) -> (values: [Double], integralOfLast: Double) {
    var result = [Double](repeating: 0, count: u.count)
    var integral = 0.0
    var factors = [Lanes](repeating: Lanes(), count: u.count)
    var solution = factors
    for group in RationalExponential.groups {
      let (pole, weight) = (group.poles, group.weights)
      let once = weight / pole
      let twice = once / pole
      // Elimination from below; the poles lie off the real axis, so that no pivot vanishes.
      var eliminated = Lanes()
      for i in u.indices {
        let source = once * (step * begin[i]) + twice * (step * (end[i] - begin[i]))
        var right = weight * u[i] + source
        var pivot = Lanes(step * diagonal[i]) - pole
        if i > 0 {
          let coupling = step * below[i]
          pivot = pivot - factors[i - 1] * coupling
          right = right - eliminated * coupling
        }
        let inverse = pivot.inverse
        factors[i] = inverse * (step * above[i])
        eliminated = right * inverse
        solution[i] = eliminated
      }
      var following = Lanes()
      for i in u.indices.reversed() {
        following = i == u.count - 1 ? solution[i] : solution[i] - factors[i] * following
        // The poles come in conjugate pairs, of which one is kept.
        result[i] += 2 * following.real.sum()
        if i == u.count - 1 { integral += 2 * step * (following / pole).real.sum() }
      }
    }
    return (result, integral)
  }
}

/// `e^z = Σ_k w_k/(z − p_k)` for `z` on the negative real axis and a little beyond: to 1e-14 for all `z < 0.3`.
///
/// The trapezoidal rule for `e^z = 1/(2πi) ∫ e^p/(p − z) dp` along the parabola `p = n (0.1309 − 0.1194 θ² + 0.25 iθ)`.
///
/// Source: J. A. C. Weideman & L. N. Trefethen, Parabolic and hyperbolic contours for computing the Bromwich integral,
/// Math. Comp. 76 (2007) 1341–1356; L. N. Trefethen, J. A. C. Weideman & T. Schmelzer, Talbot quadratures and rational
/// approximations, BIT 46 (2006) 653–670.
enum RationalExponential {
  /// Nodes on the whole contour, of which those above the real axis are kept.
  private static let nodeCount = 40

  /// Poles and weights, four at a time.
  static let groups: [(poles: Lanes, weights: Lanes)] = stride(from: 0, to: nodeCount / 2, by: 4).map { first in
    var (poles, weights) = (Lanes(), Lanes())
    for lane in 0..<4 {
      let n = Double(nodeCount)
      let angle = Double(2 * (first + lane) + 1) * .pi / n
      let (real, imaginary) = (n * (0.1309 - 0.1194 * angle * angle), n * 0.25 * angle)
      let slope = (real: -n * 2 * 0.1194 * angle, imaginary: n * 0.25)
      // w = −e^p p′/(i n)
      let (size, turn) = (exp(real) / n, (real: cos(imaginary), imaginary: sin(imaginary)))
      let product = (
        real: turn.real * slope.real - turn.imaginary * slope.imaginary,
        imaginary: turn.real * slope.imaginary + turn.imaginary * slope.real
      )
      poles.real[lane] = real
      poles.imaginary[lane] = imaginary
      weights.real[lane] = -size * product.imaginary
      weights.imaginary[lane] = size * product.real
    }
    return (poles, weights)
  }
}

/// Four complex numbers.
struct Lanes {
  var real = SIMD4<Double>()
  var imaginary = SIMD4<Double>()

  init() {}
  init(_ value: Double) { real = SIMD4(repeating: value) }
  private init(_ real: SIMD4<Double>, _ imaginary: SIMD4<Double>) { (self.real, self.imaginary) = (real, imaginary) }

  var inverse: Lanes {
    let size = real * real + imaginary * imaginary
    return Lanes(real / size, -imaginary / size)
  }

  static func + (a: Lanes, b: Lanes) -> Lanes { Lanes(a.real + b.real, a.imaginary + b.imaginary) }
  static func - (a: Lanes, b: Lanes) -> Lanes { Lanes(a.real - b.real, a.imaginary - b.imaginary) }
  static func * (a: Lanes, b: Double) -> Lanes { Lanes(a.real * b, a.imaginary * b) }
  static func * (a: Lanes, b: Lanes) -> Lanes {
    Lanes(a.real * b.real - a.imaginary * b.imaginary, a.real * b.imaginary + a.imaginary * b.real)
  }
  static func / (a: Lanes, b: Lanes) -> Lanes { a * b.inverse }
}
