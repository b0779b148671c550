import Documents
import Storage

/// Where and by how much the fields of two runs differ.
package struct RunComparison {
  /// The difference of one field over all frames.
  package struct FieldDifference {
    package let name: String
    /// The first time at which a value differs in a bit.
    package let firstTime: Double
    /// Position of the largest difference, x first.
    package let place: [Double]
    package let largestAbsolute: Double
    /// Largest over frames of `‖a − b‖ / ‖a‖`.
    package let relativeL2: Double
  }

  package let differences: [FieldDifference]
  /// What keeps the two from being compared value by value.
  package let mismatches: [String]

  package var isEqual: Bool { differences.isEmpty && mismatches.isEmpty }

  package init(_ one: FieldFile, _ other: FieldFile) throws(StorageError) {
    var mismatches: [String] = []
    if one.fields.sorted() != other.fields.sorted() {
      mismatches.append("fields \(one.fields.joined(separator: ", ")) and \(other.fields.joined(separator: ", "))")
    }
    if one.coordinates != other.coordinates {
      mismatches.append("grids of shape \(one.shape) and \(other.shape), or other positions")
    }
    if one.frameCount != other.frameCount { mismatches.append("\(one.frameCount) and \(other.frameCount) frames") }
    for frame in 0..<min(one.frameCount, other.frameCount) {
      let (a, b) = (try one.time(frame), try other.time(frame))
      if a != b {
        mismatches.append("frame \(frame) at t = \(a) and t = \(b)")
        break
      }
    }
    self.mismatches = mismatches
    var differences: [FieldDifference] = []
    if one.coordinates == other.coordinates {
      let (one, other) = (try one.withAllRehearsed(), try other.withAllRehearsed())
      for name in one.fields where other.fields.contains(name) {
        if let difference = try RunComparison.difference(name, one, other) { differences.append(difference) }
      }
    }
    self.differences = differences
  }

  private static func difference(
    _ name: String, _ one: FieldFile, _ other: FieldFile
  ) throws(StorageError) -> FieldDifference? {
    var first: Double?
    var (largest, index, relative) = (0.0, 0, 0.0)
    for frame in 0..<min(one.frameCount, other.frameCount) {
      let (a, b) = (try one.values(name, frame: frame), try other.values(name, frame: frame))
      var (square, norm) = (0.0, 0.0)
      for point in a.indices where a[point].bitPattern != b[point].bitPattern {
        if first == nil { first = try one.time(frame) }
        let difference = abs(a[point] - b[point])
        if !(difference <= largest) { (largest, index) = (difference, point) }
        square += difference * difference
      }
      for value in a where value.isFinite { norm += value * value }
      if square > 0 { relative = max(relative, norm > 0 ? (square / norm).squareRoot() : .infinity) }
    }
    guard let first else { return nil }
    return FieldDifference(
      name: name, firstTime: first, place: place(index, one), largestAbsolute: largest, relativeL2: relative)
  }

  private static func place(_ index: Int, _ file: FieldFile) -> [Double] {
    var rest = index
    return file.coordinates.map { positions in
      defer { rest /= positions.count }
      return positions[rest % positions.count]
    }
  }

  package var output: JSONText {
    .object([
      "equal": .boolean(isEqual),
      "fields": .object(
        differences.map {
          .init(
            $0.name,
            .object([
              "first_time": .number($0.firstTime), "max_abs": .number($0.largestAbsolute),
              "relative_l2": .number($0.relativeL2),
              "place": .numbers($0.place),
            ]))
        }),
      "mismatches": .strings(mismatches),
    ])
  }

  package var text: String {
    if isEqual { return "equal, bit for bit\n" }
    let lines =
      mismatches.map { "different: \($0)" }
      + differences.map {
        "field \($0.name) differs from t = \($0.firstTime) on: by at most \($0.largestAbsolute) (at \($0.place.map { "\($0)" }.joined(separator: ", "))), "
          + "relative L2 \($0.relativeL2)"
      }
    return lines.joined(separator: "\n") + "\n"
  }
}
