import Glibc

/// Which file a name stands for; another file of the same name is not it.
package struct FileIdentity: Equatable {
  private let device: dev_t
  private let number: ino_t

  private init(_ status: stat) { (device, number) = (status.st_dev, status.st_ino) }

  package init(of path: String) throws(StorageError) {
    var status = stat()
    guard lstat(path, &status) == 0 else { throw StorageError(system: path, "cannot be found") }
    self.init(status)
  }

  init(of file: Int32, path: String) throws(StorageError) {
    var status = stat()
    guard fstat(file, &status) == 0 else { throw StorageError(system: path, "cannot be opened") }
    self.init(status)
  }

  /// Makes sure that a name still stands for this file.
  ///
  /// - Parameter length: how many bytes of it must be there still.
  /// - Returns: how many there are.
  @discardableResult
  package func require(at path: String, length: Int = 0) throws(StorageError) -> Int {
    var status = stat()
    guard lstat(path, &status) == 0 else {
      throw StorageError(path, "was moved or removed during the run", code: ENOENT)
    }
    guard FileIdentity(status) == self else {
      throw StorageError(path, "was replaced by another during the run", code: ENOENT)
    }
    guard Int(status.st_size) >= length else {
      throw StorageError(
        path, "was shortened by another program while the run went on, to \(status.st_size) bytes of \(length)",
        code: ENOENT)
    }
    return Int(status.st_size)
  }
}
