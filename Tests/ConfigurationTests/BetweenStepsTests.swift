import Configuration
import Fields
import Foundation
import Simulations
import Testing

/// An observer that only remembers.
private protocol RememberingObserver: Observer {}

extension RememberingObserver {
  var unwritten: [UnwrittenOutput] { [] }
  func settle() {}
  func commit() {}
  func take(_ unwritten: UnwrittenOutput) {}
  func cutBack(to extent: Int) {}
}

/// Remembers what it is shown.
private final class Recorder: RememberingObserver {
  struct Row {
    let time: Double
    let mean: Double
    let minimum: Double
    let maximum: Double
    let values: [Double]
  }

  let name: String
  private(set) var rows: [Row] = []

  init(_ name: String = "recorder") { self.name = name }

  func observe(_ moment: Moment) -> Writing {
    let values = moment.state.values(0)
    rows.append(
      Row(
        time: moment.time, mean: values.reduce(0, +) / Double(values.count), minimum: values.min() ?? .nan,
        maximum: values.max() ?? .nan, values: values))
    return {}
  }

  var extent: Int { rows.count }
}

/// A disk of 1 in a square of width 4.
private func run(_ reaction: String, _ time: String, _ rest: String = "", end: Double = 0.5, points: Int = 48) -> String
{
  """
  { "model": { "name": "m", "fields": { "u": { "diffusion": 0.05 } }, "reactions": { "u": "\(reaction)" } },
    "domain": { "size": [4, 4], "points": [\(points), \(points)] },
    "initial": { "u": "where((x - 2)^2 + (y - 2)^2 < 1, 1, 0)" },
    "time": { "end": \(end), \(time) } \(rest) }
  """
}

private func rows(_ text: String, every: Double, beside others: [Double] = []) throws -> (
  rows: [Recorder.Row], simulation: Simulation, state: FieldSet
) {
  let assembly = try RunAssembly(configuration(text), threads: 1)
  let recorder = Recorder()
  let observers = [(recorder, every)] + others.map { (Recorder("every \($0)"), $0) }
  let simulation = try CurrentAssembly(assembly).makeSimulation(
    ledger: assembly.makeLedger(),
    observers: observers.reversed().map { ScheduledObserver($0, cadence: Cadence(start: 0, interval: $1)) })
  _ = try simulation.run()
  return (recorder.rows, simulation, assembly.state)
}

private let schemes = ["strang", "strang4", "rebalanced-strang", "etdrk4", "etd2-positive", "auto"]

@Suite struct BetweenStepsTests {
  /// The mass of pure diffusion stays; its values are those of a run by kernels, whose steps end at each row.
  @Test(arguments: schemes)
  func sharpDataStayNonNegativeBetweenSteps(scheme: String) throws {
    let found = try rows(run("0", #""tolerance": 1e-3, "scheme": "\#(scheme)""#), every: 0.01)
    let exact = try rows(
      run("0", #""step": 0.01, "scheme": "strang""#, #", "numerics": { "propagator": "kernel" }"#), every: 0.01)
    #expect(found.rows.count == 51 && exact.rows.count == 51)
    let ends = found.simulation.health?.lowest[0] ?? .nan
    for (row, other) in zip(found.rows, exact.rows) {
      #expect(row.minimum >= min(ends, 0) - 1.01e-4)
      #expect(abs(row.mean / found.rows[0].mean - 1) < 1e-10)
      let error =
        zip(row.values, other.values).reduce(0) { $0 + ($1.0 - $1.1) * ($1.0 - $1.1) } / Double(row.values.count)
      // The transform of the sharp disk and that of neighboring points differ by the spacing.
      #expect(error.squareRoot() < (row.time < 0.05 ? 0.03 : 0.01), "t = \(row.time)")
    }
    #expect(found.simulation.health?.findings.contains { if case .output = $0.kind { true } else { false } } == false)
  }

  /// Growth after von Bertalanffy: right masses by steps of a hundredth of the distance of the rows, and by another program.
  @Test(arguments: [#""tolerance": 0.01"#, #""tolerance": 1e-3"#])
  func ratesThatAreUndefinedBelowZeroAreNumbersBetweenSteps(time: String) throws {
    let found = try rows(run("0.5*u^(2/3) - 0.5*u", time, end: 2, points: 64), every: 0.1)
    #expect(found.rows.allSatisfy { $0.mean.isFinite && $0.minimum >= -1e-4 })
    for (row, mass) in [(1, 3.1807), (2, 3.1974)] {
      #expect(abs(found.rows[row].mean * 16 / mass - 1) < 4e-3)
    }
    #expect(found.simulation.health?.findings.isEmpty == true)
  }

  @Test(arguments: schemes)
  func lookingBetweenStepsAtSharpDataChangesNoBit(scheme: String) throws {
    let text = run("u*(1 - u)", #""tolerance": 1e-3, "scheme": "\#(scheme)""#)
    let (dense, sparse) = (try rows(text, every: 0.007), try rows(text, every: 0.5))
    #expect(dense.state.values(0) == sparse.state.values(0))
    #expect(dense.rows.count == 73 && sparse.rows.count == 2)
    let ends = dense.simulation.health?.lowest[0] ?? .nan
    #expect(dense.rows.allSatisfy { $0.minimum >= min(ends, 0) - 1.01e-4 })
  }

  /// Neither its time nor its values, bit for bit, also where the solution is reached in another way than by the step.
  @Test(arguments: schemes)
  func whatIsShownDoesNotDependOnWhoElseLooks(scheme: String) throws {
    for reaction in ["u*(1 - u)", "0.5*u^(2/3) - 0.5*u"] {
      for every in [0.1, 1.0 / 30] {
        let text = run(reaction, #""tolerance": 0.01, "scheme": "\#(scheme)""#, end: 1, points: 24)
        let alone = try rows(text, every: every).rows
        let beside = try rows(text, every: every, beside: [0.3, 1.0 / 7, 0.01, 0.1.nextUp, 0.1.nextDown]).rows
        #expect(alone.map(\.time) == beside.map(\.time))
        #expect(alone.map(\.values) == beside.map(\.values))
      }
    }
  }

  /// The ledger of a row that was reached in another way closes.
  @Test func aLedgerClosesInRowsThatAreReachedInAnotherWay() throws {
    let text = run(
      "0.5*u^(2/3) - 0.5*u", #""tolerance": 0.01"#, #", "output": { "ledger": true }"#, points: 64)
    let assembly = try RunAssembly(configuration(text), threads: 1)
    let ledger = assembly.makeLedger()
    final class LedgerRecorder: RememberingObserver {
      let name = "ledger"
      var gaps: [Double] = []
      var first: Double?
      func observe(_ moment: Moment) -> Writing {
        let values = moment.state.values(0)
        let mass = values.reduce(0, +) * 16 / Double(values.count)
        let initial = first ?? mass
        first = initial
        gaps.append(mass - initial - (moment.ledger ?? []).reduce(0) { $0 + $1.amount })
        return {}
      }
      var extent: Int { gaps.count }
    }
    let recorder = LedgerRecorder()
    let simulation = try CurrentAssembly(assembly).makeSimulation(
      ledger: ledger, observers: [ScheduledObserver(recorder, cadence: Cadence(start: 0, interval: 0.01))])
    _ = try simulation.run()
    #expect(recorder.gaps.count == 51 && recorder.gaps.allSatisfy { abs($0) < 1e-12 })
  }

  @Test func theLastStateIsShownOnceWhateverTheInterval() throws {
    let text = run("0", #""step": 0.1"#)
    #expect(try rows(text, every: 0.3).rows.map(\.time) == [0, 0.3, 0.5])
    #expect(try rows(text, every: 0.25).rows.map(\.time) == [0, 0.25, 0.5])
    #expect(try rows(text, every: 7).rows.map(\.time) == [0, 0.5])
  }
}
