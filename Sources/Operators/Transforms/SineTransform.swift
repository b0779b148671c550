import CKernels

/// Sine transform, of lines whose value is 0 at both ends.
///
/// `sin π(j + ½)(k + 1)/N = (−1)^j cos π(j + ½)m/N` with `m = N − 1 − k` at the points: a cosine transform of values with
/// alternating signs, whose coefficients begin with the fastest wave.
struct SineTransform: LineTransform {
  private let cosines: FourierTransform
  /// `(−1)^j` in the order of the block.
  private let signs: [Double]

  var count: Int { cosines.count }
  var order: [Int] { cosines.order }
  var lanes: Int { cosines.lanes }
  var normalization: Double { cosines.normalization }
  var meanSquares: [Double] { cosines.meanSquares }

  init(count: Int, lanes: Int) {
    let cosines = FourierTransform(count: count, isPeriodic: false, lanes: lanes)
    self.cosines = cosines
    var signs = [Double](repeating: 1, count: count)
    for index in stride(from: 1, to: count, by: 2) { signs[cosines.order[index]] = -1 }
    self.signs = signs
  }

  func forward(_ block: LineBlock, spare: LineBlock) -> LineBlock {
    transform_scale(block, lanes, count, signs)
    return cosines.forward(block, spare: spare)
  }

  func backward(_ block: LineBlock, spare: LineBlock) -> LineBlock {
    let values = cosines.backward(block, spare: spare)
    transform_scale(values, lanes, count, signs)
    return values
  }

  func filter(_ factors: [Double]) -> any LineFilter { Filter(filter: cosines.filter(factors), transform: self) }

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
