import Configuration
import Documents
import Glibc
import Reports

/// All that one call of `oncofield bench` has measured.
package struct BenchmarkReport: Sendable {
  let title: String
  let scheme: String
  let limits: [MachineLimits]
  package let results: [BenchmarkResult]

  private func limits(_ threads: Int) -> MachineLimits? { limits.first { $0.threads == threads } }

  package var output: JSONText {
    .object([
      "title": .string(title),
      "scheme": .string(scheme),
      "program": .string("Oncofield \(Provenance.version)"),
      "commit": .string(Provenance.commit),
      "processor": .string(Provenance.processor),
      "machine": .array(
        limits.map {
          .object([
            "threads": .integer($0.threads), "bytes_per_second": .number($0.bytesPerSecond),
            "operations_per_second": .number($0.operationsPerSecond),
          ])
        }),
      "results": .array(results.map { $0.output(limits($0.threads)) }),
      "growth": .array(
        growth.map {
          .object([
            "threads": .integer($0.threads), "time_exponent": .number($0.time),
            "memory_exponent": $0.memory.map { .number($0) },
          ])
        }),
    ])
  }

  /// For people.
  package var text: String {
    let machine = limits.map {
      "\($0.threads) thread\($0.threads == 1 ? "" : "s"): \(digits($0.bytesPerSecond / 1e9)) GB/s of memory, "
        + "\(digits($0.operationsPerSecond / 1e9)) Gflop/s\n"
    }
    let growth = growth.map {
      "\($0.threads) thread\($0.threads == 1 ? "" : "s"): time grows as points^\(digits($0.time))"
        + ($0.memory.map { ", memory as points^\(digits($0))" } ?? "") + "\n"
    }
    return table + "\n" + machine.joined() + growth.joined()
  }

  private var table: String {
    let head = [
      "points", "threads", "ms/step", "noise %", "ns/point·field", "reaction ms", "diffusion ms", "taxis ms",
      "other ms",
      "output ms", "Mpoints/s", "memory %", "flops %", "MiB", "× fields",
    ]
    let rows = results.map { result in
      let shares = result.shares(of: limits(result.threads))
      return [result.points.map(String.init).joined(separator: "×"), "\(result.threads)"]
        + [
          result.secondsPerStep * 1e3, 50 * (result.slowest - result.fastest) / result.secondsPerStep,
          result.nanoseconds, result.reactionSeconds * 1e3, result.diffusionSeconds * 1e3, result.taxisSeconds * 1e3,
          result.otherSeconds * 1e3, result.outputSeconds * 1e3,
          Double(result.pointCount) / result.secondsPerStep / 1e6, 100 * shares.bandwidth, 100 * shares.arithmetic,
          Double(result.memoryBytes) / 1_048_576, result.memoryRatio,
        ].map(digits)
    }
    return aligned([head] + rows)
  }

  /// Exponents with which time and memory grow with the number of points, by least squares in logarithms.
  ///
  /// That of memory is nil where it is so little that it is mostly not the fields.
  package var growth: [(threads: Int, time: Double, memory: Double?)] {
    limits.map(\.threads).compactMap { threads in
      let own = results.filter { $0.threads == threads }
      guard Set(own.map(\.pointCount)).count > 1 else { return nil }
      let large = own.filter { $0.memoryBytes > 1 << 22 }
      let memory = exponent(large.map { (Double($0.pointCount), Double($0.memoryBytes)) })
      return (
        threads, exponent(own.map { (Double($0.pointCount), $0.secondsPerStep) }), memory.isFinite ? memory : nil
      )
    }
  }

  /// Time per point, field and step over the number of points, for each number of threads.
  package var figure: LineFigure {
    LineFigure(
      title: "\(title), \(scheme): time of a step",
      x: .init("points", scale: .logarithmic),
      y: .init("time per point, field and step", unit: "ns", scale: .logarithmic),
      series: limits.map(\.threads).map { threads in
        let own = results.filter { $0.threads == threads }
        return .init(
          name: "\(threads) thread\(threads == 1 ? "" : "s")", x: own.map { Double($0.pointCount) },
          y: own.map(\.nanoseconds))
      })
  }
}

/// The slope of the line through the logarithms.
func exponent(_ points: [(x: Double, y: Double)]) -> Double {
  let logs = points.filter { $0.x > 0 && $0.y > 0 }.map { (log($0.x), log($0.y)) }
  let count = Double(logs.count)
  let (x, y) = logs.reduce((0, 0)) { ($0.0 + $1.0 / count, $0.1 + $1.1 / count) }
  let (above, below) = logs.reduce((0, 0)) {
    ($0.0 + ($1.0 - x) * ($1.1 - y), $0.1 + ($1.0 - x) * ($1.0 - x))
  }
  return below > 0 ? above / below : .nan
}

/// Columns one under the other, to the right.
func aligned(_ rows: [[String]]) -> String {
  let widths = rows[0].indices.map { column in rows.map { $0[column].count }.max() ?? 0 }
  return rows.map { row in
    zip(row, widths).map { String(repeating: " ", count: $1 - $0.count) + $0 }.joined(separator: "  ") + "\n"
  }.joined()
}

/// Three significant digits.
func digits(_ value: Double) -> String {
  guard value.isFinite, value != 0 else { return value.isFinite ? "0" : "–" }
  let scale = pow(10, 2 - floor(log10(abs(value))))
  let rounded = (value * scale).rounded() / scale
  return abs(rounded) >= 100 ? "\(Int(rounded))" : "\(Float(rounded))"
}
