/// The type of the numbers of an NPY file.
struct NPYType {
  enum Kind { case bool, signed, unsigned, floating }

  let kind: Kind
  /// Bytes of one number.
  let size: Int
  let isBigEndian: Bool

  /// Reads a description such as "<f8".
  init(_ description: String) throws(ArrayFileError) {
    var rest = Substring(description)
    let unknown = ArrayFileError("holds numbers of the type \"\(description)\", which cannot be read")
    guard let order = rest.popFirst(), "<>|".contains(order), let letter = rest.popFirst() else {
      throw ArrayFileError("holds numbers of the type \"\(description)\", which cannot be read")
    }
    switch letter {
    case "b": kind = .bool
    case "i": kind = .signed
    case "u": kind = .unsigned
    case "f": kind = .floating
    case "c": throw ArrayFileError("holds complex numbers, not real ones")
    case "O": throw ArrayFileError("holds Python objects, not numbers")
    case "S", "U", "a": throw ArrayFileError("holds text, not numbers")
    case "M", "m": throw ArrayFileError("holds times, not numbers")
    case "V": throw ArrayFileError("holds raw bytes, not numbers")
    default: throw unknown
    }
    let sizes =
      switch kind {
      case .bool: ["1"]
      case .signed, .unsigned: ["1", "2", "4", "8"]
      case .floating: ["2", "4", "8"]
      }
    guard sizes.contains(String(rest)), let size = Int(rest), size == 1 || order != "|" else { throw unknown }
    self.size = size
    isBigEndian = order == ">"
  }
}
