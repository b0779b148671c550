import CHDF5

/// What the HDF5 library says of its last failure, the cause last.
struct HDF5Error: Error, Hashable {
  let message: String

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
    // The outermost says what was tried, the innermost why it failed.
    let telling = messages.count > 1 ? [messages[0], messages[messages.count - 1]] : messages
    return HDF5Error(message: telling.isEmpty ? "the HDF5 library failed" : telling.joined(separator: ": "))
  }

  /// A result of the library, or its error.
  @discardableResult
  static func check<Result: SignedInteger>(_ result: Result) throws(HDF5Error) -> Result {
    if result < 0 { throw last() }
    return result
  }
}
