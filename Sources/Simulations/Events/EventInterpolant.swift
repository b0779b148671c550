/// What is compared in a condition, between two neighboring samples: the polynomial through up to five samples, in Newton's form.
struct EventInterpolant {
  private let nodes: [Double]
  /// Divided differences.
  private let coefficients: [Double]
  private let interval: ClosedRange<Double>
  /// The largest absolute value of the last term in the interval, which is that by which the polynomials through all samples and
  /// through all but the last one differ.
  let error: Double

  private static let parts = 16

  /// - Parameter samples: those at both ends of the interval first, the farthest last.
  /// - Returns: nil if something is not finite.
  init?(_ samples: [(part: Double, value: Double)], over interval: ClosedRange<Double>) {
    let nodes = samples.map(\.part)
    var coefficients = samples.map(\.value)
    for order in samples.indices.dropFirst() {
      for index in (order..<samples.count).reversed() {
        coefficients[index] =
          (coefficients[index] - coefficients[index - 1]) / (nodes[index] - nodes[index - order])
      }
    }
    guard coefficients.allSatisfy(\.isFinite), let last = coefficients.last else { return nil }
    (self.nodes, self.coefficients, self.interval) = (nodes, coefficients, interval)
    let places = EventInterpolant.places(in: interval)
    error = places.reduce(0) { largest, place in
      max(largest, abs(nodes.dropLast().reduce(last) { $0 * (place - $1) }))
    }
    guard error.isFinite else { return nil }
  }

  private static func places(in interval: ClosedRange<Double>) -> [Double] {
    let width = interval.upperBound - interval.lowerBound
    return (0..<parts).map { interval.lowerBound + width * (Double($0) / Double(parts)) } + [interval.upperBound]
  }

  /// The values in the interval, wider by the error at both ends.
  var range: ClosedRange<Double> {
    let (low, high) = (least(times: 1).value - error, -least(times: -1).value + error)
    return low <= high ? low...high : -Double.infinity...Double.infinity
  }

  private func at(_ place: Double) -> (value: Double, slope: Double) {
    zip(nodes, coefficients).reversed().reduce((0, 0)) { sum, next in
      let distance = place - next.0
      return (sum.0 * distance + next.1, sum.1 * distance + sum.0)
    }
  }

  /// The least value in the interval.
  ///
  /// - Parameter sign: 1, or −1 for the least of the negative.
  /// - Returns: also whether it is inside, and not at an end.
  func least(times sign: Double) -> (value: Double, place: Double, isInside: Bool) {
    func at(_ place: Double) -> (value: Double, slope: Double) {
      let found = self.at(place)
      return (sign * found.value, sign * found.slope)
    }
    let places = EventInterpolant.places(in: interval)
    let index = places.indices.min { at(places[$0]).value < at(places[$1]).value } ?? 0
    var (low, high) = (places[max(index - 1, 0)], places[min(index + 1, places.count - 1)])
    guard at(low).slope < 0, at(high).slope > 0 else {
      return (at(places[index]).value, places[index], places.indices.dropFirst().dropLast().contains(index))
    }
    while true {
      let middle = low + 0.5 * (high - low)
      guard middle > low, middle < high else { return (at(middle).value, middle, true) }
      if at(middle).slope < 0 { low = middle } else { high = middle }
    }
  }
}
