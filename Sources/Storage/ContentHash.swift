import CXXHash
import Fields

/// XXH3 with 64 bits, as sixteen hexadecimal digits: tells whether values are what they were.
package enum ContentHash {
  package static func of(_ text: String) -> String {
    var text = text
    return text.withUTF8 { digits(XXH3_64bits($0.baseAddress, $0.count)) }
  }

  /// Of the values of a field in the order `[z][y][x]`, without what lies between rows.
  package static func of(_ set: FieldSet, field: Int) -> String {
    let state = XXH3_createState()
    defer { XXH3_freeState(state) }
    XXH3_64bits_reset(state)
    for row in 0..<set.grid.rowCount {
      XXH3_64bits_update(state, set.pointer(field, row: row), set.grid.rowLength * 8)
    }
    return digits(XXH3_64bits_digest(state))
  }

  private static func digits(_ hash: UInt64) -> String {
    let text = String(hash, radix: 16)
    return String(repeating: "0", count: 16 - text.count) + text
  }
}
