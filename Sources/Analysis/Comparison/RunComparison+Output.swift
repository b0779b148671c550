import Documents
import Foundation

extension RunComparison {
  package var output: JSONText {
    .object([
      "equal": .boolean(isEqual),
      "fields": .object(
        differences.map {
          .init(
            $0.name,
            .object([
              "first_time": .number($0.firstTime), "max_abs": .number($0.largest.difference),
              "time": .number($0.largest.time), "place": .numbers($0.largest.place),
              "relative_l2": .number($0.relativeL2),
            ]))
        }),
      "points": fields.isEmpty ? .null : .integers(grid.points),
      "times": RunComparison.output(times),
      "observables": .object(
        columns.map {
          .init(
            $0.name,
            .object([
              "first_time": .number($0.firstTime), "max_abs": .number($0.largest.difference),
              "time": .number($0.largest.time), "last": .numbers([$0.last.first, $0.last.second]),
            ]))
        }),
      "observable_times": rowTimes.map(RunComparison.output),
      "run_files": .array(
        runFile.map {
          .object(["key": .string($0.key), "first": $0.first ?? .null, "second": $0.second ?? .null])
        }),
      "mismatches": .strings(mismatches),
    ])
  }

  private static func output(_ times: TimePairs) -> JSONText {
    .object([
      "compared": .integer(times.pairs.count), "only_first": .numbers(times.onlyFirst),
      "only_second": .numbers(times.onlySecond),
    ])
  }

  package var text: String {
    var lines = isEqual ? ["equal, bit for bit"] : mismatches.map { "different: \($0)" } + fieldLines + columnLines
    if !runFile.isEmpty { lines += ["The run files differ in"] + runFile.map(RunComparison.line) }
    return lines.joined(separator: "\n") + "\n"
  }

  private var fieldLines: [String] {
    if fields.isEmpty { return [] }
    var lines = [
      "Fields at \(times.pairs.count) common times, on \(grid.points.map(String.init).joined(separator: " × ")) points"
    ]
    if first.axes.map(\.positions) != second.axes.map(\.positions) {
      lines[0] += " (the finer grid averaged over control volumes)"
    }
    for name in fields {
      guard let difference = differences.first(where: { $0.name == name }) else {
        lines.append("  \(name): equal, bit for bit")
        continue
      }
      let (largest, time, place) = difference.largest
      lines.append(
        "  \(name): largest difference \(quantity(largest, first.unit(ofField: name))) at \(moment(time)), "
          + zip(axisNames, place).map { "\($0) = \(quantity($1, first.lengthUnit))" }.joined(separator: ", ")
          + "; relative L2 norm \(number(difference.relativeL2)); different from \(moment(difference.firstTime)) on")
    }
    return lines
  }

  private var columnLines: [String] {
    guard let rowTimes, !rowTimes.pairs.isEmpty else { return [] }
    let header = "Observables at \(rowTimes.pairs.count) common times"
    if columns.isEmpty { return [header + ": equal, bit for bit"] }
    return [header]
      + columns.map {
        "  \($0.name): largest difference \(number($0.largest.difference)) at \(moment($0.largest.time)); "
          + "at the last common time \(number($0.last.first)) and \(number($0.last.second))"
      }
  }

  private static func line(_ difference: RunFileDifference) -> String {
    func text(_ value: JSONText?) -> String {
      let text = value?.compact ?? "nothing"
      return text.count > 60 ? text.prefix(60) + "…" : text
    }
    return "  \(difference.key): \(text(difference.first)) and \(text(difference.second))"
  }

  private var axisNames: [String] {
    first.axes.count == 1 && (first.axes[0].geometry ?? .cartesian) != .cartesian ? ["r"] : ["x", "y", "z"]
  }

  private func moment(_ time: Double) -> String { "t = \(quantity(time, first.timeUnit))" }

  private func quantity(_ value: Double, _ unit: String) -> String {
    unit.isEmpty || unit == "1" ? number(value) : "\(number(value)) \(unit)"
  }

  /// With six digits.
  private func number(_ value: Double) -> String { String(format: "%.6g", value) }
}
