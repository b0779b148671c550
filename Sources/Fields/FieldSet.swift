import Glibc

/// Not enough memory for the fields.
package struct FieldAllocationError: Error {
  package let bytes: Int
}

/// The values of several fields on one grid, in one block of memory.
///
/// Each field takes `grid.storageCount` doubles, rows as described at `Grid`; the doubles between the end of a row and
/// the start of the next are kept at 0. Different threads may write different rows at the same time; the owner of the
/// set sees to it that nobody else reads them meanwhile.
package final class FieldSet: @unchecked Sendable {
  package let grid: Grid
  /// Number of fields.
  package let count: Int
  /// Size of the domain relative to that of its grid: 1 unless its boundary is free.
  ///
  /// Then a point of the grid at `ξ` is now at `scale · ξ`.
  package var scale = 1.0
  private let storage: UnsafeMutablePointer<Double>

  /// Allocates `count` fields, all 0.
  package init(grid: Grid, count: Int) throws(FieldAllocationError) {
    self.grid = grid
    self.count = count
    storage = try FieldSet.allocate(grid, count)
    storage.initialize(repeating: 0, count: grid.storageCount * count)
  }

  /// A set of its own with the values and the scale of another one.
  package init(copying other: FieldSet, pool: WorkerPool? = nil) throws(FieldAllocationError) {
    (grid, count, scale) = (other.grid, other.count, other.scale)
    storage = try FieldSet.allocate(grid, count)
    copy(from: other, pool: pool)
  }

  private static func allocate(_ grid: Grid, _ count: Int) throws(FieldAllocationError) -> UnsafeMutablePointer<Double>
  {
    let (bytes, overflow) = grid.storageCount.multipliedReportingOverflow(by: count * 8)
    var raw: UnsafeMutableRawPointer?
    guard !overflow, posix_memalign(&raw, 64, max(bytes, 64)) == 0, let raw else {
      throw FieldAllocationError(bytes: bytes)
    }
    return raw.bindMemory(to: Double.self, capacity: bytes / 8)
  }

  deinit { free(storage) }

  /// First double of a field.
  package func pointer(_ field: Int) -> UnsafeMutablePointer<Double> {
    precondition(field >= 0 && field < count)
    return storage + field * grid.storageCount
  }

  /// First double of a row of a field.
  package func pointer(_ field: Int, row: Int) -> UnsafeMutablePointer<Double> {
    pointer(field) + row * grid.rowStride
  }

  /// Sets all values of a field.
  package func fill(_ field: Int, with value: Double) {
    for row in 0..<grid.rowCount { pointer(field, row: row).update(repeating: value, count: grid.rowLength) }
  }

  /// The grid as it lies in space.
  package var gridInSpace: Grid { grid.scaled(by: scale) }
  /// Position of the upper side of the first axis.
  package var edge: Double { scale * (grid.axes[0].origin + grid.axes[0].length) }

  /// Copies all values of `other`, which has the same grid and count, and its scale.
  package func copy(from other: FieldSet, pool: WorkerPool? = nil) {
    precondition(grid == other.grid && count == other.count)
    scale = other.scale
    guard let pool else {
      memcpy(storage, other.storage, count * grid.storageCount * 8)
      return
    }
    pool.forEachPiece(of: count * grid.storageCount) { start, end in
      memcpy(self.storage + start, other.storage + start, (end - start) * 8)
    }
  }

  /// Sets to 0 what lies between rows in a part of a field, as it must be.
  package func clearBetweenRows(_ field: Int, from start: Int, to end: Int) {
    let (length, stride) = (grid.rowLength, grid.rowStride)
    guard stride > length else { return }
    for row in start / stride...(end - 1) / stride {
      let (first, last) = (max(start, row * stride + length), min(end, (row + 1) * stride))
      if first < last { (pointer(field) + first).update(repeating: 0, count: last - first) }
    }
  }

  /// Copies the values of as many fields as both sets have, and the scale; they have the same grid.
  package func copyCommonFields(from other: FieldSet) {
    precondition(grid == other.grid)
    scale = other.scale
    if other !== self { memcpy(storage, other.storage, min(count, other.count) * grid.storageCount * 8) }
  }

  /// The values of one field without the doubles between rows, shape `[z][y][x]`, x fastest.
  package func values(_ field: Int) -> [Double] {
    let (length, rows) = (grid.rowLength, grid.rowCount)
    return [Double](unsafeUninitializedCapacity: length * rows) { buffer, initialized in
      for row in 0..<rows {
        (buffer.baseAddress! + row * length).update(from: pointer(field, row: row), count: length)
      }
      initialized = length * rows
    }
  }

  /// Replaces the values of one field; `values` has shape `[z][y][x]`, x fastest.
  package func setValues(_ field: Int, to values: [Double]) {
    let (length, rows) = (grid.rowLength, grid.rowCount)
    precondition(values.count == length * rows)
    values.withUnsafeBufferPointer { buffer in
      for row in 0..<rows {
        pointer(field, row: row).update(from: buffer.baseAddress! + row * length, count: length)
      }
    }
  }
}
