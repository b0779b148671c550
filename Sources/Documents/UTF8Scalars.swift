/// The scalars of some bytes with the range of bytes of each; a scalar is nil where the bytes are not UTF-8.
struct UTF8Scalars: Sequence, IteratorProtocol {
  private var parser = Unicode.UTF8.ForwardParser()
  private var bytes: ArraySlice<UInt8>.Iterator
  private var offset: Int

  init(_ bytes: ArraySlice<UInt8>) {
    self.bytes = bytes.makeIterator()
    self.offset = bytes.startIndex
  }

  static func first(in bytes: ArraySlice<UInt8>) -> Element? {
    var scalars = UTF8Scalars(bytes)
    return scalars.next()
  }

  mutating func next() -> (scalar: Unicode.Scalar?, range: Range<Int>)? {
    switch parser.parseScalar(from: &bytes) {
    case .valid(let encoded): return (Unicode.UTF8.decode(encoded), advance(by: encoded.count))
    case .error(let length): return (nil, advance(by: length))
    case .emptyInput: return nil
    }
  }

  private mutating func advance(by length: Int) -> Range<Int> {
    defer { offset += length }
    return offset..<offset + length
  }
}
