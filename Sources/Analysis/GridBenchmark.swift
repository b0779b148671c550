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
    var clock = Clock(start: configuration.startTime)
    var samples: [StepTimes] = []
    let deadline = ContinuousClock.now + .seconds(seconds)
    // The first step makes tables and touches memory for the first time; it does not count.
    while samples.count < 4 || ContinuousClock.now < deadline, clock.time < configuration.endTime {
      let step = clock.nextStep(to: configuration.endTime, askedStep: configuration.steps.first)
      samples.append(try StepTimes(assembly, step))
      clock.complete(step)
    }
    if samples.count > 1 { samples.removeFirst() }
    let observation = ContinuousClock().measure {
      _ = assembly.observables.values(of: assembly.state, time: clock.time)
    }
    return BenchmarkResult(
      points: configuration.grid.axes.map(\.points), fields: configuration.model.fields.count, threads: threads,
      secondsPerStep: median(samples.map(\.whole)), reactionSeconds: median(samples.map(\.reaction)),
      diffusionSeconds: median(samples.map(\.diffusion)),
      taxisSeconds: median(samples.map(\.taxis)), outputSeconds: inSeconds(observation),
      peakMemoryBytes: BenchmarkResult.peakMemory())
  }

  private func median(_ values: [Double]) -> Double { values.sorted()[values.count / 2] }
}

/// How long one step took, in seconds: the whole, and its flows with what belongs to them.
private struct StepTimes {
  private(set) var whole = 0.0
  private(set) var reaction = 0.0
  private(set) var diffusion = 0.0
  private(set) var taxis = 0.0

  init(_ assembly: RunAssembly, _ step: Clock.Step) throws {
    let clock = ContinuousClock()
    let start = clock.now
    var last = start
    try assembly.stepper.advance(assembly.state, from: step.start, by: step.size) { part in
      let now = clock.now
      switch part {
      case .reaction: reaction += inSeconds(now - last)
      case .diffusion: diffusion += inSeconds(now - last)
      case .taxis: taxis += inSeconds(now - last)
      }
      last = now
    }
    whole = inSeconds(clock.now - start)
  }
}

private func inSeconds(_ duration: Duration) -> Double {
  Double(duration.components.seconds) + Double(duration.components.attoseconds) * 1e-18
}
