import Expressions
import RandomNumbers
import Testing

@Suite struct RandomExpressionTests {
  static let symbols: [Symbol] = [
    .field("u"), .field("v"), .field("T"), .coordinate("x"), .parameter("a"), .parameter("b"), .time,
  ]

  /// Texts with their expressions, from one seed.
  private func samples(_ count: Int, seed: UInt64, depth: Int) throws -> [(text: String, Expressions.Expression)] {
    var generator = RandomExpressions(random: Seeded(state: seed))
    return try (0..<count).map { _ in
      let text = generator.number(depth: depth)
      return (text, try expression(text))
    }
  }

  private func points(_ count: Int, seed: UInt64) -> [[Symbol: Double]] {
    var random = Seeded(state: seed)
    return (0..<count).map { _ in
      Dictionary(uniqueKeysWithValues: Self.symbols.map { ($0, Double.random(in: -3...3, using: &random)) })
    }
  }

  @Test func descriptionOfRandomExpressionsReadsBack() throws {
    for (text, original) in try samples(20000, seed: 11, depth: 5) {
      let back = try expression(original.description)
      #expect(back == original, "\(text): \(original), then \(back)")
    }
  }

  @Test func programsOfRandomExpressionsGiveTheReferenceValues() throws {
    let points = points(20, seed: 12)
    let inputs = Self.symbols.prefix(4).map { symbol in points.map { $0[symbol] ?? 0 } }
    var compared = 0, total = 0
    for (text, original) in try samples(5000, seed: 13, depth: 4) {
      // Parameters of one point are folded, t is a uniform: the values are those of point 0.
      let constants = points[0].filter { $0.key == .parameter("a") || $0.key == .parameter("b") }
      let program = try Program(
        outputs: [original], pointwise: Array(Self.symbols.prefix(4)), uniforms: [.time], constants: constants)
      let values = run(program, inputs: inputs, uniforms: [points[0][.time] ?? 0])[0]
      for (index, point) in points.enumerated() {
        var at = point.merging(constants) { $1 }
        at[.time] = points[0][.time]
        total += 1
        guard let reference = BoundedValue.of(original, at: at), reference.bound.isFinite, reference.value.isFinite,
          original.value(at: at) == reference.value
        else { continue }
        compared += 1
        // The reference and the program are each within the bound of the exact value, to first order.
        #expect(abs(values[index] - reference.value) <= 4 * reference.bound, "\(text) at \(at)")
      }
    }
    #expect(Double(compared) > 0.6 * Double(total), "\(compared) of \(total) could be compared")
  }

  @Test func derivativesOfRandomExpressionsAgreeWithDifferences() throws {
    let points = points(5, seed: 14)
    var compared = 0
    for (text, original) in try samples(1500, seed: 15, depth: 3) where original.dependsOn(.field("u")) {
      let slope = original.derivative(by: .field("u"))
      for point in points {
        func difference(_ h: Double) -> Double {
          var (left, right) = (point, point)
          left[.field("u"), default: 0] -= h
          right[.field("u"), default: 0] += h
          return ((original.value(at: right) ?? .nan) - (original.value(at: left) ?? .nan)) / (2 * h)
        }
        let (coarse, fine) = (difference(2e-4), difference(1e-4))
        let best = (4 * fine - coarse) / 3
        // Where the two differ much there is a jump, a kink or a pole nearby.
        let spread = abs(fine - coarse), scale = abs(best) + 1
        guard best.isFinite, spread < 1e-4 * scale, let exact = slope.value(at: point), exact.isFinite else { continue }
        compared += 1
        let rounding = 1e-11 * (BoundedValue.of(original, at: point)?.value.magnitude ?? 0)
        #expect(abs(exact - best) <= spread + 1e-6 * scale + rounding, "\(text) at \(point)")
      }
    }
    #expect(compared > 2000, "\(compared) compared")
  }
}
