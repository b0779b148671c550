import Documents
import Glibc

/// What was measured on one grid with one number of threads.
package struct BenchmarkResult: Sendable {
  package let points: [Int]
  package let fields: Int
  package let threads: Int
  package let secondsPerStep: Double
  package let reactionSeconds: Double
  package let diffusionSeconds: Double
  package let taxisSeconds: Double
  /// One row of observables.
  package let outputSeconds: Double
  /// Of the process so far.
  package let peakMemoryBytes: Int

  /// Nanoseconds per point, field and step.
  package var nanoseconds: Double {
    secondsPerStep * 1e9 / Double(points.reduce(1, *) * fields)
  }

  static func peakMemory() -> Int {
    var usage = rusage()
    getrusage(__rusage_who_t(RUSAGE_SELF.rawValue), &usage)
    return usage.ru_maxrss * 1024
  }

  package static func output(_ results: [BenchmarkResult]) -> JSONText {
    .array(
      results.map { result in
        .object([
          "points": .integers(result.points),
          "fields": .integer(result.fields),
          "threads": .integer(result.threads),
          "seconds_per_step": .number(result.secondsPerStep),
          "ns_per_point_field_step": .number(result.nanoseconds),
          "split": .object([
            "reaction": .number(result.reactionSeconds), "diffusion": .number(result.diffusionSeconds),
            "taxis": .number(result.taxisSeconds), "output": .number(result.outputSeconds),
          ]),
          "peak_memory_bytes": .integer(result.peakMemoryBytes),
        ])
      })
  }

  package static func table(_ results: [BenchmarkResult]) -> String {
    let rows = results.map { result in
      [
        result.points.map(String.init).joined(separator: "×"), "\(result.threads)", digits(result.secondsPerStep * 1e3),
        digits(result.nanoseconds), digits(result.reactionSeconds * 1e3), digits(result.diffusionSeconds * 1e3),
        digits(result.taxisSeconds * 1e3),
        digits(Double(result.points.reduce(1, *)) / result.secondsPerStep / 1e6), "\(result.peakMemoryBytes >> 20)",
      ]
    }
    let head = [
      "points", "threads", "ms/step", "ns/point·field", "reaction ms", "diffusion ms", "taxis ms", "Mpoints/s",
      "peak MiB",
    ]
    let widths = head.indices.map { column in ([head] + rows).map { $0[column].count }.max() ?? 0 }
    return ([head] + rows).map { row in
      zip(row, widths).map { String(repeating: " ", count: $1 - $0.count) + $0 }.joined(separator: "  ") + "\n"
    }.joined()
  }

  /// Three significant digits.
  private static func digits(_ value: Double) -> String {
    guard value > 0, value.isFinite else { return "0" }
    let scale = pow(10, 2 - floor(log10(value)))
    let rounded = (value * scale).rounded() / scale
    return rounded >= 100 ? "\(Int(rounded))" : "\(Float(rounded))"
  }
}
