import CKernels

/// `e^z` and the functions `φ_1 = (e^z − 1)/z`, `φ_2 = (φ_1 − 1)/z`, `φ_3 = (φ_2 − ½)/z` of exponential integrators, for
/// `z ≤ 0`; to 1e-15.
package struct PhiFunctions: Sendable {
  package let exponential: Double
  private let exponentialLessOne: Double
  /// `φ_1`, `φ_2`, `φ_3`.
  package let values: [Double]

  package init(_ z: Double) {
    var found = [Double](repeating: 0, count: 4)
    PhiFunctions.write(z, to: &found)
    exponential = found[0]
    exponentialLessOne = z * found[1]
    values = Array(found.dropFirst())
  }

  /// Writes `e^z`, `φ_1`, `φ_2`, `φ_3`.
  package static func write(_ z: Double, to four: UnsafeMutablePointer<Double>) { exponential_functions(z, four) }

  func value(_ factor: BaseFactor) -> Double {
    switch factor {
    case .zero: 0
    case .one: 1
    case .exponential: exponential
    case .exponentialLessOne: exponentialLessOne
    }
  }

  /// `w₁ φ₁ + w₂ φ₂ + w₃ φ₃`.
  package func sum(_ weights: SIMD3<Double>) -> Double {
    weights[0] * values[0] + weights[1] * values[1] + weights[2] * values[2]
  }
}
