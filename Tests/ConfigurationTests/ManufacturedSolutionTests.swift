import Configuration
import Expressions
import Fields
import Foundation
import Testing

/// A problem with a solution that is prescribed: what is missing in the equation is added as a source, by symbolic
/// differentiation.
private struct Problem: Sendable, CustomTestStringConvertible {
  let name: String
  var geometry = "cartesian"
  /// Lower and upper position of each axis.
  var ranges: [(Double, Double)] = [(0, 1)]
  let solution: String
  /// May depend on position, time and `u`.
  var diffusivity = "0.3"
  /// Of the attractant `c`, which stays as it is.
  var sensitivity: String?
  var attractant = "0"
  /// Along the first axis.
  var velocity: String?
  /// By side; the others are closed.
  var sides: [String: String] = [:]

  /// The least order that is asked for: at sides that a flow crosses, values at faces are of first order.
  var order: Double { velocity != nil && !sides.values.contains("periodic") ? 1.65 : 1.8 }

  var testDescription: String { name }

  private var axes: [String] { geometry == "cartesian" ? Array(["x", "y", "z"].prefix(ranges.count)) : ["r"] }

  private func parse(_ text: String) throws -> Expressions.Expression {
    try Expressions.Expression(
      text, in: Scope(fields: ["u", "c"], coordinates: axes, allows: [.fields, .position, .time]))
  }

  /// The run file on so many points along each axis.
  func runFile(points: Int) throws -> String {
    let u = try parse(solution)
    let c = try parse(attractant)
    let d = try parse(diffusivity).substituting([.field("u"): u])
    var source = u.derivative(by: .time)
    var boundary: [String] = []
    for (index, axis) in axes.enumerated() {
      let x = Symbol.coordinate(axis)
      let slope = u.derivative(by: x)
      var flux = Expressions.Expression.constant(0) - d * slope
      if let sensitivity {
        flux = flux + u * (try parse(sensitivity).substituting([.field("u"): u, .field("c"): c])) * c.derivative(by: x)
      }
      if let velocity, index == 0 { flux = flux + u * (try parse(velocity)) }
      source = source + flux.derivative(by: x)
      let weights: [String: Double] = ["cylindrical-radial": 1, "spherical-radial": 2]
      if let weight = weights[geometry] {
        source = source + Expressions.Expression.constant(weight) * flux / Expressions.Expression.symbol(x)
      }
      for side in [axis + "-", axis + "+"] {
        guard let kind = sides[side] else { continue }
        let inward = (side.hasSuffix("-") ? Expressions.Expression.constant(-1) : .constant(1)) * d * slope
        switch kind {
        case "value": boundary.append(#""\#(side)": { "value": "\#(u)" }"#)
        case "flux": boundary.append(#""\#(side)": { "flux": "\#(inward)" }"#)
        case "robin":
          boundary.append(
            #""\#(side)": { "robin": { "coefficient": 0.8, "outside": "\#(u + inward / .constant(0.8))" } }"#)
        default: boundary.append(#""\#(axis)": "\#(kind)""#)
        }
      }
    }
    let lengths = ranges.map { $0.1 - $0.0 }
    let taxis = sensitivity.map { #", "taxis": [ { "toward": "c", "sensitivity": "\#($0)" } ]"# } ?? ""
    let flow = velocity.map { #", "advection": { "\#(axes[0])": "\#($0)" }"# } ?? ""
    return """
      { "model": { "name": "manufactured",
          "fields": { "u": { "diffusion": "\(diffusivity)"\(taxis)\(flow), "boundary": { \(Set(boundary).sorted().joined(separator: ", ")) } }, "c": {} },
          "reactions": { "u": "\(source)" } },
        "domain": { "geometry": "\(geometry)", "size": \(lengths), "origin": \(ranges.map(\.0)), "points": \(ranges.map { _ in points }) },
        "initial": { "u": "\(u.substituting([.time: .constant(0)]))", "c": "\(attractant)" },
        "time": { "end": 0.5, "step": \(0.4 / Double(points)), "reactions": { "tolerance": 1e-9 } },
        "numerics": { "symbol": "second-order" } }
      """
  }

  /// The mean error at the end.
  func error(points: Int) throws -> Double {
    let state = try finalState(try runFile(points: points))
    let u = try parse(solution)
    var sum = 0.0
    for row in 0..<state.grid.rowCount {
      let rest = state.grid.rowCoordinates(row)
      for column in 0..<state.grid.rowLength {
        var values: [Symbol: Double] = [.time: 0.5]
        for (axis, position) in zip(axes, [state.grid.axes[0].coordinate(column)] + rest) {
          values[.coordinate(axis)] = position
        }
        sum += abs(state.pointer(0, row: row)[column] - (u.value(at: values) ?? .nan))
      }
    }
    return sum / Double(state.grid.pointCount)
  }
}

private let wave = "2 + cos(pi*x)*cos(2*t)"
private let problems: [Problem] = [
  Problem(name: "constant D, closed", solution: wave),
  Problem(name: "constant D, values", solution: "1 + x*sin(t) + x^3", sides: ["x-": "value", "x+": "value"]),
  Problem(name: "constant D, flux and value", solution: "2 + sin(x + t)", sides: ["x-": "flux", "x+": "value"]),
  Problem(name: "constant D, robin and flux", solution: "2 + sin(2*x - t)", sides: ["x-": "robin", "x+": "flux"]),
  Problem(
    name: "D(x), values", solution: "2 + sin(x + t)", diffusivity: "0.3*(1 + x^2)",
    sides: ["x-": "value", "x+": "value"]),
  Problem(
    name: "D(x, t), robin and flux", solution: "2 + cos(x - t)", diffusivity: "0.3 + 0.1*sin(x + t)",
    sides: ["x-": "robin", "x+": "flux"]),
  Problem(
    name: "D(u), values", solution: "2 + sin(x + t)", diffusivity: "0.1*u", sides: ["x-": "value", "x+": "value"]),
  Problem(name: "D(u), closed", solution: wave, diffusivity: "0.1*u^2"),
  Problem(
    name: "D(x), periodic", ranges: [(0, 2)], solution: "2 + sin(pi*x - t)", diffusivity: "0.3 + 0.1*cos(pi*x)",
    sides: ["x+": "periodic"]),
  Problem(
    name: "sphere, constant D, value", geometry: "spherical-radial", solution: "2 + cos(r)*cos(t)",
    sides: ["r+": "value"]),
  Problem(
    name: "cylinder, constant D, robin", geometry: "cylindrical-radial", solution: "2 + r^2*sin(t)",
    sides: ["r+": "robin"]),
  Problem(
    name: "hollow sphere, D(r), flux and value", geometry: "spherical-radial", ranges: [(0.5, 1.5)],
    solution: "2 + sin(2*r + t)", diffusivity: "0.2 + 0.1*r", sides: ["r-": "flux", "r+": "value"]),
  Problem(
    name: "cylinder, D(u)", geometry: "cylindrical-radial", solution: "2 + cos(pi*r)*cos(t)", diffusivity: "0.1*u"),
  Problem(
    name: "taxis, closed", solution: wave, sensitivity: "0.4/(1 + c)^2", attractant: "1 + 0.5*cos(pi*x)"),
  Problem(
    name: "taxis with volume filling, D(x)", solution: wave, diffusivity: "0.2 + 0.1*x",
    sensitivity: "0.5*(1 - u/4)", attractant: "cos(pi*x)"),
  Problem(
    name: "taxis in a sphere, value", geometry: "spherical-radial", solution: "2 + cos(r)*cos(t)", sensitivity: "0.4",
    attractant: "cos(pi*r)", sides: ["r+": "value"]),
  Problem(
    name: "flow, periodic", ranges: [(0, 2)], solution: "2 + sin(pi*x - t)", velocity: "0.5 + 0.2*sin(pi*x)",
    sides: ["x+": "periodic"]),
  Problem(
    name: "flow between values", solution: "2 + sin(x + t)", diffusivity: "0.2", velocity: "0.7",
    sides: ["x-": "value", "x+": "value"]),
  Problem(
    name: "plane, constant D, all kinds of sides", ranges: [(0, 1), (0, 1)], solution: "2 + sin(x + t)*cos(y)",
    sides: ["x-": "value", "x+": "flux", "y-": "robin", "y+": "value"]),
  Problem(
    name: "plane, D(x, y), taxis, periodic and closed", ranges: [(0, 2), (0, 1)],
    solution: "2 + sin(pi*x - t)*cos(pi*y)", diffusivity: "0.2 + 0.1*sin(pi*x)*y", sensitivity: "0.3",
    attractant: "cos(pi*x)*cos(pi*y)", sides: ["x+": "periodic"]),
  Problem(
    name: "space, D(x, y, z), values and closed", ranges: [(0, 1), (0, 1), (0, 1)],
    solution: "2 + sin(x + t)*cos(pi*y)*cos(pi*z)", diffusivity: "0.2 + 0.1*x*y*z",
    sides: ["x-": "value", "x+": "value"]),
]

@Suite struct ManufacturedSolutionTests {
  @Test(arguments: problems)
  fileprivate func theDesignOrderIsMet(problem: Problem) throws {
    let resolutions = problem.ranges.count == 3 ? [8, 16] : problem.ranges.count == 2 ? [16, 32] : [24, 48, 96]
    let errors = try resolutions.map { try problem.error(points: $0) }
    let orders = zip(errors, errors.dropFirst()).map { log2($0 / $1) }
    print("manufactured: \(problem.name): errors \(errors), orders \(orders)")
    #expect(orders.last ?? 0 > problem.order)
    #expect(errors.last ?? 1 < 0.01)
  }
}
