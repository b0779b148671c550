import Foundation

/// Writes to standard output, whole.
///
/// - Throws: `Failure` if that cannot be, as on a full disk; a reader that has closed its pipe has enough.
func writeOutput(_ text: String) throws(Failure) {
  let code = write(text, to: STDOUT_FILENO)
  guard code != 0, code != EPIPE else { return }
  throw Failure(
    status: .inputOutput,
    message: "error: standard output cannot be written: \(String(cString: strerror(code)).lowercased())")
}

/// Writes to standard error as far as that can be: what a run computes does not depend on who listens.
func writeError(_ text: String) { _ = write(text, to: STDERR_FILENO) }

/// - Returns: the reason of the system if not all is written, 0 otherwise.
private func write(_ text: String, to descriptor: Int32) -> Int32 {
  var rest = Array(text.utf8)[...]
  while !rest.isEmpty {
    let count = rest.withUnsafeBytes { Foundation.write(descriptor, $0.baseAddress, $0.count) }
    if count < 0, errno == EINTR { continue }
    guard count > 0 else { return count < 0 ? errno : EIO }
    rest = rest.dropFirst(count)
  }
  return 0
}
