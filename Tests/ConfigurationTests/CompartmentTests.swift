import Configuration
import Documents
import Fields
import Foundation
import Simulations
import Testing

/// A drug in plasma that exchanges with tissue, and a signal that all cells make together.
private let text = """
  { "model": { "name": "m", "parameters": { "P": 0.8, "k": 0.3, "alpha": 0.5, "mu": 0.7 },
      "fields": { "c": { "diffusion": 1 }, "T": {} },
      "compartments": { "A": { "title": "drug in plasma", "unit": "mg/l" }, "F": {} },
      "processes": [
        { "name": "exchange", "rate": "P*(A - c)", "change": { "c": 1 } },
        { "name": "loss to tissue", "rate": "P*mean(A - c)", "change": { "A": -1 } },
        { "name": "excretion", "rate": "k*A", "change": { "A": -1 } },
        { "name": "signal", "rate": "alpha*integral(T) - mu*F", "change": { "F": 1 } } ] },
    "domain": { "size": [4, 4], "points": [40, 30] },
    "initial": { "c": 0, "T": "exp(-x - y)", "A": 2, "F": 0 },
    "time": { "end": 3, "step": 0.05, "reactions": { "tolerance": 1e-10 } } }
  """

/// `A' = −(P + k) A + P c`, `c' = P (A − c)` from (2, 0).
private func exact(_ time: Double, _ dose: Double = 2) -> (A: Double, c: Double) {
  let (p, k) = (0.8, 0.3)
  let root = (k * k / 4 + p * p).squareRoot()
  let (fast, slow) = (-(p + k / 2) - root, -(p + k / 2) + root)
  let (e1, e2) = (exp(slow * time), exp(fast * time))
  let c = dose * p * (e1 - e2) / (slow - fast)
  let slope = dose * p * (slow * e1 - fast * e2) / (slow - fast)
  return (slope / p + c, c)
}

@Suite struct CompartmentTests {
  /// They need neither fields nor a domain.
  @Test func aModelOfCompartmentsAloneIsASystemOfOrdinaryEquations() throws {
    let text = """
      { "model": { "name": "two", "compartments": { "P": {}, "Q": {} }, "reactions": { "P": "-0.5*P + 0.2*Q", "Q": "0.5*P - 0.2*Q" } },
        "initial": { "P": 1, "Q": 0 }, "time": { "end": 3 } }
      """
    for scheme in ["auto", "strang", "etdrk4"] {
      let state = try finalState(text, set: ["time.scheme=\(scheme)"])
      #expect(abs(state.values(0)[0] - (0.2 + 0.5 * exp(-0.7 * 3)) / 0.7) < 1e-4)
      #expect(abs(state.values(0)[0] + state.values(1)[0] - 1) < 1e-5)
    }
    let found = #"error: the key "domain" is missing"#
    let field = text.replacingOccurrences(of: #""compartments""#, with: #""fields""#)
    #expect(throws: (any Error).self) { try configuration(field) }
    do { _ = try configuration(field) } catch { #expect("\(error)".contains(found)) }
  }

  @Test(arguments: ["strang", "strang4", "rebalanced-strang", "lie"])
  func drugInPlasmaAndTissueHasItsExactCourse(scheme: String) throws {
    let state = try finalState(text, set: ["time.scheme=\(scheme)"])
    let known = exact(3)
    // Functionals are taken as linear within a step: second order.
    #expect(abs(state.values(2)[7] - known.A) < 1e-4)
    #expect(abs(state.values(0)[7] - known.c) < 1e-4)
    #expect(abs(state.values(0)[7] / known.c - 1) < 1e-3)
  }

  @Test(arguments: [
    #"{ "end": 3, "tolerance": 1e-6, "scheme": "strang4" }"#, #"{ "end": 3, "tolerance": 1e-6, "scheme": "etdrk4" }"#,
    #"{ "end": 3, "tolerance": 1e-6, "scheme": "auto" }"#,
  ])
  func stepsChosenByTheirErrorAreAccurateForCompartments(time: String) throws {
    let state = try finalState(text, set: ["time=\(time)"])
    #expect(abs(state.values(2)[0] / exact(3).A - 1) < 1e-4)
  }

  @Test func theCourseIsOfSecondOrderInTheStep() throws {
    let errors = try [0.2, 0.1, 0.05].map { step in
      abs(try finalState(text, set: ["time.step=\(step)"]).values(2)[0] - exact(3).A)
    }
    print("compartment: errors \(errors)")
    for (coarse, fine) in zip(errors, errors.dropFirst()) { #expect(log2(coarse / fine) > 1.8) }
  }

  @Test func aSignalOfAllCellsFollowsTheirIntegral() throws {
    let assembly = try RunAssembly(configuration(text), threads: 1)
    let cells = assembly.state.integral(1)
    try advance(assembly) { _, _ in }
    let known = 0.5 * cells / 0.7 * (1 - exp(-0.7 * 3))
    #expect(abs(assembly.state.values(3)[5] / known - 1) < 1e-9)
  }

  /// Cells that react faster here than there make tiles take different substeps.
  @Test func aCompartmentStaysOneNumberWhateverTheTissue() throws {
    let stiff = ["model.fields.T.diffusion=0.1", "domain.mask=(x - 2)^2 + (y - 2)^2 < 3", "domain.points=[600, 8]"]
    let busy = #"model.processes.3={ "name": "g", "rate": "40*T*sin(40*t*T)*F + F", "change": { "T": 1 } }"#
    let signal = #"model.processes.1={ "name": "s", "rate": "mean(T) - F^2", "change": { "F": 1 } }"#
    var states: [FieldSet] = []
    for threads in [1, 2] {
      let state = try finalState(text, set: stiff + [busy, signal, "time.end=0.5"], threads: threads)
      for compartment in [2, 3] {
        let values = Set(state.values(compartment).filter { $0 != 0 })
        #expect(values.count == 1)
      }
      states.append(state)
    }
    #expect(states[0].values(3) == states[1].values(3))
    #expect(states[0].values(1) == states[1].values(1))
  }

  @Test func dosesAndInfusionsIntoPlasma() throws {
    let doses =
      #"treatment=[ { "name": "bolus", "at": 0, "add": { "A": "1 + 0*A" } }, { "name": "drip", "at": 1, "for": 1, "infuse": { "A": "F*0 + 0.5" } } ]"#
    let state = try finalState(text, set: [doses, "parameters.P=0", "parameters.k=0"])
    #expect(abs(state.values(2)[0] - 3.5) < 1e-9)
  }

  @Test func conditionsAndObservablesReadACompartmentByItsName() throws {
    let stop = #"stop=[ { "when": "A < 1", "because": "cleared" } ]"#
    let observed = try configuration(text, set: [stop, #"observables={ "both": "A + mean(c)" }"#, "time.step=0.01"])
    let assembly = try RunAssembly(observed, threads: 1)
    #expect(assembly.observables.columns.suffix(2) == ["A", "F"])
    #expect(!assembly.observables.columns.contains("mass(A)"))
    #expect(assembly.observables.values(of: assembly.state, time: 0)[0] == 2)
    let simulation = try simulation(of: assembly)
    #expect(try simulation.run() == .stopped("cleared"))
    #expect(abs(exact(simulation.clock.time).A - 1) < 1e-5)
  }

  @Test(arguments: [
    (#"model.processes.2.rate=k*c"#, "the rate of the compartment A varies from point to point"),
    (#"model.processes.2.rate=k*x"#, "the rate of the compartment A varies from point to point"),
    (#"model.compartments.T={}"#, "the name \"T\" is taken by a field"),
    (#"model.fields.c.taxis=[{ "toward": "A", "sensitivity": 1 }]"#, "there is no field \"A\""),
    (#"initial.A=x"#, "the domain has no coordinate \"x\" in the initial value of compartment A"),
    (#"observables={ "A": "mean(c)" }"#, "the compartment A is written in any case"),
    (#"treatment=[{ "name": "d", "at": 1, "add": { "A": "c" } }]"#, "the new value of A varies from point to point"),
    (
      #"treatment=[{ "name": "d", "at": 1, "for": 1, "infuse": { "A": "x" } }]"#,
      "the infusion into A varies from point to point"
    ),
    (
      #"treatment=[{ "name": "d", "at": 1, "region": "x < 1", "add": { "A": 1 } }]"#,
      "a region goes with a change of fields"
    ),
  ])
  func mistakesAreRefused(override: String, sentence: String) {
    let found = #expect(throws: Diagnostics.self) { try configuration(text, set: [override]) }
    #expect(found?.items.contains { $0.message.contains(sentence) } ?? false, "\(found?.description ?? "")")
  }
}
