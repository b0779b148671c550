import Configuration
import Documents
import Fields
import Simulations
import TimeStepping

/// Reads a run file given as text.
func configuration(_ text: String, set overrides: [String] = []) throws -> RunConfiguration {
  try RunConfiguration(SourceText(name: "run.json", text: text), overrides: overrides)
}

/// The state at the end of a run, without files.
func finalState(_ text: String, set overrides: [String] = [], threads: Int = 1) throws -> FieldSet {
  let assembly = try RunAssembly(configuration(text, set: overrides), threads: threads)
  try advance(assembly) { _, _ in }
  return assembly.state
}

/// Carries a run to its end; `look` is called at the start and after each step.
func advance(_ assembly: RunAssembly, look: (Double, FieldSet) -> Void) throws {
  let simulation = try simulation(of: assembly)
  look(simulation.clock.time, assembly.state)
  _ = try simulation.run(didStep: { look($0.clock.time, $0.state) })
}

/// The run of an assembly without files and without a look at its health.
func simulation(of assembly: RunAssembly) throws -> Simulation {
  let simulation = try CurrentAssembly(assembly).makeSimulation(ledger: assembly.makeLedger())
  simulation.health = nil
  return simulation
}

/// The largest over fields of the root mean square difference, relative to the largest value of the field.
func relativeError(_ state: FieldSet, _ reference: FieldSet) -> Double {
  (0..<state.count).map { field in
    let (a, b) = (state.values(field), reference.values(field))
    let square = zip(a, b).reduce(0) { $0 + ($1.0 - $1.1) * ($1.0 - $1.1) } / Double(a.count)
    return square.squareRoot() / (b.map(abs).max() ?? 1)
  }.max() ?? 0
}

struct NoTolerance: Error {}

/// By which the first step of a run is measured.
func errorMeasure(of assembly: RunAssembly, from start: FieldSet) throws -> ErrorMeasure {
  guard case .controlled(let control) = assembly.stepPolicy() else { throw NoTolerance() }
  return control.measure(from: start, contractionRates: [Double](repeating: 0, count: start.count))
}

/// What reading a run file finds, as users see it.
func findings(_ text: String, set overrides: [String] = []) -> String {
  do {
    return try configuration(text, set: overrides).warnings.description
  } catch {
    return "\(error)"
  }
}

/// What is wrong and what helps, without the excerpts.
func sentences(_ text: String) -> [String] {
  text.split(separator: "\n").filter { $0.hasPrefix("run.json") }
    .map { String($0.split(separator: ": ", maxSplits: 1)[1]) }
}
