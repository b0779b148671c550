// The cost of each operator in space, in nanoseconds per point, field and step, beside diffusion with a constant
// diffusivity in the same program: one thread, operators in turn, medians of all turns.
//
//   swift run -c release operator-cost [points along each axis] [turns]

import Configuration
import Documents
import Fields
import Simulations
import TimeStepping

/// A run file with one operator, and the one that it is compared with.
struct Case {
  let name: String
  let text: String
  let isReference: Bool
  let pointCount: Int

  /// - Parameter strength: `D Δt/Δx²`; the spacing and the step are 1.
  init(
    _ name: String, points: Int, strength: Double, u: String = #""diffusion": "r""#, others: String = "",
    reactions: String = "{}", domain: String = "", initial: String = "", isReference: Bool = false
  ) {
    self.name = name
    self.isReference = isReference
    pointCount = points * points
    text = """
      { "model": { "name": "cost", "parameters": { "r": \(strength), "N": \(points) },
          "fields": { "u": { \(u) }\(others) }, "reactions": \(reactions) },
        "domain": { "size": [\(points), \(points)], "points": [\(points), \(points)]\(domain) },
        "initial": { "u": "1 + 0.5*sin(2*pi*x/N)*cos(4*pi*y/N)"\(initial) },
        "time": { "end": 1e6, "step": 1, "scheme": "strang" } }
      """
  }

  /// A line whose upper side is free; it has one axis, so that it is beside the others by its time per point only.
  init(freeBoundary name: String, _ law: String, points: Int) {
    self.name = name
    isReference = false
    pointCount = points
    text = """
      { "model": { "name": "cost",
          "fields": { "u": { "diffusion": 0.2, "boundary": { "x+": { "value": 0 } } }, "c": {} },
          "free_boundary": { \(law) } },
        "domain": { "size": [\(points)], "points": [\(points)] },
        "initial": { "u": "cos(pi*x/\(2 * points))", "c": 1 },
        "time": { "end": 1e6, "step": 1, "scheme": "strang" } }
      """
  }
}

func cases(points: Int) -> [Case] {
  func at(_ strength: Double) -> [Case] {
    func make(
      _ name: String, u: String = #""diffusion": "r""#, others: String = "", reactions: String = "{}",
      domain: String = "", initial: String = "", isReference: Bool = false
    ) -> Case {
      Case(
        "r = \(strength): \(name)", points: points, strength: strength, u: u, others: others, reactions: reactions,
        domain: domain, initial: initial, isReference: isReference)
    }
    return [
      make("constant diffusivity", isReference: true),
      make("value 0 at all sides", u: #""diffusion": "r", "boundary": { "x": { "value": 0 }, "y": { "value": 0 } }"#),
      make(
        "robin at all sides, steady",
        u:
          #""diffusion": "r", "boundary": { "x": { "robin": { "coefficient": 1, "outside": 1 } }, "y": { "robin": { "coefficient": 1, "outside": 1 } } }"#
      ),
      make("a value that changes", u: #""diffusion": "r", "boundary": { "x-": { "value": "1 + sin(t)" } }"#),
      make("D(x)", u: #""diffusion": "r*where(sin(20*x/N) > 0, 1, 0.1)""#),
      make("constant diffusivity in a disk", domain: #", "mask": "(x - N/2)^2 + (y - N/2)^2 < N^2/5""#),
      make(
        "cross-diffusion", u: #""diffusion": "r", "cross_diffusion": { "c": 0.1 }"#, others: #", "c": {}"#,
        initial: #", "c": 1"#),
      make(
        "robin with a coefficient of time and the field",
        u:
          #""diffusion": "r", "boundary": { "x-": { "robin": { "coefficient": "u*(1 + 0.5*sin(t))", "outside": 1 } } }"#
      ),
      make("D(u)", u: #""diffusion": "r*u/2""#),
    ]
  }
  func more(
    _ name: String, u: String, others: String = "", reactions: String = "{}", initial: String = ""
  ) -> Case {
    Case(name, points: points, strength: 0.2, u: u, others: others, reactions: reactions, initial: initial)
  }
  let field = #", "c": {}"#
  let bump = #", "c": "1 + 0.5*cos(2*pi*x/N)""#
  return at(0.2) + at(2) + at(20) + [
    more("advection", u: #""advection": { "x": 0.2, "y": 0.1 }"#),
    more(
      "taxis toward an immobile field", u: #""taxis": [ { "toward": "c", "sensitivity": "2/(1 + c)" } ]"#,
      others: field,
      initial: bump),
    more(
      "taxis with volume filling", u: #""taxis": [ { "toward": "c", "sensitivity": "2*(1 - u/3)" } ]"#, others: field,
      initial: bump),
    more(
      "a quasi-steady field", u: #""title": "u""#, others: #", "c": { "diffusion": 10, "quasi_steady": true }"#,
      reactions: #"{ "c": "u - c" }"#),
    more(
      "a quasi-steady field, decay and D vary", u: #""title": "u""#,
      others: #", "c": { "diffusion": "10 + 5*sin(6*x/N)", "quasi_steady": true }"#,
      reactions: #"{ "c": "u - u*c" }"#),
    more("mean along an axis", u: #""title": "u""#, reactions: #"{ "u": "0.1*(mean(u, x) - u)" }"#),
    more("convolution", u: #""title": "u""#, reactions: #"{ "u": "0.01*(convolve(exp(-x^2 - y^2), u) - u)" }"#),
    Case(
      freeBoundary: "free boundary, Stefan", #""stefan": { "field": "u", "coefficient": 0.5 }"#, points: points),
    Case(
      freeBoundary: "free boundary, growth, u is carried", #""growth": { "rate": "1e-4*u", "carries": ["u"] }"#,
      points: points),
    more("the same reaction, local", u: #""title": "u""#, reactions: #"{ "u": "0.1*(1 - u)" }"#),
  ]
}

func median(_ values: [Double]) -> Double { values.sorted()[values.count / 2] }

let points = CommandLine.arguments.dropFirst().first.flatMap { Int($0) } ?? 512
let turns = CommandLine.arguments.dropFirst(2).first.flatMap { Int($0) } ?? 5

let all = cases(points: points)
var times = [[Double]](repeating: [], count: all.count)
for turn in 0..<turns {
  for (index, item) in all.enumerated() {
    let assembly = try RunAssembly(
      RunConfiguration(SourceText(name: item.name, text: item.text)), threads: 1)
    var memory = StepperMemory()
    func advance(from time: Double) throws {
      memory = try assembly.stepper.step(assembly.state, from: time, by: 1, memory: memory, goesOn: true).memory
    }
    try advance(from: 0)
    let clock = ContinuousClock()
    for step in 1...3 {
      let time = try clock.measure { try advance(from: Double(step)) }
      let seconds = Double(time.components.seconds) + Double(time.components.attoseconds) * 1e-18
      times[index].append(seconds * 1e9 / Double(item.pointCount))
    }
    if turn == 0 && index == 0 { print("\(points) × \(points) points, one thread, \(turns) turns of 3 steps") }
  }
}
var reference = 1.0
for (item, samples) in zip(all, times) {
  let time = median(samples)
  if item.isReference { reference = time }
  let ratio = item.name.hasPrefix("r = ") ? ", \((time / reference * 10).rounded() / 10) × constant" : ""
  print("\(item.name): \((time * 10).rounded() / 10) ns per point and step\(ratio)")
}

// What looking at the state after each step adds, fronts in every sixteenth step included.
let looked = try RunAssembly(RunConfiguration(SourceText(name: all[0].name, text: all[0].text)), threads: 1)
let health = HealthCheck(
  of: looked.state, rules: [.init(tolerance: 1e-6, cannotBecomeNegative: true, keepsSign: true)],
  volumes: looked.volumes, pool: looked.pool)
var looks: [Double] = []
for turn in 0..<(8 * turns) {
  let time = try ContinuousClock().measure {
    for step in 1...16 { try health.check(looked.state, step: 16 * turn + step, time: 0, isPromised: false) }
  }
  looks.append(Double(time.components.attoseconds) * 1e-9 / 16 / Double(all[0].pointCount))
}
print("looking at the state: \((median(looks) * 1000).rounded() / 1000) ns per point and step")
