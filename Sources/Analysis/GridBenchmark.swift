import Configuration
import Fields
import Simulations
import TimeStepping

/// Times steps of one run file on grids of several sizes, with several numbers of threads.
///
/// All measurements are done in turn, and then all of them again, so that what else the machine does falls on all alike.
package struct GridBenchmark {
  private let configuration: RunConfiguration
  private let points: [Int]
  private let threads: [Int]
  private let seconds: Double
  private let repeats: Int

  /// - Parameters:
  ///   - points: numbers of points along every axis.
  ///   - seconds: to be spent on each measurement, at the least for three steps.
  package init(_ configuration: RunConfiguration, points: [Int], threads: [Int], seconds: Double, repeats: Int) {
    self.configuration = configuration
    self.points = points
    self.threads = threads
    self.seconds = seconds
    self.repeats = repeats
  }

  /// - Parameter progress: told about each measurement.
  package func run(progress: (String) -> Void) throws -> BenchmarkReport {
    let cases = points.flatMap { points in threads.map { (points: points, threads: $0) } }
    // First, so that what it needs is not missed after minutes of work.
    progress("what the machine can do …")
    let limits = try threads.map { try MachineLimits(threads: $0) }
    var measured = cases.map { _ in [StepMeasurement]() }
    for round in 1...repeats {
      for (index, (points, threads)) in cases.enumerated() {
        progress(
          "\(points) points along each axis, \(threads) thread\(threads == 1 ? "" : "s"), \(round) of \(repeats) …")
        measured[index].append(
          try StepMeasurement(configuration.with(points: points), threads: threads, seconds: seconds))
      }
    }
    return BenchmarkReport(
      title: configuration.title, scheme: configuration.scheme.name,
      limits: limits,
      results: zip(cases, measured).map { BenchmarkResult(threads: $0.threads, $1) })
  }
}
