import Glibc

/// A file could not be read or written.
package struct StorageError: Error, Codable, Hashable, Sendable, CustomStringConvertible {
  package let path: String
  /// What went wrong, as a clause: "cannot be opened: no such file or directory".
  package let problem: String
  package let remedy: String?
  /// Whether the file is there but is not what it should be, rather than that the system refused something.
  package let isDamage: Bool
  /// Number of the reason that the system gave (`errno`), if it did.
  package let code: Int32?

  package init(
    _ path: String, _ problem: String, remedy: String? = nil, isDamage: Bool = false, code: Int32? = nil
  ) {
    self.path = path
    self.problem = problem
    self.remedy = remedy
    self.isDamage = isDamage
    self.code = code
  }

  /// Whether the system says that there is no such file.
  package var isMissingFile: Bool { code == ENOENT }

  /// With the reason that the system gave last.
  package init(system path: String, _ action: String) {
    let code = errno
    self.init(path, "\(action): \(StorageError.text(code))", code: code)
  }

  /// What a reason of the system is called.
  static func text(_ code: Int32) -> String { String(cString: strerror(code)).lowercased() }

  package var description: String { "\(path) \(problem)" + (remedy.map { "; \($0)" } ?? "") }
}
