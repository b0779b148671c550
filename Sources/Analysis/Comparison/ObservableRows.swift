import Foundation
import Storage

/// The rows of an `observables.csv`.
struct ObservableRows {
  /// Without the time.
  let columns: [String]
  let times: [Double]
  /// One for each time, in the order of the columns.
  let rows: [[Double]]

  /// nil if there is no such file.
  ///
  /// - Throws: `StorageError` if it is no table of numbers.
  init?(_ path: String) throws(StorageError) {
    guard FileManager.default.fileExists(atPath: path) else { return nil }
    let text = String(decoding: try AtomicFile.read(path, limit: 1 << 30), as: UTF8.self)
    let lines = text.split(separator: "\n")
    guard let header = lines.first.map(ObservableRows.cells), header.first == "t" else {
      throw StorageError(path, "does not begin with the names of its columns", isDamage: true)
    }
    columns = Array(header.dropFirst())
    var (times, rows): ([Double], [[Double]]) = ([], [])
    for (index, line) in lines.enumerated().dropFirst() {
      let numbers = line.split(separator: ",").compactMap { Double($0) }
      guard numbers.count == header.count else {
        throw StorageError(path, "has no row of \(header.count) numbers in line \(index + 1)", isDamage: true)
      }
      times.append(numbers[0])
      rows.append(Array(numbers.dropFirst()))
    }
    (self.times, self.rows) = (times, rows)
  }

  /// The cells of a line by RFC 4180.
  private static func cells(_ line: Substring) -> [String] {
    var cells = [""]
    var isQuoted = false
    var previous: Character?
    for character in line {
      switch character {
      case "\"":
        // A doubled quotation mark within quotes stands for one.
        if !isQuoted, previous == "\"" { cells[cells.count - 1].append("\"") }
        isQuoted.toggle()
      case "," where !isQuoted: cells.append("")
      default: cells[cells.count - 1].append(character)
      }
      previous = character
    }
    return cells
  }
}
