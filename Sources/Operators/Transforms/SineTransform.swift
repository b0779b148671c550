import CKernels

/// Sine transform, of lines whose value is 0 at both ends.
///
/// `sin π(j + ½)(k + 1)/N = (−1)^j cos π(j + ½)m/N` with `m = N − 1 − k` at the points: a cosine transform of values with
/// alternating signs, whose coefficients come in the opposite order. They are half as large as those of cosines are.
final class SineTransform: LineTransform {
  private let cosines: FourierTransform
  /// `(−1)^j` in the order of the block, and twice that.
  private let signs, doubleSigns: [Double]

  var count: Int { cosines.count }
  var order: [Int] { cosines.order }
  var coefficientOrder: [Int] { (0..<count).reversed() }
  var lanes: Int { cosines.lanes }
  var normalization: Double { 2 * cosines.normalization }
  var meanSquares: [Double] { cosines.meanSquares.reversed().map { 4 * $0 } }

  init(count: Int, lanes: Int) {
    let cosines = FourierTransform(count: count, isPeriodic: false, lanes: lanes)
    self.cosines = cosines
    var signs = [Double](repeating: 1, count: count)
    for index in stride(from: 1, to: count, by: 2) { signs[cosines.order[index]] = -1 }
    self.signs = signs
    doubleSigns = signs.map { 2 * $0 }
  }

  func forward(_ block: LineBlock, spare: LineBlock) -> LineBlock {
    transform_scale(block, lanes, count, signs)
    return cosines.forward(block, spare: spare)
  }

  func backward(_ block: LineBlock, spare: LineBlock) -> LineBlock {
    let values = cosines.backward(block, spare: spare)
    transform_scale(values, lanes, count, doubleSigns)
    return values
  }

  func filter(_ factors: [Double]) -> any LineFilter {
    Filter(filter: cosines.filter(factors.reversed()), transform: self)
  }

  private struct Filter: LineFilter {
    let filter: any LineFilter
    let transform: SineTransform

    func apply(_ block: LineBlock, spare: LineBlock) -> LineBlock {
      transform_scale(block, transform.lanes, transform.count, transform.signs)
      let values = filter.apply(block, spare: spare)
      transform_scale(values, transform.lanes, transform.count, transform.signs)
      return values
    }
  }
}
