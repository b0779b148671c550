import Configuration
import Expressions
import Fields
import Foundation
import Testing

/// A prescribed solution in a domain that grows and shrinks as `R(t)`, with tissue that moves with
/// `v = x R′/R + x (R² − x²)/5`.
private struct MovingProblem: Sendable, CustomTestStringConvertible {
  let name: String
  var geometry = "cartesian"
  /// Of position, time and `R`.
  let solution: String
  /// Of position, time and `u`.
  var diffusivity = "0.3"
  var isCarried = true
  /// What is given at the free boundary: value, flux, robin, or nothing.
  var side: String?
  /// Up the gradient of `c = 2 + cos(πx/R)`.
  var sensitivity: String?

  /// Coefficient of robin exchange; may depend on time, `u` and `c`.
  var exchange = "0.8"

  var testDescription: String { name }

  private var axis: String { geometry == "cartesian" ? "x" : "r" }
  private var dimension: Double { ["cylindrical-radial": 2, "spherical-radial": 3][geometry] ?? 1 }
  private typealias E = Expressions.Expression

  private func parse(_ text: String) throws -> E {
    let radius = "(1 + 0.3*sin(4*t))"
    return try E(
      text.replacing("R", with: radius).replacing("x", with: axis),
      in: Scope(fields: ["u", "c"], coordinates: [axis], allows: [.fields, .position, .time]))
  }

  /// `∂f/∂x + (d − 1) f/x`.
  private func divergence(_ flux: E) -> E {
    let x = Symbol.coordinate(axis)
    return flux.derivative(by: x) + (dimension == 1 ? .constant(0) : .constant(dimension - 1) * flux / .symbol(x))
  }

  private func runFile(points: Int) throws -> String {
    let x = Symbol.coordinate(axis)
    let (u, radius, c) = (try parse(solution), try parse("R"), try parse("2 + cos(pi*x/R)"))
    let d = try parse(diffusivity).substituting([.field("u"): u])
    let velocity = E.symbol(x) * radius.derivative(by: .time) / radius + (try parse("0.2*x*(R^2 - x^2)"))
    let slope = u.derivative(by: x)
    var flux = E.constant(0) - d * slope
    if isCarried { flux = flux + velocity * u }
    if let sensitivity { flux = flux + u * (try parse(sensitivity)) * c.derivative(by: x) }
    let source = u.derivative(by: .time) + divergence(flux)
    let attractantSource = c.derivative(by: .time) - .constant(0.2) * divergence(c.derivative(by: x))
    let inward = d * slope
    let h = try parse(exchange).substituting([.field("u"): u, .field("c"): c])
    func atEdge(_ expression: E) -> E { expression.substituting([x: radius]) }
    let boundary: [String: String] = [
      "value": #"{ "value": "\#(atEdge(u))" }"#, "flux": #"{ "flux": "\#(atEdge(inward))" }"#,
      "robin": #"{ "robin": { "coefficient": "\#(exchange)", "outside": "\#(atEdge(u + inward / h))" } }"#,
    ]
    let sides = side.map { #", "boundary": { "\#(axis)+": \#(boundary[$0]!) }"# } ?? ""
    let taxis = sensitivity.map { #", "taxis": [ { "toward": "c", "sensitivity": "\#($0)" } ]"# } ?? ""
    func start(_ expression: E) -> E { expression.substituting([.time: .constant(0)]) }
    return """
      { "model": { "name": "manufactured",
          "fields": { "u": { "diffusion": "\(diffusivity.replacing("x", with: axis))"\(taxis)\(sides) }, "c": { "diffusion": 0.2 } },
          "reactions": { "u": "\(source)", "c": "\(attractantSource)" },
          "free_boundary": { "growth": { "rate": "\(divergence(velocity))", "carries": [\(isCarried ? "\"u\"" : "")] } } },
        "domain": { "geometry": "\(geometry)", "size": [1], "points": [\(points)] },
        "initial": { "u": "\(start(u))", "c": "\(start(c))" },
        "time": { "end": 0.7, "step": \(0.4 / Double(points)), "reactions": { "tolerance": 1e-9 } } }
      """
  }

  /// The mean error of the field at the end, and that of the boundary.
  func errors(points: Int) throws -> (field: Double, edge: Double) {
    let state = try finalState(try runFile(points: points))
    let u = try parse(solution)
    let axis = state.gridInSpace.axes[0]
    let errors = state.values(0).enumerated().map { index, value in
      abs(value - (u.value(at: [.time: 0.7, .coordinate(axis.name): axis.coordinate(index)]) ?? .nan))
    }
    return (errors.reduce(0, +) / Double(errors.count), abs(state.edge - (1 + 0.3 * sin(2.8))))
  }
}

private let closed = "2 + cos(pi*x/R)*cos(2*t)"
private let open = "2 + sin(x + t)"
private let even = "2 + cos(x)*cos(t)"
private let problems: [MovingProblem] = [
  MovingProblem(name: "line, carried, closed", solution: closed),
  MovingProblem(name: "line, carried, not diffusing", solution: open, diffusivity: "0"),
  // What the domain takes in is as it is next to the boundary: that is exact where the field is the same everywhere there.
  MovingProblem(
    name: "line, staying, not diffusing", solution: "2 + exp(-20*x^2)*cos(2*t)", diffusivity: "0", isCarried: false),
  MovingProblem(name: "line, staying, closed", solution: closed, isCarried: false),
  MovingProblem(name: "line, staying, value", solution: even, isCarried: false, side: "value"),
  MovingProblem(name: "line, staying, flux", solution: even, isCarried: false, side: "flux"),
  MovingProblem(name: "line, staying, robin", solution: even, isCarried: false, side: "robin"),
  MovingProblem(name: "line, carried, D(u), taxis", solution: closed, diffusivity: "0.1*u", sensitivity: "0.3"),
  MovingProblem(
    name: "cylinder, carried, value", geometry: "cylindrical-radial", solution: even, side: "value"),
  MovingProblem(
    name: "cylinder, staying, D(x, t), robin", geometry: "cylindrical-radial", solution: even,
    diffusivity: "0.2 + 0.1*x*sin(t)", isCarried: false, side: "robin"),
  MovingProblem(
    name: "sphere, carried, not diffusing", geometry: "spherical-radial", solution: even, diffusivity: "0"),
  MovingProblem(
    name: "sphere, carried, robin of time and fields", geometry: "spherical-radial", solution: even, side: "robin",
    exchange: "0.5 + 0.2*u*c + 0.2*sin(5*t)"),
  MovingProblem(name: "sphere, carried, robin", geometry: "spherical-radial", solution: even, side: "robin"),
  MovingProblem(
    name: "sphere, staying, flux", geometry: "spherical-radial", solution: even, isCarried: false, side: "flux"),
  MovingProblem(
    name: "sphere, carried, taxis, closed", geometry: "spherical-radial", solution: closed, sensitivity: "0.3"),
  MovingProblem(
    name: "sphere, carried, slow diffusion", geometry: "spherical-radial", solution: closed, diffusivity: "1e-3"),
]

@Suite struct MovingDomainTests {
  @Test(arguments: problems)
  fileprivate func theDesignOrderIsMet(problem: MovingProblem) throws {
    let errors = try [24, 48, 96].map { try problem.errors(points: $0) }
    let orders = zip(errors, errors.dropFirst()).map { log2($0.field / $1.field) }
    print("moving: \(problem.name): errors \(errors.map(\.field)), orders \(orders), edge \(errors.map(\.edge))")
    #expect(orders[1] > 1.8)
    #expect(errors[2].field < 0.01)
    #expect(errors[2].edge < 1e-4)
  }
}
