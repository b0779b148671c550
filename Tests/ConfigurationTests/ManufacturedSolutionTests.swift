import Configuration
import Expressions
import Fields
import Foundation
import Testing

/// A problem with a solution that is prescribed: what is missing in the equation is added as a source, by symbolic
/// differentiation.
private struct Problem: Sendable, CustomTestStringConvertible {
  var name: String
  var geometry = "cartesian"
  /// Lower and upper position of each axis.
  var ranges: [(Double, Double)] = [(0, 1)]
  let solution: String
  /// May depend on position, time and `u`.
  var diffusivity = "0.3"
  /// Of the attractant `c`.
  var sensitivity: String?
  /// May depend on time.
  var attractant = "0"
  /// Coefficient of the cross-diffusion along `∇c`.
  var crossDiffusion: Double?
  /// No flux of the solution crosses its edge.
  var mask: String?
  /// Along the first axis.
  var velocity: String?
  /// By side; the others are closed.
  var sides: [String: String] = [:]
  /// Coefficient of robin sides; may depend on position, time, `u` and `c`.
  var exchange = "0.8"
  /// Whether the edge of the mask cuts volumes in two, which have to be inside or outside.
  var hasStairs = false

  /// The least order that is asked for: at sides that a flow crosses, values at faces are of first order,
  /// and edges that are stairs.
  var order: Double { hasStairs ? 0.8 : velocity != nil && !sides.values.contains("periodic") ? 1.65 : 1.8 }

  var testDescription: String { name }

  /// How well stairs fit a round edge varies from grid to grid, so that only several doublings show the order.
  var resolutions: [Int] {
    if hasStairs { return [16, 128] }
    return switch ranges.count {
    case 1: [24, 48, 96]
    case 2: [32, 64]
    default: [12, 24]
    }
  }

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
      if let crossDiffusion { flux = flux - .constant(crossDiffusion) * c.derivative(by: x) }
      if let velocity, index == 0 { flux = flux + u * (try parse(velocity)) }
      source = source + flux.derivative(by: x)
      let weights: [String: Double] = ["cylindrical-radial": 1, "spherical-radial": 2]
      if let weight = weights[geometry] {
        source = source + Expressions.Expression.constant(weight) * flux / Expressions.Expression.symbol(x)
      }
      for side in [axis + "-", axis + "+"] {
        guard let kind = sides[side] else { continue }
        let inward = (side.hasSuffix("-") ? Expressions.Expression.constant(-1) : .constant(1)) * d * slope
        let h = try parse(exchange).substituting([.field("u"): u, .field("c"): c])
        switch kind {
        case "value": boundary.append(#""\#(side)": { "value": "\#(u)" }"#)
        case "flux": boundary.append(#""\#(side)": { "flux": "\#(inward)" }"#)
        case "robin":
          boundary.append(
            #""\#(side)": { "robin": { "coefficient": "\#(exchange)", "outside": "\#(u + inward / h)" } }"#)
        default: boundary.append(#""\#(axis)": "\#(kind)""#)
        }
      }
    }
    let lengths = ranges.map { $0.1 - $0.0 }
    let taxis = sensitivity.map { #", "taxis": [ { "toward": "c", "sensitivity": "\#($0)" } ]"# } ?? ""
    let cross = crossDiffusion.map { #", "cross_diffusion": { "c": \#($0) }"# } ?? ""
    let tissue = mask.map { #", "mask": "\#($0)""# } ?? ""
    let flow = velocity.map { #", "advection": { "\#(axes[0])": "\#($0)" }"# } ?? ""
    return """
      { "model": { "name": "manufactured",
          "fields": { "u": { "diffusion": "\(diffusivity)"\(taxis)\(cross)\(flow), "boundary": { \(Set(boundary).sorted().joined(separator: ", ")) } }, "c": {} },
          "reactions": { "u": "\(source)", "c": "\(c.derivative(by: .time))" } },
        "domain": { "geometry": "\(geometry)", "size": \(lengths), "origin": \(ranges.map(\.0)), "points": \(ranges.map { _ in points })\(tissue) },
        "initial": { "u": "\(u.substituting([.time: .constant(0)]))", "c": "\(c.substituting([.time: .constant(0)]))" },
        "time": { "end": 0.5, "step": \(0.4 / Double(points)), "reactions": { "tolerance": 1e-9 } },
        "numerics": { "symbol": "second-order" } }
      """
  }

  /// The mean error at the end.
  func error(points: Int) throws -> Double {
    let state = try finalState(try runFile(points: points))
    let u = try parse(solution)
    let tissue = try parse(mask ?? "1")
    var (sum, count) = (0.0, 0)
    for row in 0..<state.grid.rowCount {
      let rest = state.grid.rowCoordinates(row)
      for column in 0..<state.grid.rowLength {
        var values: [Symbol: Double] = [.time: 0.5]
        for (axis, position) in zip(axes, [state.grid.axes[0].coordinate(column)] + rest) {
          values[.coordinate(axis)] = position
        }
        guard tissue.value(at: values) != 0 else { continue }
        count += 1
        sum += abs(state.pointer(0, row: row)[column] - (u.value(at: values) ?? .nan))
      }
    }
    return sum / Double(count)
  }
}

private let wave = "2 + cos(pi*x)*cos(2*t)"
/// No flux of it crosses the edge of the disk of radius 0.4.
private let disk = "2 + cos(t)*(((x - 0.5)^2 + (y - 0.5)^2)^2/0.0256 - 2*((x - 0.5)^2 + (y - 0.5)^2)/0.16)"
private let inDisk = "(x - 0.5)^2 + (y - 0.5)^2 < 0.16"
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
  Problem(
    name: "space, taxis toward what changes, closed", ranges: [(0, 1), (0, 1), (0, 1)],
    solution: "2 + cos(pi*x)*cos(pi*y)*cos(pi*z)*cos(t)", diffusivity: "0.2", sensitivity: "0.3*(1 - u/5)",
    attractant: "cos(pi*x)*cos(pi*y)*cos(pi*z)*(1 + t)"),
  Problem(
    name: "robin of time, D(x)", solution: "2 + sin(2*x - t)", diffusivity: "0.3 + 0.1*x",
    sides: ["x-": "robin", "x+": "robin"], exchange: "0.8 + 0.5*sin(5*t)"),
  Problem(
    name: "robin of the field itself and of another, sphere", geometry: "spherical-radial",
    solution: "2 + cos(r)*sin(t)",
    attractant: "2 + cos(pi*r)*cos(t)", sides: ["r+": "robin"], exchange: "0.5*u + 0.2*c^2"),
  Problem(
    name: "plane, robin of position, time and fields", ranges: [(0, 1), (0, 1)], solution: "2 + sin(x + t)*cos(y)",
    attractant: "2 + cos(pi*x)*cos(pi*y)*cos(t)",
    sides: ["x-": "value", "x+": "robin", "y-": "robin", "y+": "value"],
    exchange: "(1 + 0.5*x*y)*(0.4 + 0.2*u*c)*exp(-t)"),
  Problem(
    name: "cross-diffusion, closed", solution: wave, attractant: "2 + cos(2*pi*x)*cos(t)", crossDiffusion: 0.2),
  Problem(
    name: "cross-diffusion in the plane, D(u), periodic and closed", ranges: [(0, 2), (0, 1)],
    solution: "2 + sin(pi*x - t)*cos(pi*y)", diffusivity: "0.1*u",
    attractant: "2 + cos(pi*x)*cos(pi*y)*sin(t)", crossDiffusion: -0.1, sides: ["x+": "periodic"]),
  Problem(
    name: "cross-diffusion in a sphere", geometry: "spherical-radial", solution: "2 + cos(pi*r)*cos(t)",
    attractant: "r^2*(3 - 2*r)*(1 + t)", crossDiffusion: 0.2),
  Problem(
    name: "cylinder, taxis, D(u), robin", geometry: "cylindrical-radial", solution: "2 + cos(pi*r)*cos(t)",
    diffusivity: "0.1*u", sensitivity: "0.3*(1 - u/5)", attractant: "cos(pi*r)*(1 + t)", sides: ["r+": "robin"]),
  Problem(
    name: "plane, taxis, robin of time and a value", ranges: [(0, 1), (0, 1)],
    solution: "2 + sin(x + t)*cos(pi*y)", sensitivity: "0.4", attractant: "cos(pi*x)*cos(pi*y)*cos(t)",
    sides: ["x-": "robin", "x+": "value"], exchange: "1 + 0.5*sin(4*t + y)"),
  Problem(
    name: "space, cross-diffusion, D(u), robin and periodic", ranges: [(0, 2), (0, 1), (0, 1)],
    solution: "2 + sin(pi*x - t)*cos(y)*cos(pi*z)", diffusivity: "0.1*u",
    attractant: "2 + cos(pi*x)*cos(pi*y)*cos(pi*z)*sin(t)", crossDiffusion: 0.1,
    sides: ["x+": "periodic", "y+": "robin"]),
  Problem(
    name: "tissue with a corner, D(u), cross-diffusion, robin", ranges: [(0, 1), (0, 1)],
    solution: "2 + cos(2*pi*x)*cos(2*pi*y)*cos(t)", diffusivity: "0.1*u", attractant: "2 + cos(2*pi*x)*cos(2*pi*y)",
    crossDiffusion: 0.1, mask: "!(x > 0.5 && y > 0.5)", sides: ["x-": "robin", "y-": "robin"]),
  Problem(
    name: "tissue with a corner", ranges: [(0, 1), (0, 1)], solution: "2 + cos(2*pi*x)*cos(2*pi*y)*cos(2*t)",
    mask: "!(x > 0.5 && y > 0.5)"),
  Problem(
    name: "tissue with a corner, D(x, y), taxis, a value", ranges: [(0, 1), (0, 1)],
    solution: "2 + cos(2*pi*x)*cos(2*pi*y)*cos(2*t)", diffusivity: "0.2 + 0.1*x*y", sensitivity: "0.3",
    attractant: "cos(2*pi*x)*cos(2*pi*y)", mask: "!(x > 0.5 && y > 0.5)", sides: ["x-": "value"]),
  Problem(
    name: "tissue with a corner in space", ranges: [(0, 1), (0, 1), (0, 1)],
    solution: "2 + cos(2*pi*x)*cos(2*pi*y)*cos(pi*z)*cos(t)", mask: "!(x > 0.5 && y > 0.5)"),
  Problem(
    name: "round tissue", ranges: [(0, 1), (0, 1)], solution: disk, attractant: disk, mask: inDisk, hasStairs: true),
  Problem(
    name: "round tissue, taxis", ranges: [(0, 1), (0, 1)], solution: disk, diffusivity: "0.2", sensitivity: "0.3",
    attractant: disk, mask: inDisk, hasStairs: true),
]

/// Every operator with every condition at the sides in every geometry.
private let combinations: [Problem] = {
  let geometries: [(name: String, geometry: String, axes: [String], mask: String?)] = [
    ("line", "cartesian", ["x"], nil), ("plane", "cartesian", ["x", "y"], nil),
    ("space", "cartesian", ["x", "y", "z"], nil), ("cylinder", "cylindrical-radial", ["r"], nil),
    ("sphere", "spherical-radial", ["r"], nil), ("tissue", "cartesian", ["x", "y"], "!(x > 0.5 && y > 0.5)"),
  ]
  var problems: [Problem] = []
  for (place, geometry, axes, mask) in geometries {
    for kind in ["closed", "periodic", "value", "flux", "robin"] {
      let isTissue = mask != nil
      // With the sides of the tissue at 0.5 closed, and those of the domain where nothing is given.
      let wave = isTissue ? "2*pi" : "pi"
      let rest = axes.dropFirst().map { "*cos(\(wave)*\($0))" }.joined()
      let first = axes[0]
      let isOpen = ["value", "flux", "robin"].contains(kind)
      // An even function of a radius; where the tissue ends at 0.5, its slope is 0 there and not at 1.
      let profile = isTissue ? "(\(first) - 0.5)^2" : geometry == "cartesian" ? "sin(\(first) + t)" : "cos(\(first))"
      let solution = isOpen ? "2 + \(profile)\(rest)*cos(t)" : "2 + cos(\(wave)*\(first))\(rest)*cos(t)"
      let attractant = "cos(\(wave)*\(first))\(rest)*(1 + t)"
      if kind == "periodic" && (geometry != "cartesian" || isTissue) { continue }
      let upper = isOpen || kind == "periodic" ? [first + "+": kind] : [:]
      let base = Problem(
        name: "\(place), \(kind)", geometry: geometry,
        ranges: axes.indices.map { $0 == 0 && kind == "periodic" ? (0, 2) : (0, 1) }, solution: solution,
        attractant: attractant, mask: mask,
        sides: isOpen && geometry == "cartesian"
          ? upper.merging([first + "-": "value"]) { one, _ in one } : upper)
      for operation in ["D", "D(x, t)", "D(u)", "taxis", "volume filling", "cross-diffusion", "flow"] {
        var problem = base
        problem.name += ", " + operation
        switch operation {
        case "D(x, t)": problem.diffusivity = "0.2 + 0.05*cos(\(wave)*\(first))*cos(t)"
        case "D(u)": problem.diffusivity = "0.1*u"
        case "taxis": problem.sensitivity = "0.2"
        case "volume filling": problem.sensitivity = "0.3*(1 - u/5)"
        case "cross-diffusion": problem.crossDiffusion = 0.1
        // It crosses no side.
        case "flow": problem.velocity = "0.3*\(first)*sin(\(wave)*\(first))"
        default: break
        }
        problems.append(problem)
      }
    }
  }
  return problems
}()

@Suite struct ManufacturedSolutionTests {
  @Test(arguments: combinations)
  fileprivate func theDesignOrderIsMetByEveryCombination(problem: Problem) throws {
    let (coarse, fine) = (problem.resolutions.suffix(2).first ?? 0, problem.resolutions.last ?? 0)
    let errors = (try problem.error(points: coarse), try problem.error(points: fine))
    let order = log2(errors.0 / errors.1)
    print("combination: \(problem.name): errors \(errors), order \(order)")
    #expect(order > problem.order)
    #expect(errors.1 < 0.02)
  }

  @Test(arguments: problems)
  fileprivate func theDesignOrderIsMet(problem: Problem) throws {
    let resolutions = problem.resolutions
    let errors = try resolutions.map { try problem.error(points: $0) }
    let orders = zip(zip(errors, errors.dropFirst()), zip(resolutions, resolutions.dropFirst()))
      .map { log($0.0 / $0.1) / log(Double($1.1) / Double($1.0)) }
    print("manufactured: \(problem.name): errors \(errors), orders \(orders)")
    #expect(orders.last ?? 0 > problem.order)
    #expect(errors.last ?? 1 < 0.015)
  }
}
