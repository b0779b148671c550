import Glibc

/// Nodes and weights for integrals with the densities of gamma distributions, `g_j(s) = a^j s^{j−1} e^{−a s}/(j − 1)!`,
/// `a = k/τ`, `j = 1, …, k`.
struct GammaNodes {
  let times: [Double]
  /// For each time that of each density; they add up to 1.
  let weights: [[Double]]

  /// One node, for what does not change.
  init(shape: Int) {
    times = [0]
    weights = [[Double](repeating: 1, count: shape)]
  }

  /// Gauss's rule of four points on equal panels, up to where less than 1e-15 of all densities is left.
  ///
  /// - Parameters:
  ///   - mean: `τ`.
  ///   - shape: `k`.
  init(mean: Double, shape: Int) {
    let length = mean * (1 + 12 / Double(shape).squareRoot() + 40 / Double(shape))
    let panel = length / Double(GammaNodes.panels)
    var times: [Double] = []
    var weights: [[Double]] = []
    for number in 0..<GammaNodes.panels {
      for (node, weight) in GammaNodes.rule {
        let time = (Double(number) + 0.5 * (1 + node)) * panel
        times.append(time)
        let scaled = time * Double(shape) / mean
        weights.append(
          (1...shape).map { weight * exp(Double($0 - 1) * log(scaled) - scaled - lgamma(Double($0))) })
      }
    }
    let sums = (0..<shape).map { stage in weights.reduce(0) { $0 + $1[stage] } }
    self.times = times
    self.weights = weights.map { weights in zip(weights, sums).map { $0 / $1 } }
  }

  private static let panels = 200

  private static let rule: [(node: Double, weight: Double)] = {
    let (inner, outer) = (
      (3.0 / 7 - 2.0 / 7 * 1.2.squareRoot()).squareRoot(), (3.0 / 7 + 2.0 / 7 * 1.2.squareRoot()).squareRoot()
    )
    let (large, small) = ((18 + 30.0.squareRoot()) / 36, (18 - 30.0.squareRoot()) / 36)
    return [(-outer, small), (-inner, large), (inner, large), (outer, small)]
  }()
}
