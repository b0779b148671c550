import Configuration
import Documents
import Foundation
import Testing

/// Quasi-steady fields where nothing produces or consumes them: the balance is that of diffusion and the sides.
///
/// Linear and constant profiles are exact on the grid; 1e-10 is what rounding of movements leaves of them here.
@Suite struct VanishingConsumptionTests {
  private static func text(
    w: String, rates: String, domain: String, initial: String, time: String, more: String = ""
  ) -> String {
    """
    { "model": { "name": "m", "fields": { "u": {}, "w": { "quasi_steady": true, \(w) } }, "reactions": { \(rates) } },
      "domain": { \(domain) }, "initial": { \(initial) }, "time": { \(time) }\(more) }
    """
  }

  private static let line = #""size": [4], "points": [40]"#
  private static let sides = #""diffusion": 100, "boundary": { "x-": { "value": 1 }, "x+": { "value": 0.5 } }"#

  /// The largest difference of `w` from a function of the first coordinate on 40 points, where there is tissue.
  private func difference(_ values: [Double], _ exact: (Double) -> Double, isTissue: (Int) -> Bool = { _ in true })
    -> Double
  {
    values.indices.filter(isTissue).map { abs(values[$0] - exact((Double($0 % 40) + 0.5) * 0.1)) }.max() ?? .nan
  }

  @Test(arguments: ["exp(-4*x^2)", "0", "1e-300"], ["strang", "rebalanced-strang", "etdrk4", "etd2-positive"])
  func betweenTwoValuesItIsLinearWhenTheConsumersHaveDied(u: String, scheme: String) throws {
    for rates in [#""u": "-2*u", "w": "-u*w""#, #""u": "-60*u", "w": "-u*w/(0.1 + w)""#] {
      let state = try finalState(
        Self.text(
          w: Self.sides, rates: rates, domain: Self.line, initial: #""u": "\#(u)", "w": 1"#,
          time: #""end": 20, "scheme": "\#(scheme)", "tolerance": 1e-3"#))
      #expect(difference(state.values(1)) { 1 - 0.125 * $0 } < 1e-10)
    }
  }

  /// Where the source of a field in balance has vanished the field is 0, however small what is left is: its square is 0 in numbers.
  @Test(
    arguments: [
      #""size": [4, 4], "points": [10, 10]"#, #""size": [4], "points": [40], "boundary": "periodic""#,
      #""size": [4, 4], "points": [10, 10], "mask": "x + y < 6""#,
    ], ["auto", "rebalanced-strang"])
  func withoutASourceNothingIsLeft(domain: String, scheme: String) throws {
    for (rate, treatment) in [("-u", #"{ "name": "s", "at": 3, "set": { "u": 0 } }"#), ("-30*u", "")] {
      let state = try finalState(
        Self.text(
          w: #""diffusion": 1"#, rates: #""u": "\#(rate)", "w": "u - w""#, domain: domain,
          initial: #""u": "where(x < 2, 0.4, 0.1)", "w": 0"#,
          time: #""end": 30, "tolerance": 1e-4, "scheme": "\#(scheme)""#, more: #", "treatment": [\#(treatment)]"#))
      #expect(state.maximum(1) < 1e-13 && state.minimum(1) > -1e-13)
    }
  }

  /// At the first step the prescribed values are all that makes the field what it is.
  @Test func withoutAnyRateItIsLinearFromTheStart() throws {
    let state = try finalState(
      Self.text(
        w: #""diffusion": 1, "boundary": { "x-": { "value": 1 }, "x+": { "value": 0 } }"#,
        rates: #""u": "w", "w": "0*w""#, domain: Self.line, initial: #""u": 0, "w": 1"#, time: #""end": 1"#))
    for field in 0..<2 { #expect(difference(state.values(field)) { 1 - 0.25 * $0 } < 1e-10) }
  }

  @Test(arguments: ["spherical-radial", "cylindrical-radial"])
  func alongARadiusItIsTheValueOutside(geometry: String) throws {
    let state = try finalState(
      Self.text(
        w: #""diffusion": 100, "boundary": { "r+": { "value": 1 } }"#, rates: #""u": "-40*u", "w": "-u*w""#,
        domain: Self.line + #", "geometry": "\#(geometry)""#, initial: #""u": "exp(-r^2)", "w": 0.3"#,
        time: #""end": 20"#))
    #expect(difference(state.values(1)) { _ in 1 } < 1e-10)
  }

  /// Masks are rectangles, in which the linear profile is exact, and a disk that touches the side.
  @Test(arguments: ["", "y < 1.2", "(x - 1)^2 + (y - 1)^2 < 1.2"])
  func onTwoAxesAndInTissueOfAnyShapeItIsThatOfTheSides(mask: String) throws {
    func isTissue(_ index: Int) -> Bool {
      let (x, y) = (Double(index % 40) * 0.1 + 0.05, Double(index / 40) * 0.1 + 0.05)
      return mask.isEmpty || (mask.hasPrefix("y") ? y < 1.2 : (x - 1) * (x - 1) + (y - 1) * (y - 1) < 1.2)
    }
    let domain = #""size": [4, 2], "points": [40, 20]"# + (mask.isEmpty ? "" : #", "mask": "\#(mask)""#)
    let upper = mask.hasPrefix("(") ? 1 : 0.5
    for (u, scheme) in [("exp(-x^2)", "strang"), ("0", "strang"), ("exp(-x^2)", "rebalanced-strang")] {
      let state = try finalState(
        Self.text(
          w: #""diffusion": 100, "boundary": { "x-": { "value": 1 }, "x+": { "value": \#(upper) } }"#,
          rates: #""u": "-60*u", "w": "-u*w""#, domain: domain, initial: #""u": "\#(u)", "w": 1"#,
          time: #""end": 14, "scheme": "\#(scheme)""#))
      #expect(difference(state.values(1), { 1 - (1 - upper) / 4 * $0 }, isTissue: isTissue) < 1e-9)
    }
  }

  /// `w'' = w/2` once the consumers are there, and a line again when surgery has taken them.
  @Test func consumersThatComeByADoseAndGoBySurgeryChangeItAtOnce() throws {
    let k = 0.5.squareRoot()
    let treatment =
      #", "treatment": [ { "name": "implant", "at": 1, "add": { "u": 1 } }, { "name": "surgery", "at": 2, "set": { "u": 0 } } ]"#
    func after(_ end: Double) throws -> [Double] {
      try finalState(
        Self.text(
          w: #""diffusion": 1, "boundary": { "x-": { "value": 1 }, "x+": { "value": 0.5 } }"#,
          rates: #""u": "0*u", "w": "-0.5*u*w""#, domain: Self.line, initial: #""u": 0, "w": 1"#,
          time: #""end": \#(end)"#, more: treatment)
      ).values(1)
    }
    #expect(difference(try after(1)) { 1 - 0.125 * $0 } < 1e-10)
    let consumed = difference(try after(1.5)) { x in (sinh(k * (4 - x)) + 0.5 * sinh(k * x)) / sinh(4 * k) }
    print("with consumers: \(consumed)")
    // Second order in the spacing of 0.1: h²/8 of the curvature 0.5 w next to the sides.
    #expect(consumed < 1e-3)
    #expect(difference(try after(3)) { 1 - 0.125 * $0 } < 1e-10)
  }

  /// Where nothing crosses the sides, `u (1 − w)` keeps the field at 1 however little there is of `u`; when there is nothing,
  /// the mean has no influence and stays.
  @Test(arguments: [
    Self.line, Self.line + #", "geometry": "spherical-radial""#, #""size": [4, 2], "points": [40, 20]"#,
    #""size": [4, 2], "points": [40, 20], "mask": "(x - 2)^2 + (y - 1)^2 < 1.5""#,
    Self.line + #", "boundary": "periodic""#,
  ])
  func aClosedDomainKeepsTheBalanceOfItsLastConsumers(domain: String) throws {
    let axis = domain.contains("radial") ? "r" : "x"
    for (u, last) in [("exp(-\(axis)^2)", 1.0), ("1e-20*exp(-\(axis)^2)", 1.0), ("0", 0.3)] {
      let state = try finalState(
        Self.text(
          w: #""diffusion": 100"#, rates: #""u": "-60*u", "w": "u*(1 - w)""#, domain: domain,
          initial: #""u": "\#(u)", "w": 0.3"#, time: #""end": 14, "scheme": "strang""#))
      let tissue = state.values(1).filter { $0 != 0 }
      #expect(tissue.count > 20)
      for value in tissue { #expect(abs(value - last) < 1e-9) }
    }
  }

  @Test func productionWithoutConsumptionInAClosedDomainIsRefused() throws {
    for rate in ["1", "1e-12*exp(-x)"] {
      let text = Self.text(
        w: #""diffusion": 100"#, rates: #""u": "0*u", "w": "\#(rate)""#, domain: Self.line,
        initial: #""u": 0, "w": 1"#, time: #""end": 1"#)
      let problems = try #require(throws: Diagnostics.self) { try RunAssembly(configuration(text), threads: 1) }
      #expect("\(problems)".contains("has no balance: production and consumption do not cancel"))
    }
  }
}
