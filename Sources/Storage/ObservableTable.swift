import Documents
import Glibc
import Simulations

/// `observables.csv`: one row of numbers for each time (RFC 4180, with line feeds), each number the shortest text that
/// reads back as the same double.
package final class ObservableTable: Observer {
  package let name = "observables"
  private let path: String
  /// What is written; the same columns at all times, possibly with other values of parameters.
  package var observables: Observables
  private let file: Int32
  private let identity: FileIdentity
  /// Bytes of the rows in the file.
  package private(set) var extent: Int
  /// Rows that are not in the file.
  package private(set) var unwritten: [UnwrittenOutput] = []
  /// The latest row, for the progress line.
  package private(set) var latest: [Double] = []
  /// Columns that were no finite number, each with the first such row and how many there are.
  package private(set) var notFinite: [NotFinite] = []

  /// What a column has that is no finite number.
  package struct NotFinite: Hashable, Sendable {
    package let column: String
    package let time: Double
    package let value: Double
    package fileprivate(set) var rows = 1
  }

  /// Creates the file with its first row, or opens it to go on.
  ///
  /// - Parameter ledger: names of the columns of the ledger behind those of the observables.
  package init(
    _ path: String, observables: Observables, ledger: [String] = [], isNew: Bool
  ) throws(StorageError) {
    self.path = path
    self.observables = observables
    file = open(path, O_RDWR | O_CREAT | O_APPEND | O_CLOEXEC | (isNew ? O_TRUNC : 0), 0o644)
    guard file >= 0 else { throw StorageError(system: path, "cannot be opened") }
    extent = max(0, Int(lseek(file, 0, SEEK_END)))
    do throws(StorageError) {
      identity = try FileIdentity(of: file, path: path)
      if isNew {
        let header = (["t", "dt"] + observables.columns + ledger).map(ObservableTable.quoted).joined(separator: ",")
        let bytes = Array((header + "\n").utf8)
        try AtomicFile.writeAll(bytes, to: file, path: path)
        extent = bytes.count
      }
    } catch {
      close(file)
      throw error
    }
  }

  deinit { close(file) }

  private static func quoted(_ text: String) -> String {
    text.contains { ",\"\n".contains($0) } ? "\"" + text.replacing("\"", with: "\"\"") + "\"" : text
  }

  package func observe(_ moment: Moment) -> Writing {
    let values = observables.values(of: moment.state, time: moment.time)
    let numbers = [moment.time, moment.stepSize] + values + (moment.ledger ?? []).map(\.amount)
    let row = numbers.map { $0.isFinite ? JSONText.text($0) : "\($0)" }
    latest = values
    let output = UnwrittenOutput(time: moment.time, text: row.joined(separator: ",") + "\n")
    note(values, at: moment.time)
    return {
      self.unwritten.append(output)
      try self.settle()
    }
  }

  private func note(_ values: [Double], at time: Double) {
    for (column, value) in zip(observables.columns, values) where !value.isFinite {
      if let known = notFinite.firstIndex(where: { $0.column == column }) {
        notFinite[known].rows += 1
      } else {
        notFinite.append(NotFinite(column: column, time: time, value: value))
      }
    }
  }

  /// Takes note of rows that an earlier process has written.
  private func note(rows: some Collection<UInt8>) {
    // Behind the time and the step.
    let columns = 2..<2 + observables.columns.count
    for row in rows.split(separator: UInt8(ascii: "\n")) where row.contains(where: { $0 == UInt8(ascii: "n") }) {
      let numbers = String(decoding: row, as: UTF8.self).split(separator: ",").map { Double($0) }
      guard numbers.count >= columns.upperBound, let time = numbers[0] else { continue }
      note(numbers[columns].map { $0 ?? 0 }, at: time)
    }
  }

  /// Takes note of what is in the file.
  private func noteRowsOfFile() throws(StorageError) {
    var rest: [UInt8] = []
    var buffer = [UInt8](repeating: 0, count: 1 << 20)
    for start in stride(from: 0, to: extent, by: buffer.count) {
      let count = pread(file, &buffer, min(buffer.count, extent - start), off_t(start))
      guard count > 0 else { throw StorageError(system: path, "cannot be read") }
      rest += buffer[..<count]
      guard let end = rest.lastIndex(of: UInt8(ascii: "\n")) else { continue }
      note(rows: rest[...end])
      rest.removeSubrange(...end)
    }
  }

  package func take(_ output: UnwrittenOutput) {
    unwritten.append(output)
    note(rows: Array((output.text ?? "").utf8))
  }

  package func settle() throws {
    guard !unwritten.isEmpty else { return }
    let bytes = unwritten.flatMap { ($0.text ?? "").utf8 }
    do throws(StorageError) {
      // What others have added, or was left when a row could not be written as a whole, is no row.
      if try identity.require(at: path, length: extent) > extent, ftruncate(file, extent) != 0 {
        throw StorageError(system: path, "cannot be written")
      }
      try AtomicFile.writeAll(bytes, to: file, path: path)
    } catch {
      // A part of a row is no row.
      if lseek(file, 0, SEEK_END) > extent { _ = ftruncate(file, extent) }
      throw error
    }
    extent += bytes.count
    unwritten = []
  }

  package func commit() throws {
    try settle()
    try identity.require(at: path, length: extent)
    guard fsync(file) == 0 else { throw StorageError(system: path, "cannot be written") }
  }

  package func cutBack(to extent: Int) throws {
    let length = lseek(file, 0, SEEK_END)
    guard length >= extent else {
      throw StorageError(
        path, "is shorter than when the checkpoint was taken: \(length) bytes of \(extent)",
        remedy: "put the file of this run back, or continue without it in a new directory: resume … --output NEW")
    }
    guard ftruncate(file, extent) == 0 else { throw StorageError(system: path, "cannot be truncated") }
    self.extent = extent
    try noteRowsOfFile()
  }
}
