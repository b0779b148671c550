/// Numbers in memory that stays where it is, for kernels: of one thread, or never changed once they are there.
package final class Numbers: @unchecked Sendable {
  package let start: UnsafeMutablePointer<Double>
  package let count: Int

  /// So many zeros.
  package init(count: Int) {
    self.count = count
    start = .allocate(capacity: count)
    start.initialize(repeating: 0, count: count)
  }

  package convenience init(_ values: [Double]) {
    self.init(count: values.count)
    start.update(from: values, count: values.count)
  }

  deinit { start.deallocate() }

  package subscript(index: Int) -> Double {
    get { start[index] }
    set { start[index] = newValue }
  }
}
