import Reports
import Testing

struct ScaleTests {
  @Test func endsOfTheRangeAreTheEndsOfTheAxis() {
    for scale in [Scale(.linear, -2...6), Scale(.logarithmic, 1e-3...1e4)] {
      #expect(scale.fraction(scale.range.lowerBound) == 0)
      #expect(abs(scale.fraction(scale.range.upperBound) - 1) < 1e-15)
    }
    #expect(Scale(.linear, -2...6).fraction(0) == 0.25)
    #expect(abs(Scale(.logarithmic, 1...10000).fraction(100) - 0.5) < 1e-15)
  }

  @Test func numbersThatAreNotPositiveHaveNoPlaceOnALogarithmicAxis() {
    let scale = Scale(.logarithmic, 1...100)
    #expect(scale.fraction(0).isNaN && scale.fraction(-3).isNaN)
  }

  @Test(arguments: [-5.0 ... -1.0, 0...0, 7...7, 0...100, Double.leastNonzeroMagnitude...1e-307, 1...Double.infinity])
  func logarithmicRangesAreAlwaysPositive(range: ClosedRange<Double>) {
    let scale = Scale(.logarithmic, range)
    #expect(scale.range.lowerBound > 0 && scale.range.upperBound > scale.range.lowerBound)
    #expect(scale.ticks(atMost: 5).values.allSatisfy { $0.isFinite })
    #expect(scale.ticks(atMost: 5).values.count >= 2)
  }

  @Test func namesMoveApartAndKeepTheirOrder() {
    let rows = spread([10, 11, 12, 80], distance: 10, within: 0...90)
    #expect(rows == [10, 20, 30, 80])
    #expect(spread([70, 85, 88], distance: 10, within: 0...90) == [70, 80, 90])
    #expect(spread([5, 5, 5], distance: 10, within: 0...12) == [0, 10, 20])
    #expect(spread([], distance: 10, within: 0...1).isEmpty)
  }
}
