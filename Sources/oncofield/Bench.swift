import Analysis
import ArgumentParser
import Configuration
import Documents
import Foundation

struct Bench: ParsableCommand {
  static let configuration = CommandConfiguration(
    abstract: "Measure how fast a run file runs on grids of several sizes and with several numbers of threads.",
    discussion: """
        oncofield bench configs/immunotherapy.json --points 128,256,512 --threads 1,2

      The domain stays as large as it is; every axis gets the number of points. The run takes the steps that it
      would take, without output and checkpoints; times are medians over its first steps, the very first left out,
      and then over the repeats.
      """)

  @OptionGroup var file: RunFileOptions

  @Option(help: "Points along each axis, separated by commas.")
  var points = "128,256,512"

  @Option(help: "Numbers of threads, separated by commas.")
  var threads = "1"

  @Option(help: "Seconds for the first measurement of each size; the others take as many steps.")
  var seconds = 1.0

  @Option(help: "How often all is measured.")
  var repeats = 3

  @Flag(help: "As JSON on standard output.")
  var json = false

  @Option(help: "An earlier report, written with --json: says what has become faster or slower.", completion: .file())
  var compare: String?

  @Option(help: "A PNG file for a plot of the time over the number of points.", completion: .file())
  var plot: String?

  func validate() throws {
    guard repeats >= 1, repeats <= 1000 else { throw ValidationError("--repeats takes a number from 1 to 1000") }
  }

  func run() throws {
    let configuration = try file.read()
    for (path, option) in [(["domain", "points"], "--points"), (["threads"], "--threads")]
    where configuration.setFromOutside(path) != nil {
      throw Failure(
        status: .badConfiguration,
        message: "error: --set \(path.joined(separator: ".")) changes nothing here; use \(option)")
    }
    // What cannot be read should be known before the minutes that the rest takes.
    let earlier = try compare.map { path throws -> [UInt8] in
      guard let bytes = FileManager.default.contents(atPath: path) else {
        throw Failure(status: .missingInput, message: "error: there is no report that can be read at \(path)")
      }
      return [UInt8](bytes)
    }
    let report = try GridBenchmark(
      configuration, points: try numbers(points, "points"), threads: try numbers(threads, "threads"), seconds: seconds,
      repeats: repeats
    ).run { note($0) }
    try writeOutput(json ? report.output.pretty : report.text)
    if let compare, let earlier {
      let text = try BenchmarkComparison(report, with: compare, bytes: earlier).text
      if json { note(text) } else { try writeOutput("\n" + text) }
    }
    if let plot { try Data(report.figure.pngData()).write(to: URL(fileURLWithPath: plot)) }
  }

  private func numbers(_ text: String, _ name: String) throws -> [Int] {
    let numbers = text.split(separator: ",").compactMap { Int($0) }.filter { $0 > 0 && $0 <= 1 << 16 }
    guard !numbers.isEmpty, numbers.count == text.split(separator: ",").count else {
      throw ValidationError("--\(name) takes whole numbers separated by commas, as in 128,256")
    }
    return numbers
  }
}
