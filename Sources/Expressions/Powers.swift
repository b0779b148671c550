import Glibc

/// Largest whole exponent that is computed by multiplications.
let largestWholePower = 16.0

/// `base^exponent` as programs compute it: small whole exponents by repeated squaring, halves by a square root.
func exactPower(_ base: Double, _ exponent: Double) -> Double {
  if exponent == 0.5 { return base.squareRoot() }
  guard exponent == exponent.rounded(), abs(exponent) <= largestWholePower else { return pow(base, exponent) }
  var (result, square, rest) = (1.0, base, Int(abs(exponent)))
  while rest > 0 {
    if rest & 1 == 1 { result *= square }
    rest >>= 1
    if rest > 0 { square *= square }
  }
  return exponent < 0 ? 1 / result : result
}
