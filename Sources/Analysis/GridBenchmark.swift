import Configuration
import Fields
import Simulations

/// Times steps of one run file on grids of several sizes, with several numbers of threads.
///
/// All measurements are done in turn, and then all of them again, so that what else the machine does falls on all alike.
/// All of one size take the same steps, as many as the first one found time for: later steps may be dearer than earlier ones.
package struct GridBenchmark {
  private let configuration: RunConfiguration
  private let points: [Int]
  private let threads: [Int]
  private let seconds: Double
  private let repeats: Int

  /// - Parameters:
  ///   - points: numbers of points along every axis.
  ///   - seconds: to be spent on the first measurement of each size, at the least for four steps.
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
    var extents: [Int: StepMeasurement.Extent] = [:]
    for round in 1...repeats {
      for (index, (points, threads)) in cases.enumerated() {
        progress(
          "\(points) points along each axis, \(threads) thread\(threads == 1 ? "" : "s"), \(round) of \(repeats) …")
        let measurement = try StepMeasurement(
          configuration.with(points: points), threads: threads, extent: extents[points] ?? .seconds(seconds))
        measured[index].append(measurement)
        extents[points] = .steps(measurement.steps)
      }
    }
    return BenchmarkReport(
      title: configuration.title, scheme: configuration.scheme.name,
      limits: limits,
      results: zip(cases, measured).map { BenchmarkResult(threads: $0.threads, $1) })
  }
}
