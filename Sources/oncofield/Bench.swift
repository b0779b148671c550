import Analysis
import ArgumentParser
import Configuration
import Documents

struct Bench: ParsableCommand {
  static let configuration = CommandConfiguration(
    abstract: "Measure how fast a run file runs on grids of several sizes and with several numbers of threads.",
    discussion: """
        oncofield bench configs/immunotherapy.json --points 128,256,512 --threads 1,2

      The domain stays as large as it is; every axis gets the number of points. Times are medians over the first
      steps of the run, the very first left out.
      """)

  @OptionGroup var file: RunFileOptions

  @Option(help: "Points along each axis, separated by commas.")
  var points = "128,256,512"

  @Option(help: "Numbers of threads, separated by commas.")
  var threads = "1"

  @Option(help: "Seconds to spend on each measurement.")
  var seconds = 1.0

  @Flag(help: "As JSON on standard output.")
  var json = false

  func run() throws {
    let configuration = try file.read()
    let results = try GridBenchmark(
      configuration, points: try numbers(points, "points"), threads: try numbers(threads, "threads"), seconds: seconds
    ).run { note($0) }
    print(json ? BenchmarkResult.output(results).pretty : BenchmarkResult.table(results), terminator: "")
  }

  private func numbers(_ text: String, _ name: String) throws -> [Int] {
    let numbers = text.split(separator: ",").compactMap { Int($0) }.filter { $0 > 0 && $0 <= 1 << 16 }
    guard !numbers.isEmpty, numbers.count == text.split(separator: ",").count else {
      throw ValidationError("--\(name) takes whole numbers separated by commas, as in 128,256")
    }
    return numbers
  }
}
