import Configuration
import Expressions
import Fields
import Glibc
import Simulations
import Testing

/// Fields that nothing can make negative, or larger than a limit, and that become sharp in the run by themselves, out of smooth data.
@Suite struct SharpFrontTests {
  private static let schemes = ["auto", "lie", "strang", "strang4", "rebalanced-strang", "etdrk4", "etd2-positive"]
  /// `lie` takes thousands of steps at the default tolerance.
  private static func tolerance(_ scheme: String) -> Double { scheme == "lie" ? 1e-2 : 1e-4 }

  private static func text(
    _ fields: String, _ reactions: String, _ initial: String, points: Int, end: Double, size: Double = 1
  ) -> String {
    """
    { "model": { "name": "front", "fields": { \(fields) }, "reactions": { \(reactions) } },
      "domain": { "size": [\(size)], "points": [\(points)] }, "initial": { \(initial) }, "time": { "end": \(end) } }
    """
  }

  private struct Course {
    let state: FieldSet
    /// Of the first field.
    var lowest = Double.infinity
    var highest = -Double.infinity
    let sharpFields: [SharpField]
  }

  private func course(_ text: String, _ scheme: String, set overrides: [String] = []) throws -> Course {
    let isFixed = overrides.contains { $0.hasPrefix("time.step=") }
    let settings =
      ["time.scheme=\(scheme)"] + (isFixed ? [] : ["time.tolerance=\(Self.tolerance(scheme))"]) + overrides
    let assembly = try RunAssembly(configuration(text, set: settings), threads: 1)
    let simulation = try simulation(of: assembly)
    var (lowest, highest) = (Double.infinity, -Double.infinity)
    _ = try simulation.run(didStep: {
      (lowest, highest) = (min(lowest, $0.state.minimum(0)), max(highest, $0.state.maximum(0)))
    })
    return Course(
      state: assembly.state, lowest: lowest, highest: highest,
      sharpFields: simulation.regimen.memory.changes.sharpFields ?? [])
  }

  // MARK: Bistable fronts

  private static let bistable = text(
    #""u": { "diffusion": 1e-4 }"#, #""u": "50*u*(1 - u)*(u - 0.3)""#, #""u": "0.5 + 0.4*cos(2*pi*x)""#, points: 50,
    end: 3)

  /// The values at the points by differences of second order and Heun's method.
  private static func differences(
    points: Int, end: Double, h: Double, diffusivity: Double, start: (Double) -> Double, rate: (Double) -> Double
  ) -> [Double] {
    let weight = diffusivity * Double(points * points)
    func slope(_ u: [Double]) -> [Double] {
      u.indices.map { i in
        let (left, right) = (u[max(i - 1, 0)], u[min(i + 1, points - 1)])
        return weight * (left - 2 * u[i] + right) + rate(u[i])
      }
    }
    var u = (0..<points).map { start((Double($0) + 0.5) / Double(points)) }
    for _ in 0..<Int((end / h).rounded()) {
      let first = slope(u)
      let second = slope(zip(u, first).map { $0 + h * $1 })
      u = u.indices.map { u[$0] + 0.5 * h * (first[$0] + second[$0]) }
    }
    return u
  }

  /// It was −4.4e-3 with every scheme but the last.
  @Test(arguments: schemes) func aFrontThatSteepensBetweenTwoPointsLeavesNothingBelowZero(scheme: String) throws {
    let exact =
      Self.differences(
        points: 50, end: 3, h: 1e-3, diffusivity: 1e-4, start: { 0.5 + 0.4 * Glibc.cos(2 * .pi * $0) },
        rate: { 50 * $0 * (1 - $0) * ($0 - 0.3) }
      ).reduce(0, +) / 50
    let course = try course(Self.bistable, scheme)
    // A tenth of the tolerance is what a field may be below its bound.
    #expect(course.lowest >= -0.1 * Self.tolerance(scheme))
    // Where transforms move the field until it is sharp the front stops up to a hundredth of a point elsewhere.
    #expect(abs(course.state.integral(0) / exact - 1) < 10 * Self.tolerance(scheme))
    #expect(course.sharpFields.map(\.field) == (scheme == "etd2-positive" ? [] : ["u"]))
  }

  @Test(arguments: ["lie", "strang", "strang4", "rebalanced-strang", "etdrk4", "etd2-positive"])
  func fixedStepsLeaveNothingBelowZeroEither(scheme: String) throws {
    let course = try course(Self.bistable, scheme, set: ["time.step=0.01"])
    // The tolerance of the reactions is 1e-6.
    #expect(course.lowest >= -1e-7)
    #expect(abs(course.state.integral(0) - 0.68042) < 1e-3)
  }

  /// A front of one point is left to transforms, which are accurate there, and cut off at 0 before it is a tenth of the tolerance below.
  ///
  /// The right mass is that of differences of second order and a method of order 5 on 1600 points; on 50 points, differences are 2 % off.
  @Test(arguments: ["auto", "strang", "strang4", "rebalanced-strang", "etdrk4"])
  func aFrontThatTransformsResolveKeepsThem(scheme: String) throws {
    let text = Self.text(
      #""u": { "diffusion": 1e-3 }"#, #""u": "20*u*(1 - u)*(u - 0.2)""#, #""u": "exp(-(x/0.2)^2)""#, points: 50, end: 2)
    let course = try course(text, scheme)
    #expect(course.lowest >= -1e-5)
    #expect(course.sharpFields.isEmpty)
    #expect(abs(course.state.integral(0) / 0.34377 - 1) < 2e-3)
  }

  /// What a transform leaves below 0 ahead of a front grows like the front: it was −0.019 with `auto`.
  ///
  /// The mass as above; positive propagators on so few points are a hundredth off.
  @Test(arguments: ["auto", "strang", "strang4", "rebalanced-strang", "etdrk4"])
  func tracesBelowZeroDoNotGrow(scheme: String) throws {
    let text = Self.text(
      #""u": { "diffusion": 9e-5 }"#, #""u": "10*u*(1 - u)""#, #""u": "exp(-(x/0.1)^2)""#, points: 50, end: 2)
    let course = try course(text, scheme)
    #expect(course.lowest >= -1e-8)
    #expect(abs(course.state.integral(0) / 0.46061 - 1) < 0.01)
  }

  // MARK: Volume filling

  private static func volumeFilling(_ sensitivity: String, rate: String = "0") -> String {
    text(
      #""u": { "diffusion": 0.01, "taxis": [{ "toward": "c", "sensitivity": "\#(sensitivity)" }] }, "c": {}"#,
      #""u": "\#(rate)""#, #""u": 0.5, "c": "x""#, points: 32, end: 2)
  }

  /// It was −1.2e-3 and 1.0014, and 1.0023 with `u*(1 - u)`.
  @Test(arguments: schemes) func volumeFillingKeepsItsLimit(scheme: String) throws {
    for sensitivity in ["2*(1 - u)", "2*u*(1 - u)", "2*max(0, 1 - u)"] {
      let course = try course(Self.volumeFilling(sensitivity), scheme)
      // Stages of high order miss the bounds by the error of a step; with large steps 1e-5 is no error in time.
      let bound = scheme == "lie" ? 1e-5 : scheme == "etdrk4" || scheme == "auto" ? 1e-8 : 2e-9
      #expect(course.lowest >= -bound && course.highest <= 1 + bound, "\(sensitivity)")
      // What is cut off is less than that at any point.
      #expect(abs(course.state.integral(0) - 0.5) < bound, "\(sensitivity)")
    }
  }

  /// `u/(1 − u) = e^{200 (x − 1/2)}` is the steady state, which the grid shows as a jump between two points.
  @Test func volumeFillingEndsInItsSteadyState() throws {
    let values = try course(Self.volumeFilling("2*(1 - u)"), "auto", set: ["time.end=10"]).state.values(0)
    #expect(values[..<13].allSatisfy { $0 < 1e-3 } && values[19...].allSatisfy { $0 > 1 - 1e-3 })
  }

  /// A rate that is a number up to the limit only ended the run with exit code 76.
  ///
  /// The right mass, to a hundredth, is that of upwind fluxes on 256 points with Euler's method.
  @Test(arguments: schemes) func aRateThatNeedsTheLimitIsDefined(scheme: String) throws {
    let course = try course(Self.volumeFilling("2*(1 - u)", rate: "0.1*(1 - u)^0.5"), scheme)
    #expect(course.highest <= 1 + Self.tolerance(scheme))
    #expect(abs(course.state.integral(0) / Self.massByUpwindFluxes() - 1) < 0.01)
  }

  private static func massByUpwindFluxes() -> Double {
    let (points, end, h) = (256, 2.0, 5e-4)
    var u = [Double](repeating: 0.5, count: points)
    for _ in 0..<Int(end / h) {
      var flux = [Double](repeating: 0, count: points + 1)
      for face in 1..<points {
        // The receiving side fills up.
        let carried = 2 * u[face - 1] * max(1 - u[face], 0)
        flux[face] = carried - 0.01 * (u[face] - u[face - 1]) * Double(points)
      }
      for point in 0..<points {
        u[point] += h * (Double(points) * (flux[point] - flux[point + 1]) + 0.1 * max(1 - u[point], 0).squareRoot())
      }
    }
    return u.reduce(0, +) / Double(points)
  }

  /// Stages of a fixed step go beyond the limit by more than rounding: exit code 76 at t = 0.
  @Test(arguments: ["lie", "strang", "strang4", "rebalanced-strang", "etdrk4", "etd2-positive"])
  func fixedStepsReachWhereARateEnds(scheme: String) throws {
    let text = Self.text(
      #""u": { "diffusion": 0.01 }"#, #""u": "u*sqrt(1 - u)""#, #""u": "where((x - 0.5)^2 < 0.04, 1, 0)""#, points: 64,
      end: 2)
    let course = try course(text, scheme, set: ["time.step=0.01"])
    #expect(course.lowest >= -1e-12 && course.highest <= 1 + 1e-4)
    #expect(abs(course.state.integral(0) / 0.82149 - 1) < 2e-3)
  }

  // MARK: Relatives

  /// Limited fluxes leave a pulse that the points resolve not quite smooth: it was −7e-7.
  @Test(arguments: schemes) func aPulseThatIsCarriedLeavesNothingBelowZero(scheme: String) throws {
    let text = Self.text(
      #""u": { "diffusion": 1e-3, "taxis": [{ "toward": "c", "sensitivity": "1" }] }, "c": {}"#, #""u": "0""#,
      #""u": "exp(-((x - 0.3)/0.05)^2)", "c": "x""#, points: 128, end: 0.1)
    #expect(try course(text, scheme).lowest >= -1e-9)
  }

  /// A step that is made in the run: `c` is made where a smooth field passes a value steeply.
  @Test(arguments: ["auto", "strang4", "etdrk4"]) func aSteepRateLeavesNothingBelowZero(scheme: String) throws {
    let text = Self.text(
      #""c": { "diffusion": 1 }, "T": { "diffusion": 1e-3 }"#,
      #""T": "5*T*(1 - T)", "c": "5*(1 + tanh(1000*(T - 0.5))) - c""#, #""T": "exp(-(x/2)^2)", "c": 0"#, points: 64,
      end: 0.5, size: 10)
    #expect(try course(text, scheme).lowest >= -1e-12)
  }

  /// Fronts of two points are left as they are.
  @Test(arguments: ["auto", "strang", "strang4", "rebalanced-strang", "etdrk4"])
  func frontsThatAreResolvedAreLeftAlone(scheme: String) throws {
    let text = Self.text(
      #""u": { "diffusion": 4e-3 }"#, #""u": "10*u*(1 - u)""#, #""u": "exp(-(x/0.1)^2)""#, points: 50, end: 2)
    let course = try course(text, scheme)
    #expect(course.sharpFields.isEmpty)
    // By differences of second order on 1600 points.
    #expect(abs(course.state.integral(0) - 0.84538) < 5e-4)
  }

  /// A transform that is asked for is taken.
  @Test func aTransformThatIsAskedForStays() throws {
    let course = try course(Self.bistable, "strang", set: ["numerics.propagator=fourier"])
    #expect(course.lowest < -1e-3 && course.sharpFields.isEmpty)
  }

  // MARK: Limits

  /// What `plan` says.
  @Test(arguments: [
    ("2*(1 - u)", "0", "0.5", ", nor exceed 1.0"), ("r*u*(1 - u/K)^2", "-u", "0.5", ", nor exceed 2.0"),
    ("max(0, K - u)/(1 + c)", "u*(1 - u)", "1.5", ", nor exceed 2.0"),
    // Beyond it at the start; made beyond it; no limit of its own.
    ("2*(1 - u)", "0", "1.5", ""), ("2*(1 - u)", "0.1", "0.5", ""), ("2*(1 - u - c)", "0", "0.5", ""),
    ("2", "0", "0.5", ""),
  ]) func plansNameTheLimit(sensitivity: String, rate: String, initial: String, limit: String) throws {
    let text = """
      { "model": { "name": "filling", "parameters": { "r": { "value": 3 }, "K": { "value": 2 } },
          "fields": { "u": { "diffusion": 0.01, "taxis": [{ "toward": "c", "sensitivity": "\(sensitivity)" }] }, "c": {} },
          "reactions": { "u": "\(rate)" } },
        "domain": { "size": [1], "points": [32] }, "initial": { "u": \(initial), "c": "x" }, "time": { "end": 1 } }
      """
    let plan = try RunPlan(RunAssembly(configuration(text), threads: 1)).text
    #expect(plan.contains("u: cannot become negative\(limit)\n"), "\(plan)")
  }
}
