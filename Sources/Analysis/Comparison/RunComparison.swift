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
    runFile = RunFileDifference.all(first, second)
    try RunComparison.checkUnits(first, second)
    let names = [first, second].map { $0.file?.fields ?? [] }
    fields = names[0].filter(names[1].contains)
    guard !fields.isEmpty || first.file == nil || second.file == nil else {
      throw Refusal(
        reason: "no field is common: \(listed(names[0], "and")) in \(one), \(listed(names[1], "and")) in \(other)",
        remedy: "compare runs of the same model")
    }
    let axes = fields.isEmpty ? ([], []) : (first.axes, second.axes)
    do throws(CommonGrid.Mismatch) { grid = try CommonGrid(axes.0, axes.1) } catch {
      throw Refusal(reason: error.reason, remedy: "compare runs in the same domain")
    }
    let isOnOneGrid = axes.0.map(\.positions) == axes.1.map(\.positions)
    if !isOnOneGrid, [first, second].contains(where: { $0.file?.isCheckpoint == true }) {
      throw Refusal(
        reason: "a checkpoint does not tell which points of another grid belong to the tissue",
        remedy: "compare the directories of the runs")
    }
    let (firstTimes, secondTimes) = (try first.times(), try second.times())
    times = fields.isEmpty ? TimePairs([], []) : TimePairs(firstTimes, secondTimes)
    rowTimes = first.table.flatMap { one in second.table.map { TimePairs(one.times, $0.times) } }
    guard !times.pairs.isEmpty || fields.isEmpty && rowTimes?.pairs.isEmpty == false else {
      throw Refusal(
        reason:
          "no time is stored in both: \(RunComparison.range(firstTimes)) in \(one), \(RunComparison.range(secondTimes)) in \(other)",
        remedy: "choose intervals of output with common multiples")
    }
    columns =
      if let one = first.table, let other = second.table, let rowTimes {
        RunComparison.columns(one, other, rowTimes)
      } else { [] }
    var mismatches =
      RunComparison.mismatches(first, second, times, isOnOneGrid: isOnOneGrid)
      + RunComparison.mismatches(ofTables: first, second, rowTimes)
      + [RunComparison.mismatch(ofLengths: first, second, times)].compactMap(\.self)
    var differences: [FieldDifference] = []
    if let one = try first.file?.withAllRehearsed(), let other = try second.file?.withAllRehearsed() {
      for name in fields {
        let (difference, missing) = try RunComparison.difference(
          name, (one, other), of: first, second, times, grid)
        if let difference { differences.append(difference) }
        if missing > 0 { mismatches.append("field \(name) has a value in only one of them at \(missing) points") }
      }
    }
    (self.differences, self.mismatches) = (differences, mismatches)
  }

  /// Nothing is converted: units of length, time and fields that are written in both run files must be the same.
  private static func checkUnits(_ first: ComparedRun, _ second: ComparedRun) throws(Refusal) {
    let common = (first.file?.fields ?? []).filter { second.file?.fields.contains($0) == true }
    let units =
      [("length", first.lengthUnit, second.lengthUnit), ("time", first.timeUnit, second.timeUnit)]
      + common.map { ("field \($0)", first.unit(ofField: $0), second.unit(ofField: $0)) }
    for (quantity, one, other) in units where !one.isEmpty && !other.isEmpty {
      guard UnitOfMeasure(one).equals(UnitOfMeasure(other)) else {
        throw Refusal(
          reason: "the unit of \(quantity) is \(quoted(one)) in one and \(quoted(other)) in the other",
          remedy: "compare runs in the same units")
      }
    }
  }

  private static func mismatches(_ first: ComparedRun, _ second: ComparedRun, _ times: TimePairs, isOnOneGrid: Bool)
    -> [String]
  {
    var mismatches: [String] = []
    for (name, own, others) in [("first", first, second), ("second", second, first)] {
      let alone = (own.file?.fields ?? []).filter { others.file?.fields.contains($0) != true }
      if !alone.isEmpty { mismatches.append("only the \(name) stores \(listed(alone, "and"))") }
    }
    if !isOnOneGrid {
      let points = [first, second].map { $0.axes.map { "\($0.positions.count)" }.joined(separator: " × ") }
      mismatches.append("grids of \(points[0]) and \(points[1]) points")
    }
    for (name, alone) in [("first", times.onlyFirst), ("second", times.onlySecond)] where !alone.isEmpty {
      mismatches.append("only the \(name) has fields at \(RunComparison.enumeration(alone))")
    }
    return mismatches
  }

  /// Rows and columns that only one of two tables has; nothing of a file of fields or a checkpoint, which have no table.
  private static func mismatches(ofTables first: ComparedRun, _ second: ComparedRun, _ times: TimePairs?) -> [String] {
    guard let one = first.table, let other = second.table, let times else { return [] }
    let fields = (first.file?.fields ?? []) + (second.file?.fields ?? [])
    var mismatches: [String] = []
    for (name, own, others) in [("first", one, other), ("second", other, one)] {
      // The masses and ranges of a field that only one stores are no news.
      let known = fields.flatMap { field in ["mass", "min", "max"].map { "\($0)(\(field))" } }
      let alone = own.columns.filter { column in
        !others.columns.contains(column) && !known.contains(column)
      }
      if !alone.isEmpty { mismatches.append("only the \(name) observes \(listed(alone, "and"))") }
    }
    for (name, alone) in [("first", times.onlyFirst), ("second", times.onlySecond)] where !alone.isEmpty {
      mismatches.append("only the \(name) has observables at \(RunComparison.enumeration(alone))")
    }
    return mismatches
  }

  /// Where a boundary is free, points are compared that have the same share of the length of their domain.
  private static func mismatch(ofLengths first: ComparedRun, _ second: ComparedRun, _ times: TimePairs) -> String? {
    guard first.hasFreeBoundary || second.hasFreeBoundary else { return nil }
    let different = times.pairs.filter { first.length(ofFrame: $0.first) != second.length(ofFrame: $0.second) }
    func lengths(_ pair: (first: Int, second: Int)) -> (Double, Double) {
      (first.length(ofFrame: pair.first) ?? .nan, second.length(ofFrame: pair.second) ?? .nan)
    }
    func difference(_ pair: (first: Int, second: Int)) -> Double {
      let (one, other) = lengths(pair)
      return abs(one - other)
    }
    guard let start = different.first, let most = different.max(by: { difference($0) < difference($1) }),
      let startTime = try? first.file?.time(start.first), let time = try? first.file?.time(most.first)
    else { return nil }
    let (one, other) = lengths(most)
    return "lengths of the domains from t = \(Float(startTime)) on, most at t = \(Float(time)): \(Float(one)) and "
      + "\(Float(other)); points of equal shares of the length are compared"
  }

  private static func range(_ times: [Double]) -> String {
    times.count == 1 ? "t = \(times[0])" : "\(times.count) times from \(times.first ?? 0) to \(times.last ?? 0)"
  }

  private static func enumeration(_ times: [Double]) -> String {
    "t = " + times.prefix(5).map { "\(Float($0))" }.joined(separator: ", ")
      + (times.count > 5 ? ", … (\(times.count) times, the last \(Float(times[times.count - 1])))" : "")
  }

  // MARK: Values

  /// - Returns: the difference, nil if there is none, and at how many points only one has a value at some time.
  private static func difference(
    _ name: String, _ files: (FieldFile, FieldFile), of first: ComparedRun, _ second: ComparedRun, _ times: TimePairs,
    _ grid: CommonGrid
  ) throws(StorageError) -> (FieldDifference?, missing: Int) {
    let weights = grid.weights
    // A checkpoint has 0 outside the tissue, where a series has no value.
    let isEitherKind = first.isCheckpoint != second.isCheckpoint
    var firstTime: Double?
    var largest = (difference: 0.0, time: 0.0, index: 0, frame: 0)
    var (relative, missing) = (0.0, Set<Int>())
    for pair in times.pairs {
      let time = try files.0.time(pair.first)
      let a = grid.average(try files.0.values(name, frame: pair.first), of: first.axes)
      let b = grid.average(try files.1.values(name, frame: pair.second), of: second.axes)
      var sums = (difference: 0.0, a: 0.0, b: 0.0)
      for point in a.indices {
        let (one, other) = (a[point], b[point])
        guard one.isNaN == other.isNaN else {
          if !isEitherKind || (one.isNaN ? other : one) != 0 { missing.insert(point) }
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
          largest = (difference, time, point, pair.first)
        }
        sums.difference += weight * difference * difference
      }
      if sums.difference > 0 { relative = max(relative, (sums.difference / max(sums.a, sums.b)).squareRoot()) }
    }
    guard let firstTime else { return (nil, missing.count) }
    var place = grid.position(largest.index)
    place[0] *= first.stretch(ofFrame: largest.frame)
    return (
      FieldDifference(
        name: name, firstTime: firstTime, largest: (largest.difference, largest.time, place), relativeL2: relative),
      missing.count
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
