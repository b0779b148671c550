import Glibc

/// A file could not be read or written.
package struct StorageError: Error, Codable, Hashable, Sendable, CustomStringConvertible {
  package let path: String
  /// What went wrong, as a clause: "cannot be opened: no such file or directory".
  package let problem: String
  package let remedy: String?
  /// Whether the file is there but is not what it should be, rather than that the system refused something.
  package let isDamage: Bool

  package init(_ path: String, _ problem: String, remedy: String? = nil, isDamage: Bool = false) {
    self.path = path
    self.problem = problem
    self.remedy = remedy
    self.isDamage = isDamage
  }

  /// With the reason that the system gave last.
  init(system path: String, _ action: String) {
    self.init(path, "\(action): \(String(cString: strerror(errno)).lowercased())")
  }

  package var description: String { "\(path) \(problem)" + (remedy.map { "; \($0)" } ?? "") }
}
