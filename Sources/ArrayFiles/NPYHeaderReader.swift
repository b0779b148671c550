/// Reads the Python dictionary in the header of an NPY file.
struct NPYHeaderReader {
  enum Value {
    case text(String)
    case truth(Bool)
    case sizes([Int])
    /// The description of a record, which is not read further.
    case list
  }

  static let damage = ArrayFileError("has a damaged NPY header")

  private var rest: ArraySlice<UInt8>

  init(_ bytes: ArraySlice<UInt8>) { rest = bytes }

  mutating func entries() throws(ArrayFileError) -> [String: Value] {
    var entries: [String: Value] = [:]
    try expect("{")
    while !take("}") {
      let key = try text()
      try expect(":")
      let value = try value()
      guard entries.updateValue(value, forKey: key) == nil else { throw Self.damage }
      if case .list = value { return entries }
      if !take(",") {
        try expect("}")
        break
      }
    }
    skipBlanks()
    guard rest.isEmpty else { throw Self.damage }
    return entries
  }

  private mutating func value() throws(ArrayFileError) -> Value {
    skipBlanks()
    switch rest.first {
    case UInt8(ascii: "("): return .sizes(try sizes())
    case UInt8(ascii: "["): return .list
    case UInt8(ascii: "T"):
      try expect("True")
      return .truth(true)
    case UInt8(ascii: "F"):
      try expect("False")
      return .truth(false)
    default: return .text(try text())
    }
  }

  private mutating func text() throws(ArrayFileError) -> String {
    skipBlanks()
    guard let quote = rest.popFirst(), quote == UInt8(ascii: "'") || quote == UInt8(ascii: "\""),
      let end = rest.firstIndex(of: quote)
    else { throw Self.damage }
    let text = rest[..<end]
    // Names and types are short and plain.
    guard text.count <= 64, text.allSatisfy({ (0x20..<0x7F).contains($0) && $0 != UInt8(ascii: "\\") }) else {
      throw Self.damage
    }
    rest = rest[(end + 1)...]
    return String(decoding: text, as: UTF8.self)
  }

  private mutating func sizes() throws(ArrayFileError) -> [Int] {
    var sizes: [Int] = []
    try expect("(")
    while !take(")") {
      sizes.append(try size())
      guard sizes.count <= 64 else { throw Self.damage }
      if !take(",") {
        // In Python a single number in parentheses is no tuple.
        guard sizes.count > 1 else { throw Self.damage }
        try expect(")")
        break
      }
    }
    return sizes
  }

  private mutating func size() throws(ArrayFileError) -> Int {
    skipBlanks()
    let digits = rest.prefix { (UInt8(ascii: "0")...UInt8(ascii: "9")).contains($0) }
    guard let size = Int(String(decoding: digits, as: UTF8.self)) else { throw Self.damage }
    rest = rest.dropFirst(digits.count)
    return size
  }

  private mutating func skipBlanks() {
    rest = rest.drop { $0 == UInt8(ascii: " ") || $0 == UInt8(ascii: "\n") }
  }

  private mutating func take(_ word: String) -> Bool {
    skipBlanks()
    guard rest.starts(with: word.utf8) else { return false }
    rest = rest.dropFirst(word.utf8.count)
    return true
  }

  private mutating func expect(_ word: String) throws(ArrayFileError) {
    guard take(word) else { throw Self.damage }
  }
}
