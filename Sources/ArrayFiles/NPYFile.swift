/// An array in NumPy's format.
struct NPYFile {
  private let header: NPYHeader
  private let bytes: [UInt8]

  init(_ bytes: [UInt8]) throws(ArrayFileError) {
    header = try NPYHeader(bytes)
    self.bytes = bytes
  }

  func array() throws(ArrayFileError) -> StoredArray {
    let count = try ArraySize.count(header.shape)
    let (expected, found) = (count * header.type.size, bytes.count - header.length)
    guard found >= expected else {
      throw ArrayFileError("is cut short: \(found) of \(expected) bytes of numbers are there")
    }
    guard found == expected else { throw ArrayFileError("goes on for \(found - expected) bytes after its numbers") }
    let values = numbers(count)
    return StoredArray(shape: header.shape, values: header.isFortran ? transposed(values) : values)
  }

  private func numbers(_ count: Int) -> [Double] {
    switch (header.type.kind, header.type.size) {
    case (.bool, _): numbers(count, UInt8.self) { $0 == 0 ? 0 : 1 }
    case (.signed, 1): numbers(count, Int8.self) { Double($0) }
    case (.signed, 2): numbers(count, Int16.self) { Double($0) }
    case (.signed, 4): numbers(count, Int32.self) { Double($0) }
    case (.signed, _): numbers(count, Int64.self) { Double($0) }
    case (.unsigned, 1): numbers(count, UInt8.self) { Double($0) }
    case (.unsigned, 2): numbers(count, UInt16.self) { Double($0) }
    case (.unsigned, 4): numbers(count, UInt32.self) { Double($0) }
    case (.unsigned, _): numbers(count, UInt64.self) { Double($0) }
    case (.floating, 2): numbers(count, UInt16.self) { Double(Float16(bitPattern: $0)) }
    case (.floating, 4): numbers(count, UInt32.self) { Double(Float(bitPattern: $0)) }
    case (.floating, _): numbers(count, UInt64.self) { Double(bitPattern: $0) }
    }
  }

  private func numbers<Element: FixedWidthInteger & BitwiseCopyable>(
    _ count: Int, _: Element.Type, _ number: (Element) -> Double
  ) -> [Double] {
    let isBigEndian = header.type.isBigEndian
    return bytes.withUnsafeBytes { bytes in
      (0..<count).map { index in
        let stored = bytes.loadUnaligned(
          fromByteOffset: header.length + index * MemoryLayout<Element>.size, as: Element.self)
        return number(isBigEndian ? Element(bigEndian: stored) : Element(littleEndian: stored))
      }
    }
  }

  /// Numbers whose first axis is the fastest, with the last axis the fastest.
  private func transposed(_ values: [Double]) -> [Double] {
    let shape = [Int](repeating: 1, count: 3 - header.shape.count) + header.shape
    var turned: [Double] = []
    turned.reserveCapacity(values.count)
    for i in 0..<shape[0] {
      for j in 0..<shape[1] {
        for k in 0..<shape[2] { turned.append(values[i + shape[0] * (j + shape[1] * k)]) }
      }
    }
    return turned
  }
}
