import Configuration
import Documents
import Storage

/// What was measured now against a report of an earlier day, as `oncofield bench --json` has written it.
package struct BenchmarkComparison {
  private let machineDiffers: String?
  private let rows: [Row]

  private struct Row {
    let points: String
    let threads: Int
    let before, now: (seconds: Double, fastest: Double, slowest: Double)

    var ratio: Double { now.seconds / before.seconds }
    /// Only what lies outside of the noise of both counts: what the repeats span, and 2 % to either side, because a few
    /// repeats one after the other are often alike.
    var verdict: String {
      if now.slowest * Row.allowance < before.fastest / Row.allowance { return "faster" }
      if now.fastest / Row.allowance > before.slowest * Row.allowance { return "slower" }
      return "within the noise"
    }

    private static let allowance = 1.02
  }

  /// - Throws: `Diagnostics` if the file is no such report.
  package init(_ report: BenchmarkReport, with path: String, bytes: [UInt8]) throws {
    let root = try JSONNode.parse(SourceText(name: path, bytes: bytes))
    guard let entries = root["results"]?.array else {
      var found = Diagnostics()
      found.error(
        "this is no report of oncofield bench", at: root.place,
        remedy: "write one with: oncofield bench … --json > \(path)")
      throw found
    }
    let earlier = root["processor"]?.string
    machineDiffers = earlier.flatMap { $0 == Provenance.processor ? nil : $0 }
    rows = report.results.compactMap { result in
      let entry = entries.first {
        $0["points"]?.array?.compactMap(\.integer) == result.points && $0["threads"]?.integer == result.threads
      }
      guard let entry, let seconds = entry["seconds_per_step"]?.number else { return nil }
      return Row(
        points: result.points.map(String.init).joined(separator: "×"), threads: result.threads,
        before: (seconds, entry["fastest"]?.number ?? seconds, entry["slowest"]?.number ?? seconds),
        now: (result.secondsPerStep, result.fastest, result.slowest))
    }
  }

  package var text: String {
    guard !rows.isEmpty else { return "nothing in common with the earlier report\n" }
    let head = ["points", "threads", "ms/step before", "now", "ratio", ""]
    let table = aligned(
      [head]
        + rows.map {
          [
            $0.points, "\($0.threads)", digits($0.before.seconds * 1e3), digits($0.now.seconds * 1e3), digits($0.ratio),
            $0.verdict,
          ]
        })
    return (machineDiffers.map { "The earlier report is of another processor, \($0).\n" } ?? "") + table
  }
}
