/// What the header of an NPY file says.
///
/// Source: the format as NumPy describes it in `numpy.lib.format`. The header is a Python dictionary with exactly the
/// keys `descr`, `fortran_order` and `shape`.
struct NPYHeader {
  let type: NPYType
  let isFortran: Bool
  let shape: [Int]
  /// Where the numbers begin.
  let length: Int

  private static let limit = 64 << 10

  init(_ bytes: [UInt8]) throws(ArrayFileError) {
    guard bytes.count >= 10 else { throw ArrayFileError("is cut short in its header") }
    let (major, minor) = (bytes[6], bytes[7])
    guard (1...3).contains(major), minor == 0 else {
      throw ArrayFileError("is of NPY version \(major).\(minor); 1.0, 2.0 and 3.0 can be read")
    }
    let sizeBytes = major == 1 ? 2 : 4
    let start = 8 + sizeBytes
    guard bytes.count >= start else { throw ArrayFileError("is cut short in its header") }
    let size = bytes[8..<start].reversed().reduce(0) { $0 << 8 | Int($1) }
    guard size <= Self.limit else {
      throw ArrayFileError("has a header of \(size) bytes, more than the limit of \(Self.limit)")
    }
    guard bytes.count - start >= size else { throw ArrayFileError("is cut short in its header") }
    var reader = NPYHeaderReader(bytes[start..<start + size])
    let entries = try reader.entries()
    guard case .text(let descr) = entries["descr"] else {
      if case .list = entries["descr"] { throw ArrayFileError("holds records of several numbers, not numbers") }
      throw NPYHeaderReader.damage
    }
    guard case .truth(let isFortran) = entries["fortran_order"], case .sizes(let shape) = entries["shape"],
      entries.count == 3
    else { throw NPYHeaderReader.damage }
    type = try NPYType(descr)
    self.isFortran = isFortran
    self.shape = try Self.axes(shape)
    length = start + size
  }

  /// The shape without leading axes of length 1, as far as there are too many axes.
  private static func axes(_ shape: [Int]) throws(ArrayFileError) -> [Int] {
    guard !shape.isEmpty else { throw ArrayFileError("holds a single number, not an array") }
    var axes = shape[...]
    while axes.count > 3, axes.first == 1 { axes.removeFirst() }
    guard axes.count <= 3 else {
      throw ArrayFileError("holds an array with \(shape.count) axes; 1 to 3 can be read")
    }
    return Array(axes)
  }
}
