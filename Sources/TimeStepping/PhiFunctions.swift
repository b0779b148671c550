import Glibc

/// `e^z` and the functions `φ_1 = (e^z − 1)/z`, `φ_2 = (φ_1 − 1)/z`, `φ_3 = (φ_2 − ½)/z` of exponential integrators.
///
/// Taylor's series of φ₃ for |z| < 1, where the formulas would lose digits, the others from it; to 1e-15.
struct PhiFunctions {
  let exponential: Double
  let first: Double
  let second: Double
  let third: Double

  init(_ z: Double) {
    if abs(z) < 1 {
      // Σ z^k/(k + 3)!, from the last term on.
      var series = 0.0
      for k in stride(from: 17, through: 0, by: -1) { series = series * z / Double(k + 4) + 1 }
      third = series / 6
      second = 0.5 + z * third
      first = 1 + z * second
      exponential = 1 + z * first
    } else {
      exponential = exp(z)
      first = (exponential - 1) / z
      second = (first - 1) / z
      third = (second - 0.5) / z
    }
  }
}
