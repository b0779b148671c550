import Expressions
import Glibc
import RandomNumbers
import Testing

/// The vector functions against those of the C library, whose own error is below 1 unit in the last place (ulp).
@Suite struct VectorMathTests {
  struct Function: Sendable, CustomTestStringConvertible {
    let name: String
    let reference: @Sendable (Double) -> Double
    /// Largest difference, in units in the last place: the function's own error, found with 113-bit arithmetic
    /// (exp 0.9, log 0.8, log10 0.5, sin and cos 0.8, tan 2.1, tanh 2.3, erf 1.7), plus that of the C library.
    let tolerance: Double
    let range: ClosedRange<Double>

    var testDescription: String { name }
  }

  static let functions = [
    Function(name: "exp", reference: { exp($0) }, tolerance: 2, range: -745...709.7),
    Function(name: "log", reference: { log($0) }, tolerance: 2, range: 0...10),
    Function(name: "log10", reference: { log10($0) }, tolerance: 2, range: 0...10),
    Function(name: "sin", reference: { sin($0) }, tolerance: 2, range: -100...100),
    Function(name: "cos", reference: { cos($0) }, tolerance: 2, range: -100...100),
    Function(name: "tan", reference: { tan($0) }, tolerance: 3, range: -100...100),
    Function(name: "tanh", reference: { tanh($0) }, tolerance: 4, range: -22...22),
    Function(name: "erf", reference: { erf($0) }, tolerance: 3, range: -6.5...6.5),
    Function(name: "sqrt", reference: { sqrt($0) }, tolerance: 0, range: 0...1e6),
    Function(name: "floor", reference: { floor($0) }, tolerance: 0, range: -1e3...1e3),
    Function(name: "abs", reference: { fabs($0) }, tolerance: 0, range: -1...1),
  ]

  static let positiveEdges: [Double] = [
    0, 1, 0.5, 2, 3, Double.leastNonzeroMagnitude, 0x1p-1030, 2.2250738585072014e-308, 1.7976931348623157e308,
    .infinity, 0x1p52, 0x1p53,
    0x10000000000001, 0x20000000000002, 0x1.8p20, 0x1.80001p20, 1e300, 1e-300, 709, 710, 745.2, 746, 750,
    0.9999999999999999, 1.0000000000000002, 1e22, 3.141592653589793, 1.5707963267948966, 1e-8, 20, 6, 5.9,
  ]
  static let edges = positiveEdges + positiveEdges.map { -$0 } + [.nan]

  private func compile(_ text: String) throws -> Program {
    try Program(
      outputs: [try expression(text)], pointwise: [.field("u"), .field("v")], uniforms: [], constants: [:])
  }

  /// Compares with the reference: the same NaN, infinities and signs of zero, others within some ulp.
  private func expectNear(_ values: [Double], _ expected: [Double], _ tolerance: Double, _ place: (Int) -> String) {
    for (index, (value, wanted)) in zip(values, expected).enumerated() {
      if wanted.isNaN {
        #expect(value.isNaN, "\(place(index)) = \(value), not NaN")
      } else if !wanted.isFinite || wanted == 0 {
        #expect(value == wanted && value.sign == wanted.sign, "\(place(index)) = \(value), not \(wanted)")
      } else {
        #expect(abs(value - wanted) <= tolerance * wanted.ulp, "\(place(index)) = \(value), not \(wanted)")
      }
    }
  }

  @Test(arguments: functions)
  func functionAgreesWithTheCLibrary(function: Function) throws {
    var random = Seeded(state: 3)
    let dense = (0...20_000).map {
      function.range.lowerBound + (function.range.upperBound - function.range.lowerBound) * Double($0) / 20_000
    }
    let small = (0..<5_000).map { _ in Double.random(in: -1...1, using: &random) }
    let anyBits = (0..<20_000).map { _ in Double(bitPattern: random.next()) }
    let points = Self.edges + dense + small + anyBits
    let values = run(try compile("\(function.name)(u)"), inputs: [points, points])[0]
    expectNear(values, points.map(function.reference), function.tolerance) { "\(function.name)(\(points[$0]))" }
  }

  @Test func powerAgreesWithTheCLibrary() throws {
    var random = Seeded(state: 4)
    var pairs = Self.edges.flatMap { x in Self.edges.map { (x, $0) } }
    for _ in 0..<20_000 {
      pairs.append((.random(in: 0...100, using: &random), .random(in: -100...100, using: &random)))
      pairs.append((.random(in: 0...2, using: &random), .random(in: -5...5, using: &random)))
      pairs.append((Double(bitPattern: random.next()), .random(in: -2...2, using: &random)))
      pairs.append((Double(bitPattern: random.next()), Double(bitPattern: random.next())))
    }
    let values = run(try compile("u^v"), inputs: [pairs.map(\.0), pairs.map(\.1)])[0]
    // own error 0.9 ulp
    expectNear(values, pairs.map { pow($0.0, $0.1) }, 2) { "\(pairs[$0].0)^\(pairs[$0].1)" }
  }

  @Test func powersOfSmallIntegersAreExact() throws {
    let pairs = (-30...30).flatMap { base in (0...30).map { (Double(base), Double($0)) } }
    let values = run(try compile("u^v"), inputs: [pairs.map(\.0), pairs.map(\.1)])[0]
    for (pair, value) in zip(pairs, values) where pow(abs(pair.0), pair.1) < 0x1p53 {
      #expect(value == pow(pair.0, pair.1), "\(pair)")
    }
  }

  @Test(arguments: [-16.0, -3, -2.5, -1.5, -0.5, 0.5, 1.5, 2, 2.5, 3, 4, 5, 7, 12.5, 16, 16.5, 17, 0.3])
  func constantPowersAgreeWithTheCLibrary(exponent: Double) throws {
    let points = (1...2000).map { Double($0) * 0.005 }
    let values = run(try compile("u^(\(exponent))"), inputs: [points, points])[0]
    // up to an ulp for each of at most 15 products, for the quotient or the root, and for the C library
    expectNear(values, points.map { pow($0, exponent) }, 17) { "\(points[$0])^\(exponent)" }
  }

  @Test func logarithmsOfPowersOfTenAreExact() throws {
    let points = (-300...300).compactMap { Double("1e\($0)") }
    #expect(run(try compile("log10(u)"), inputs: [points, points])[0] == (-300...300).map(Double.init))
  }

  static let constants: [(function: String, argument: String)] = [
    ("exp(#)", "0.3"), ("sin(#)", "2"), ("#^0.7", "0.3"), ("erf(#)", "0.4"), ("tanh(#)", "0.2"), ("log10(#)", "7"),
  ]

  @Test(arguments: constants)
  func foldedConstantHasTheComputedBits(function: String, argument: String) throws {
    let folded = try expression(function.replacing("#", with: argument)).constantValue
    let point = try #require(Double(argument))
    let computed = run(try compile(function.replacing("#", with: "u")), inputs: [[point], [0]])[0][0]
    #expect(folded == computed)
  }
}
