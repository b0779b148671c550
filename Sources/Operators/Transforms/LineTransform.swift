import CKernels

/// Lines side by side, in memory that stays in cache.
package typealias LineBlock = UnsafeMutablePointer<Double>

/// A transform of lines of one length, a block of them at a time, to real coefficients in which a diffusion operator is a
/// product, and back.
///
/// The lines lie side by side in a block that stays in cache: value `i` of line `j` at `block[order[i] · lanes + j]`.
/// `spare` is as large as the block; each step leaves its result in either and says where, the other is lost.
protocol LineTransform: Sendable {
  var count: Int { get }
  /// Place in the block of each value of a line.
  var order: [Int] { get }
  /// Place in the block of each coefficient.
  var coefficientOrder: [Int] { get }
  /// Lines of a block.
  var lanes: Int { get }
  /// What values are multiplied by, there and back.
  var normalization: Double { get }
  /// For each coefficient the mean square of the values of a line on which it alone is not 0 but, normalized, 1: lines of
  /// different coefficients are orthogonal.
  var meanSquares: [Double] { get }
  /// From values to coefficients, each in their order.
  func forward(_ block: LineBlock, spare: LineBlock) -> LineBlock
  /// Back again; the values come out multiplied by the normalization.
  func backward(_ block: LineBlock, spare: LineBlock) -> LineBlock
  /// Prepares to multiply the coefficients by factors, from values to values.
  func filter(_ factors: [Double]) -> any LineFilter
}

extension LineTransform {
  /// The natural one.
  var coefficientOrder: [Int] { Array(0..<count) }
}

/// Multiplies the coefficients of lines by factors.
protocol LineFilter: Sendable {
  /// From values to values; says where they are, like a transform.
  func apply(_ block: LineBlock, spare: LineBlock) -> LineBlock
}

/// One transform there, a product, one back.
struct CoefficientFilter: LineFilter {
  let transform: any LineTransform
  let factors: [Double]

  init(_ transform: any LineTransform, factors: [Double]) {
    self.transform = transform
    self.factors = factors.map { $0 / transform.normalization }
  }

  func apply(_ block: LineBlock, spare: LineBlock) -> LineBlock {
    let coefficients = transform.forward(block, spare: spare)
    transform_scale(coefficients, transform.lanes, factors.count, factors)
    return transform.backward(coefficients, spare: coefficients == spare ? block : spare)
  }
}
