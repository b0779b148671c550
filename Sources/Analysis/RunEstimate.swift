import Configuration
import Documents
import Foundation
import Rates
import Simulations

/// How many steps and seconds a run takes, from its first steps.
///
/// The run is begun in memory: it takes its steps, and reaches the times of its rows, frames and pictures, of which the rows are computed; no file is
/// written. After some time it is left at the end of a step. With the last quarter of its steps, of mean size `h`, `s` seconds each, `n` steps until `t`, the run to `T` has
///
///     n + (T − t)/h steps,  and takes  (time so far) + s (T − t)/h + (outputs left) × (mean time of an output so far).
///
/// A run that ends before is not extrapolated.
package struct RunEstimate {
  /// Where the measured steps have led to, and how many they are.
  package let time: Double
  package let measuredSteps: Int
  /// How the run ended within the time of the measurement; nil if it did not.
  package let ending: Ending?
  /// Of the whole run: steps, and seconds of steps and rows of observables; NaN if not even one step was completed.
  package let steps, seconds: Double
  /// Why there are so many, and what helps, where that is known; one sentence for each cause.
  package let reasonsForSteps: [String]

  package enum Ending: Equatable {
    case reachedEnd
    /// By a condition, for this reason.
    case stopped(String)
    /// By a numerical failure, which the message describes.
    case failed(String)
  }

  /// Grid values of all fields beyond which one step may take longer than somebody waits for a plan.
  package static let mostValues = 1 << 25

  /// The first steps are shorter than others: for as many the run goes on for up to so many times as long.
  private static let (leastSteps, patience) = (8, 4.0)

  /// - Parameters:
  ///   - assembly: of the run; its state is lost.
  ///   - seconds: after how many the run is left.
  package init(measuring assembly: RunAssembly, for seconds: Double) throws {
    let configuration = assembly.configuration
    let rows = configuration.observableInterval
    let intervals = [rows, configuration.fieldInterval, configuration.imageInterval].compactMap(\.self)
    let observers = intervals.enumerated().map { index, interval in
      ScheduledObserver(
        Glance("\(index)", observables: index == 0 && rows != nil ? assembly : nil),
        cadence: Cadence(start: configuration.startTime, interval: interval))
    }
    let current = CurrentAssembly(assembly)
    let simulation = try current.makeSimulation(ledger: assembly.makeLedger(), observers: observers)
    let beginning = ContinuousClock.now
    var course = [StepEnd(time: configuration.startTime, seconds: 0, outputSeconds: 0)]
    func elapsed() -> Double { inSeconds(ContinuousClock.now - beginning) }
    do {
      let outcome = try simulation.run(
        stopRequested: {
          // Outputs inside of the first step can take longer than anybody waits.
          elapsed() >= (course.count > RunEstimate.leastSteps ? 1 : RunEstimate.patience) * seconds
        },
        didStep: {
          course.append(
            StepEnd(time: $0.clock.time, seconds: elapsed(), outputSeconds: $0.seconds.output))
        })
      ending =
        switch outcome {
        case .reachedEnd: .reachedEnd
        case .stopped(let reason): .stopped(reason)
        case .interrupted: nil
        }
    } catch let failure as NumericalFailure {
      ending = .failed(failure.problem)
    } catch let failure as TreatmentFailure {
      ending = .failed(failure.problem)
    }
    time = simulation.clock.time
    measuredSteps = simulation.clock.step
    let whole = elapsed()
    guard ending == nil, let last = course.last else {
      (steps, self.seconds) = (Double(measuredSteps), whole)
      reasonsForSteps = []
      return
    }
    guard course.count > 1 else {
      (steps, self.seconds) = (.nan, .nan)
      reasonsForSteps = []
      return
    }
    let count = max(1, (course.count - 1) / 4)
    let latest = last.since(course[course.count - 1 - count])
    let rest = (configuration.endTime - last.time) / latest.time * Double(count)
    func outputs(until time: Double) -> Double {
      intervals.reduce(0) { $0 + Double(Cadence(start: configuration.startTime, interval: $1).count(upTo: time)) }
    }
    let shown = outputs(until: last.time)
    steps = Double(measuredSteps) + rest
    self.seconds =
      whole + rest / Double(count) * (latest.seconds - latest.outputSeconds)
      + (shown > 0 ? (outputs(until: configuration.endTime) / shown - 1) * last.outputSeconds : 0)
    reasonsForSteps =
      steps < ShortSteps.manySteps
      ? []
      : ShortSteps(
        current.assembly, state: simulation.state, time: last.time, step: latest.time / Double(count)
      ).sentences
  }

  /// The end of a step.
  private struct StepEnd {
    let time: Double
    /// Since the run was begun, and of these for outputs.
    let seconds, outputSeconds: Double

    func since(_ earlier: StepEnd) -> StepEnd {
      StepEnd(
        time: time - earlier.time, seconds: seconds - earlier.seconds,
        outputSeconds: outputSeconds - earlier.outputSeconds)
    }
  }

  /// An output of which nothing is written.
  private final class Glance: Observer {
    let name: String
    private let assembly: RunAssembly?
    let extent = 0
    let unwritten: [UnwrittenOutput] = []

    /// - Parameter assembly: whose observables are evaluated; nil if none are.
    init(_ name: String, observables assembly: RunAssembly?) { (self.name, self.assembly) = (name, assembly) }

    func observe(_ moment: Moment) -> Writing {
      _ = assembly?.observables.values(of: moment.state, time: moment.time)
      return {}
    }
    func settle() {}
    func commit() {}
    func take(_ unwritten: UnwrittenOutput) {}
    func cutBack(to extent: Int) {}
  }
}

extension RunEstimate {
  package var output: JSONText {
    .object([
      "steps": .number(steps.rounded()),
      "seconds": .number(seconds),
      "measured_steps": .integer(measuredSteps),
      "measured_until": .number(time),
      "because": .strings(reasonsForSteps),
      "ended": ending.map { ending in
        switch ending {
        case .reachedEnd: .string(RunSession.reachedEnd)
        case .stopped(let reason): .string(RunSession.stopped + reason)
        case .failed(let problem): .string("failed: \(problem)")
        }
      },
    ])
  }

  /// The estimate in a line.
  package var text: String {
    if steps.isNaN { return "none: the first step with its outputs takes longer" }
    let amounts = "\(RunEstimate.count(steps)) step\(steps == 1 ? "" : "s"), \(RunEstimate.duration(seconds))"
    switch ending {
    case .reachedEnd: return "\(amounts), pictures and files aside"
    case .stopped(let reason): return "\(amounts), pictures and files aside: stopped at t = \(Float(time)): \(reason)"
    case .failed(let problem): return "the run fails after \(amounts), at t = \(Float(time)): \(problem)"
    case nil:
      return "about \(amounts), pictures and files aside, if steps stay as they are at t = \(Float(time))"
        + " (after \(measuredSteps) step\(measuredSteps == 1 ? "" : "s"))"
    }
  }

  /// A number to two digits if it is large.
  private static func count(_ number: Double) -> String {
    guard number >= 1000 else { return "\(Int(number.rounded()))" }
    guard number < 1e6 else { return String(format: "%.1e", number) }
    let unit = pow(10, (log10(number)).rounded(.down) - 1)
    return "\(Int((number / unit).rounded() * unit))"
  }

  private static func duration(_ seconds: Double) -> String {
    switch seconds {
    case ..<0.1: String(format: "%.2f s", seconds)
    case ..<10: String(format: "%.1f s", seconds)
    case ..<100: String(format: "%.0f s", seconds)
    case ..<6000: String(format: "%.0f min", seconds / 60)
    case ..<(100 * 3600): String(format: "%.0f h", seconds / 3600)
    default: String(format: "%.0f days", seconds / 86400)
    }
  }
}
