import Glibc
import Reports
import Testing

struct TicksTests {
  struct Case: Sendable {
    let range: ClosedRange<Double>
    let limit: Int
    let labels: [String]
    var multiplier = ""
    var offset = ""
  }

  static let cases = [
    Case(range: 0...1, limit: 5, labels: ["0.0", "0.2", "0.4", "0.6", "0.8", "1.0"]),
    Case(range: 0...100, limit: 8, labels: ["0", "20", "40", "60", "80", "100"]),
    Case(range: 0...100, limit: 10, labels: ["0", "10", "20", "30", "40", "50", "60", "70", "80", "90", "100"]),
    Case(range: 0.31...0.96, limit: 5, labels: ["0.4", "0.6", "0.8"]),
    Case(range: -1...1, limit: 4, labels: ["−1.0", "−0.5", "0.0", "0.5", "1.0"]),
    Case(range: -70...(-5), limit: 4, labels: ["−60", "−40", "−20"]),
    Case(range: 0...2.4e-3, limit: 5, labels: ["0.0", "0.5", "1.0", "1.5", "2.0"], multiplier: "10⁻³"),
    Case(range: 0...0.05, limit: 5, labels: ["0.00", "0.01", "0.02", "0.03", "0.04", "0.05"]),
    Case(range: 0...3.2e5, limit: 4, labels: ["0", "1", "2", "3"], multiplier: "10⁵"),
    Case(range: 0...80000, limit: 4, labels: ["0", "20000", "40000", "60000", "80000"]),
    Case(range: 1e300...9e300, limit: 4, labels: ["2", "4", "6", "8"], multiplier: "10³⁰⁰"),
    Case(range: 0...9e-280, limit: 4, labels: ["0", "5"], multiplier: "10⁻²⁸⁰"),
  ]

  @Test(arguments: cases)
  func labelsAreTheOnesAPersonWouldChoose(example: Case) {
    let ticks = Ticks(linear: example.range, atMost: example.limit)
    #expect(ticks.labels == example.labels)
    #expect(ticks.multiplier == example.multiplier && ticks.offset == example.offset)
  }

  @Test func valuesThatDifferLateShareAnOffset() {
    let ticks = Ticks(linear: 1...1.0000001, atMost: 5)
    #expect(ticks.labels == ["0.0", "0.2", "0.4", "0.6", "0.8", "1.0"] && ticks.multiplier == "10⁻⁷")
    #expect(ticks.offset == "1")
    #expect(ticks.unit(of: "nM") == "10⁻⁷ nM + 1")
    let negative = Ticks(linear: -250.0004...(-250.0001), atMost: 5)
    #expect(negative.offset.hasPrefix("−250"))
  }

  /// Labels, multiplier and offset together say the value of the mark, for ranges of all sizes.
  @Test func labelsSayTheValuesOfTheirMarks() throws {
    var state: UInt64 = 3
    func random() -> Double {
      state = state &* 6_364_136_223_846_793_005 &+ 1_442_695_040_888_963_407
      return Double(state >> 11) / Double(1 << 53)
    }
    for _ in 0..<2000 {
      let low = (random() - 0.4) * pow(10, (random() * 40 - 20).rounded())
      let width = max(abs(low), 1e-20) * pow(10, random() * 12 - 8)
      let range = low...low + width
      let limit = 2 + Int(random() * 9)
      let ticks = Ticks(linear: range, atMost: limit)
      #expect(ticks.values.count >= 2 && ticks.values.count <= max(limit + 1, 5), "\(range) \(limit)")
      for (value, label) in zip(ticks.values, ticks.labels) {
        let read = try Self.number(label) * Self.number(ticks.multiplier, empty: 1)
        let whole = try read + Self.number(ticks.offset)
        #expect(abs(whole - value) <= 1e-9 * width + 1e-14 * abs(value), "\(label) for \(value) in \(range)")
        #expect(value >= low - 1e-5 * width && value <= low + width * 1.00001)
        #expect(label.count <= 9, "\(label) in \(range)")
      }
    }
  }

  /// Reads `−0.25`, `10⁻³` and `1.2×10⁻⁷`.
  private static func number(_ text: String, empty: Double = 0) throws -> Double {
    guard !text.isEmpty else { return empty }
    let plain = String(
      text.map { character in
        zip("−⁻⁰¹²³⁴⁵⁶⁷⁸⁹", "--0123456789").first { $0.0 == character }?.1 ?? character
      })
    if text.contains("×") {
      let parts = plain.split(separator: "×")
      return try #require(Double("\(parts[0])e\(parts[1].dropFirst(2))"))
    }
    guard text.hasPrefix("10"), text.contains(where: { "⁻⁰¹²³⁴⁵⁶⁷⁸⁹".contains($0) }) else {
      return try #require(Double(plain))
    }
    return try #require(Double("1e\(plain.dropFirst(2))"))
  }

  @Test(arguments: [0.0, 1, -3.5, 1e-200, -1e250, .greatestFiniteMagnitude, .leastNonzeroMagnitude])
  func aSingleNumberGetsARangeAroundIt(value: Double) {
    let ticks = Ticks(linear: value...value, atMost: 5)
    #expect(ticks.values.count >= 2)
    #expect(ticks.values.allSatisfy { $0.isFinite })
    let scale = Scale(.linear, value...value)
    #expect((0...1).contains(scale.fraction(min(max(value, -4e307), 4e307))))
  }

  @Test func infiniteBoundsAreBroughtIn() {
    let ticks = Ticks(linear: -.infinity ... .infinity, atMost: 5)
    #expect(ticks.values.count >= 2 && ticks.values.allSatisfy { $0.isFinite })
  }

  @Test func decadesCarryPowersOfTen() {
    let ticks = Ticks(logarithmic: 3e-6...2e-1, atMost: 10)
    #expect(ticks.labels == ["10⁻⁵", "10⁻⁴", "10⁻³", "10⁻²", "10⁻¹"])
    #expect(ticks.values == [1e-5, 1e-4, 1e-3, 1e-2, 1e-1])
    #expect(ticks.minor.first == 3e-6 && ticks.minor.allSatisfy { (3e-6...2e-1).contains($0) })
    #expect(Ticks(logarithmic: 1...1000, atMost: 10).labels == ["1", "10", "100", "1000"])
  }

  @Test func manyDecadesAreThinnedOut() {
    let ticks = Ticks(logarithmic: 1e-30...1, atMost: 5)
    #expect(ticks.values.count <= 6 && ticks.values.count >= 4)
    #expect(ticks.minor.isEmpty)
  }

  @Test func shortLogarithmicRangesHaveMarksBetweenTheDecades() {
    #expect(Ticks(logarithmic: 3...40, atMost: 8).labels == ["5", "10", "20"])
    #expect(Ticks(logarithmic: 3...4, atMost: 5).values.count >= 2)
    #expect(Ticks(logarithmic: 2.2e-7...6e-7, atMost: 5).values.count >= 2)
  }

  @Test func aRangeThatIsNotPositiveHasLinearMarks() {
    #expect(Ticks(logarithmic: -1...1, atMost: 4) == Ticks(linear: -1...1, atMost: 4))
  }

  @Test func unitsAreJoinedWithTheMultiplier() {
    #expect(Ticks(linear: 0...0.002, atMost: 5).unit(of: "cells/mm^2") == "10⁻³ cells/mm²")
    #expect(Ticks(linear: 0...0.002, atMost: 5).unit(of: "1") == "×10⁻³")
    #expect(Ticks(linear: 0...1, atMost: 5).unit(of: "mm") == "mm")
    #expect(Ticks(linear: 0...1, atMost: 5).unit(of: "") == "")
  }
}
