import CHDF5
import Foundation

/// What the HDF5 library says of its last failure, the cause last.
struct HDF5Error: Error, Hashable {
  let message: String
  /// Number of the reason that the system gave (`errno`), if it did.
  var code: Int32?

  /// Reads and clears the library's error stack.
  static func last() -> HDF5Error {
    var messages: [String] = []
    withUnsafeMutablePointer(to: &messages) { messages in
      _ = H5Ewalk2(
        hid_t(H5E_DEFAULT), H5E_WALK_DOWNWARD,
        { _, entry, context in
          guard let entry, let text = entry.pointee.desc, let context else { return 0 }
          context.assumingMemoryBound(to: [String].self).pointee.append(String(cString: text))
          return 0
        }, messages)
    }
    H5Eclear2(hid_t(H5E_DEFAULT))
    // A call of the system that failed is told with addresses and numbers, of which one says why.
    if messages.count > 1, let code = messages.lazy.compactMap(systemCode).last {
      let what = messages.first { systemCode($0) == nil }
      return HDF5Error(message: "\(what.map { "\($0): " } ?? "")\(StorageError.text(code))", code: code)
    }
    // The outermost says what was tried, the innermost why it failed.
    let telling = messages.count > 1 ? [messages[0], messages[messages.count - 1]] : messages
    return HDF5Error(message: telling.isEmpty ? "the HDF5 library failed" : telling.joined(separator: ": "))
  }

  private static func systemCode(_ message: String) -> Int32? {
    guard let place = message.range(of: "errno = ") else { return nil }
    return Int32(message[place.upperBound...].prefix { $0.isNumber })
  }

  /// A result of the library, or its error.
  @discardableResult
  static func check<Result: SignedInteger>(_ result: Result) throws(HDF5Error) -> Result {
    if result < 0 { throw last() }
    return result
  }
}
