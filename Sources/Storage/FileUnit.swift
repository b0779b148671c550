/// Units as they stand in files that others read.
enum FileUnit {
  /// A unit in the form that all readers take for a number of this unit; `1` if there is none.
  ///
  /// xarray up to 2025.12 (Debian 12 has 2023.01) makes differences of times of a variable whose unit is exactly one of
  /// these words, whatever the variable is.
  static func text(_ unit: String?) -> String {
    guard let unit, !unit.isEmpty else { return "1" }
    return plurals.contains(unit) ? String(unit.dropLast()) : unit
  }

  private static let plurals: Set = [
    "days", "hours", "minutes", "seconds", "milliseconds", "microseconds", "nanoseconds",
  ]

  /// The unit of a length, area or volume, `length` being a unit in the form of files.
  static func power(_ length: String, _ exponent: Int) -> String {
    guard length != "1", exponent != 1 else { return length }
    return length.allSatisfy(\.isLetter) ? "\(length)^\(exponent)" : "(\(length))^\(exponent)"
  }
}
