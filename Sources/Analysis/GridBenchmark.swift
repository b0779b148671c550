import Configuration
import Documents
import Fields
import Operators
import Simulations
import Storage
import TimeStepping

/// Times steps of one run file on grids of several sizes.
package struct GridBenchmark {
  private let configuration: RunConfiguration
  private let points: [Int]
  private let threads: [Int]
  private let seconds: Double

  /// - Parameters:
  ///   - points: numbers of points along every axis.
  ///   - seconds: to be spent on each measurement, at the least for three steps.
  package init(_ configuration: RunConfiguration, points: [Int], threads: [Int], seconds: Double) {
    self.configuration = configuration
    self.points = points
    self.threads = threads
    self.seconds = seconds
  }

  /// - Parameter progress: told about each measurement.
  package func run(progress: (String) -> Void) throws -> [BenchmarkResult] {
    var results: [BenchmarkResult] = []
    for points in points {
      for threads in threads {
        progress("\(points) points along each axis, \(threads) thread\(threads == 1 ? "" : "s") …")
        results.append(try measure(configuration.with(points: points), threads: threads))
      }
    }
    return results
  }

  private func measure(_ configuration: RunConfiguration, threads: Int) throws -> BenchmarkResult {
    let assembly = try RunAssembly(configuration, threads: threads)
    let stepper = assembly.stepper
    var clock = Clock(start: configuration.startTime)
    let step = clock.nextStep(to: configuration.endTime, askedStep: configuration.step).size
    let start = try FieldSet(grid: configuration.grid, count: assembly.state.count)
    start.copy(from: assembly.state)
    try stepper.advance(assembly.state, from: configuration.startTime, by: step)
    let whole = try median { try stepper.advance(assembly.state, from: configuration.startTime, by: step) }
    assembly.state.copy(from: start)
    let reaction = try median {
      for flow in configuration.scheme.flows where flow.part == .reaction {
        try stepper.reactions?.advance(assembly.state, from: configuration.startTime, by: flow.fraction * step)
      }
    }
    let output = try median { _ = assembly.observables.values(of: assembly.state, time: 0) }
    return BenchmarkResult(
      points: configuration.grid.axes.map(\.points), fields: configuration.model.fields.count, threads: threads,
      secondsPerStep: whole, reactionSeconds: reaction, diffusionSeconds: max(0, whole - reaction),
      outputSeconds: output, peakMemoryBytes: BenchmarkResult.peakMemory())
  }

  /// The median time of a piece of work, repeated for the time that is to be spent.
  private func median(_ work: () throws -> Void) throws -> Double {
    var times: [Double] = []
    let clock = ContinuousClock()
    let deadline = clock.now + .seconds(seconds / 3)
    repeat {
      let duration = try clock.measure(work)
      times.append(Double(duration.components.seconds) + Double(duration.components.attoseconds) * 1e-18)
    } while (clock.now < deadline || times.count < 3) && times.count < 10_000
    return times.sorted()[times.count / 2]
  }
}
