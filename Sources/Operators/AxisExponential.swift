import Glibc

/// `e^{Δt L}` of a tridiagonal `L` with non-negative neighbors, as a band of positive numbers.
///
/// For a short time `τ = Δt/2^s` the exponential is `e^{−qτ} Σ (qτ)^k/k! (1 + L/q)^k` with `q = max |L_ii|`; then it is
/// squared `s` times. No number is ever subtracted, so that every entry has a small relative error however small it is:
/// what is empty stays empty beyond the reach of the band. Entries below 1e-18 are left out. If nothing crosses the
/// sides the columns are scaled so that the mass is kept to rounding.
struct AxisExponential: Sendable {
  let matrix: LineMatrix

  private static let threshold = 1e-18

  /// - Parameter lanes: lines of a block.
  init(_ laplacian: AxisLaplacian, step: Double, lanes: Int) {
    let n = laplacian.count
    var band = AxisExponential.start(laplacian, step: step)
    for _ in 0..<band.squarings { band.square(threshold: AxisExponential.threshold) }
    if laplacian.isClosed { band.scaleColumns(toKeep: laplacian.volumes) }
    matrix = LineMatrix(
      rows: (0..<n).map { (band.first[$0], band.entries($0)) }, lanes: lanes)
  }

  private static func start(_ laplacian: AxisLaplacian, step: Double) -> DenseBand {
    let n = laplacian.count
    let rate = (0..<n).map { laplacian.loss($0) }.max() ?? 0
    let squarings = max(0, Int((rate * step * 2).nextUp.exponent) + 1)
    let scale = rate * step / Double(1 << squarings)
    var band = DenseBand(n, squarings: squarings)
    for column in 0..<n {
      // The column of each power of 1 + L/q, by repeated multiplication of a unit vector.
      var power = [Double](repeating: 0, count: n)
      power[column] = 1
      var weight = 1.0
      var total = [Double](repeating: 0, count: n)
      var (low, high) = (column, column)
      for k in 0...18 {
        for i in low...high { total[i] += weight * power[i] }
        guard rate > 0 else { break }
        let (nextLow, nextHigh) = (max(0, low - 1), min(n - 1, high + 1))
        var next = power
        for i in nextLow...nextHigh {
          var value = power[i] * max(0, 1 - laplacian.loss(i) / rate)
          if i > 0 { value += laplacian.gainFromBelow(i) / rate * power[i - 1] }
          if i < n - 1 { value += laplacian.gainFromAbove(i) / rate * power[i + 1] }
          next[i] = value
        }
        (power, low, high) = (next, nextLow, nextHigh)
        weight *= scale / Double(k + 1)
      }
      let factor = exp(-scale)
      for i in low...high where total[i] * factor >= threshold { band.set(i, column, total[i] * factor) }
    }
    return band
  }
}
