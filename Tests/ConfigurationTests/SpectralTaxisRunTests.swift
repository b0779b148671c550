import Configuration
import Documents
import Fields
import Simulations
import Testing

/// Whole runs whose taxis is computed by series.
@Suite struct SpectralTaxisRunTests {
  /// T cells that follow a chemokine and leave room for each other, in a square whose sides nothing crosses.
  private static func chemotaxis(_ settings: String = #""size": [10, 10], "points": [24, 24]"#) -> String {
    """
    { "model": { "name": "chemotaxis",
        "fields": { "E": { "diffusion": 0.1, "taxis": [ { "toward": "a", "sensitivity": "0.5*(1 - E/4)" },
                                                        { "toward": "m", "sensitivity": "-0.1/(1 + a)" } ] },
                    "a": { "diffusion": 0.2 }, "m": {} },
        "reactions": { "E": "0.3*(1 - E)", "a": "E*m - 0.5*a" } },
      "domain": { \(settings) },
      "initial": { "E": "0.5*(1 - 0.5*cos(pi*x/5)*cos(pi*y/5))", "a": "0.1*(1 + 0.5*cos(pi*x/5) + 0.3*cos(2*pi*y/5))",
                   "m": "1 + 0.5*cos(pi*x/10)*cos(3*pi*y/10)" },
      "time": { "end": 3, "tolerance": 1e-10 }, "numerics": { "propagator": "fourier", "taxis": "spectral" } }
    """
  }

  /// The mean and the mean square of each field, by which runs on different points can be compared.
  private func moments(_ state: FieldSet) -> [Double] {
    (0..<state.count).flatMap { field -> [Double] in
      let values = state.values(field)
      let mean = values.reduce(0, +) / Double(values.count)
      return [mean, values.reduce(0) { $0 + $1 * $1 } / Double(values.count)]
    }
  }

  /// The error falls faster than any power of the spacing, that of limited fluxes with its square.
  @Test func errorsFallFasterThanAnyPower() throws {
    func moments(_ points: Int, _ taxis: String) throws -> [Double] {
      let settings = ["domain.points=[\(points), \(points)]", #"numerics.taxis="\#(taxis)""#, "time.tolerance=1e-10"]
      return self.moments(try finalState(Self.chemotaxis(), set: settings + [#"time.scheme="etdrk4""#]))
    }
    let exact = try moments(64, "spectral")
    func error(_ points: Int, _ taxis: String) throws -> Double {
      zip(try moments(points, taxis), exact).reduce(0) { max($0, abs($1.0 - $1.1)) }
    }
    let spectral = try [12, 16, 24, 32].map { try error($0, "spectral") }
    let limited = try error(32, "limited")
    print("spectral taxis: errors of moments \(spectral) on 12, 16, 24, 32 points; limited fluxes \(limited) on 32")
    for (coarse, fine) in zip(spectral.dropLast(), spectral.dropFirst()) {
      #expect(fine < 0.1 * coarse || fine < 1e-10)
    }
    #expect(spectral[3] < 1e-9 && limited > 1e-5)
  }

  /// Sides that nothing crosses are mirrors: twice the domain, periodic, has the same solution.
  @Test func sidesAreMirrors() throws {
    let half = try finalState(Self.chemotaxis(#""size": [10, 10], "points": [20, 24]"#))
    let whole = try finalState(
      Self.chemotaxis(#""size": [20, 20], "points": [40, 48], "boundary": "periodic""#))
    for field in 0..<half.count {
      let (a, b) = (half.values(field), whole.values(field))
      for y in 0..<24 {
        for x in 0..<20 { #expect(abs(a[20 * y + x] - b[40 * y + x]) < 1e-9) }
      }
    }
  }

  @Test func massIsKeptAndThreadsChangeNothing() throws {
    let settings = [#"model.reactions.E="0""#, "output.ledger=true", "time.tolerance=1e-6"]
    func state(_ threads: Int) throws -> (FieldSet, Double) {
      let assembly = try RunAssembly(configuration(Self.chemotaxis(), set: settings), threads: threads)
      let before = assembly.state.sum(0)
      try advance(assembly) { _, _ in }
      return (assembly.state, abs(assembly.state.sum(0) / before - 1))
    }
    let ((one, lost), (two, _)) = (try state(1), try state(2))
    #expect(lost < 1e-13)
    for field in 0..<one.count { #expect(one.values(field) == two.values(field)) }
  }

  /// Each obstacle with what it is about, all at once.
  @Test(arguments: [
    (
      #"domain.boundary={ "x": "no-flux", "y+": { "value": 1 }, "y-": "no-flux" }"#,
      ["E is not mirrored", "a is not mirrored"]
    ),
    (#"model.fields.a.boundary="periodic""#, ["not the same axes are periodic for E and a"]),
    (#"model.fields.E.advection={ "x": 1, "y": 0 }"#, ["E is carried along x, which is not periodic"]),
    (#"domain.mask="x < 5""#, ["the tissue has a shape"]),
    (#"time.scheme="strang""#, ["strang cannot be used: it does not take spectral taxis", "use etdrk4"]),
    (#"time.scheme="etd2-positive""#, ["it does not take spectral taxis"]),
    (#"model.fields.E.diffusion="0.1 + a""#, ["auto cannot be used: spectral taxis needs etdrk4, but E"]),
  ])
  func whatSeriesCannotDoIsRefused(setting: String, sentences: [String]) throws {
    let found = try #require(throws: Diagnostics.self) {
      _ = try RunAssembly(configuration(Self.chemotaxis(), set: [setting]))
    }
    for sentence in sentences { #expect(found.description.contains(sentence), "\(found)") }
    #expect(found.description.contains("limited"))
  }
}
