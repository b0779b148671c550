import Documents
import Storage

/// Where and by how much the fields and observables of two runs differ, at the times that both have stored.
package struct RunComparison {
  /// Why two runs cannot be compared at all.
  package struct Refusal: Error {
    package let reason: String
    package let remedy: String
  }

  /// The difference of one field over all common times.
  struct FieldDifference {
    let name: String
    /// The first time at which a value differs in a bit.
    let firstTime: Double
    /// `max |a − b|` over points and times, the time at which it occurs, and its position, x first.
    let largest: (difference: Double, time: Double, place: [Double])
    /// Largest over the times of `‖a − b‖ / max(‖a‖, ‖b‖)`, the norms being `(Σ V u²)^½` over control volumes `V`.
    let relativeL2: Double
  }

  /// The difference of one column of the tables over all common times.
  struct ColumnDifference {
    let name: String
    let firstTime: Double
    let largest: (difference: Double, time: Double)
    /// The values at the last common time.
    let last: (first: Double, second: Double)
  }

  let first: ComparedRun
  let second: ComparedRun
  let fields: [String]
  let times: TimePairs
  let grid: CommonGrid
  let differences: [FieldDifference]
  /// nil if a run has no table.
  let rowTimes: TimePairs?
  let columns: [ColumnDifference]
  let runFile: [RunFileDifference]
  /// What keeps the two from being equal besides values.
  let mismatches: [String]

  package var isEqual: Bool { differences.isEmpty && columns.isEmpty && mismatches.isEmpty }

  /// Reads and compares all that is stored of two runs.
  ///
  /// - Parameters:
  ///   - one: a run directory, a `fields.h5` or a checkpoint.
  ///   - other: likewise.
  /// - Throws: `StorageError` if a file cannot be read, `Refusal` if the domains differ or nothing is common.
  package init(_ one: String, _ other: String) throws {
    let (first, second) = (try ComparedRun(one), try ComparedRun(other))
    (self.first, self.second) = (first, second)
    fields = first.file.fields.filter(second.file.fields.contains)
    guard !fields.isEmpty else {
      throw Refusal(
        reason:
          "no field is common: \(listed(first.file.fields, "and")) in \(one), \(listed(second.file.fields, "and")) in \(other)",
        remedy: "compare runs of the same model")
    }
    do throws(CommonGrid.Mismatch) { grid = try CommonGrid(first.axes, second.axes) } catch {
      throw Refusal(reason: error.reason, remedy: "compare runs in the same domain")
    }
    if first.axes.map(\.positions) != second.axes.map(\.positions), first.file.isCheckpoint || second.file.isCheckpoint
    {
      throw Refusal(
        reason: "a checkpoint does not tell which points of another grid belong to the tissue",
        remedy: "compare the directories of the runs")
    }
    let (firstTimes, secondTimes) = (try first.allTimes(), try second.allTimes())
    times = TimePairs(firstTimes, secondTimes)
    guard !times.pairs.isEmpty else {
      throw Refusal(
        reason:
          "no time is stored in both: \(RunComparison.range(firstTimes)) in \(one), \(RunComparison.range(secondTimes)) in \(other)",
        remedy: "choose intervals of output.fields with common multiples")
    }
    runFile = first.runFile != nil && second.runFile != nil ? RunFileDifference.all(first.runFile, second.runFile) : []
    if let one = first.table, let other = second.table {
      let pairs = TimePairs(one.times, other.times)
      rowTimes = pairs
      columns = RunComparison.columns(one, other, pairs)
    } else {
      (rowTimes, columns) = (nil, [])
    }
    var mismatches = RunComparison.mismatches(first, second, times)
    let files = (try first.file.withAllRehearsed(), try second.file.withAllRehearsed())
    var differences: [FieldDifference] = []
    for name in fields {
      let (difference, missing) = try RunComparison.difference(name, files, (first, second), times, grid)
      if let difference { differences.append(difference) }
      if missing > 0 { mismatches.append("field \(name) has a value in only one of them at \(missing) points") }
    }
    (self.differences, self.mismatches) = (differences, mismatches)
  }

  private static func mismatches(_ first: ComparedRun, _ second: ComparedRun, _ times: TimePairs) -> [String] {
    var mismatches: [String] = []
    for (name, own, others) in [("first", first, second), ("second", second, first)] {
      let alone = own.file.fields.filter { !others.file.fields.contains($0) }
      if !alone.isEmpty { mismatches.append("only the \(name) has \(listed(alone, "and"))") }
    }
    if first.axes.map(\.positions) != second.axes.map(\.positions) {
      let points = [first, second].map { $0.axes.map { "\($0.positions.count)" }.joined(separator: " × ") }
      mismatches.append("grids of \(points[0]) and \(points[1]) points")
    }
    for (name, alone) in [("first", times.onlyFirst), ("second", times.onlySecond)] where !alone.isEmpty {
      mismatches.append("only the \(name) has fields at \(RunComparison.enumeration(alone))")
    }
    return mismatches
  }

  private static func range(_ times: [Double]) -> String {
    times.count == 1 ? "t = \(times[0])" : "\(times.count) times from \(times.first ?? 0) to \(times.last ?? 0)"
  }

  private static func enumeration(_ times: [Double]) -> String {
    "t = " + times.prefix(5).map { "\(Float($0))" }.joined(separator: ", ")
      + (times.count > 5 ? ", … (\(times.count) times, the last \(Float(times[times.count - 1])))" : "")
  }

  // MARK: Values

  /// - Returns: the difference, nil if there is none, and at how many points and times only one has a value.
  private static func difference(
    _ name: String, _ files: (FieldFile, FieldFile), _ runs: (ComparedRun, ComparedRun), _ times: TimePairs,
    _ grid: CommonGrid
  ) throws(StorageError) -> (FieldDifference?, missing: Int) {
    let weights = grid.weights
    var firstTime: Double?
    var largest = (difference: 0.0, time: 0.0, index: 0)
    var (relative, missing) = (0.0, 0)
    for pair in times.pairs {
      let time = try files.0.time(pair.first)
      let a = grid.average(try files.0.values(name, frame: pair.first), of: runs.0.axes)
      let b = grid.average(try files.1.values(name, frame: pair.second), of: runs.1.axes)
      var sums = (difference: 0.0, a: 0.0, b: 0.0)
      for point in a.indices {
        let (one, other) = (a[point], b[point])
        guard one.isNaN == other.isNaN else {
          missing += 1
          continue
        }
        guard !one.isNaN else { continue }
        let weight = weights[point]
        sums.a += weight * one * one
        sums.b += weight * other * other
        if one.bitPattern == other.bitPattern { continue }
        if firstTime == nil { firstTime = time }
        let difference = abs(one - other)
        if difference > largest.difference || largest.index == 0 && largest.difference == 0 {
          largest = (difference, time, point)
        }
        sums.difference += weight * difference * difference
      }
      if sums.difference > 0 { relative = max(relative, (sums.difference / max(sums.a, sums.b)).squareRoot()) }
    }
    guard let firstTime else { return (nil, missing) }
    let place = grid.position(largest.index)
    return (
      FieldDifference(
        name: name, firstTime: firstTime, largest: (largest.difference, largest.time, place), relativeL2: relative),
      missing
    )
  }

  private static func columns(
    _ first: ObservableRows, _ second: ObservableRows, _ times: TimePairs
  ) -> [ColumnDifference] {
    first.columns.enumerated().compactMap { index, name in
      guard let other = second.columns.firstIndex(of: name) else { return nil }
      var firstTime: Double?
      var largest = (difference: 0.0, time: 0.0)
      var last = (first: 0.0, second: 0.0)
      for pair in times.pairs {
        let (a, b) = (first.rows[pair.first][index], second.rows[pair.second][other])
        last = (a, b)
        if a.bitPattern == b.bitPattern || a.isNaN && b.isNaN { continue }
        let time = first.times[pair.first]
        if firstTime == nil { (firstTime, largest.time) = (time, time) }
        if abs(a - b) > largest.difference { largest = (abs(a - b), time) }
      }
      return firstTime.map { ColumnDifference(name: name, firstTime: $0, largest: largest, last: last) }
    }
  }
}
