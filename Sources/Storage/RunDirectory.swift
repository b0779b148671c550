import Foundation

/// The directory of a run: the names of its parts, the lock that keeps a second run out, its checkpoints.
package final class RunDirectory {
  package let path: String
  private var lock: Int32 = -1
  private var lockIdentity: FileIdentity?

  package init(_ path: String) { self.path = path }

  deinit {
    if lock >= 0 { close(lock) }
  }

  package enum Part: String, CaseIterable {
    case config = "config.json"
    case resolved = "resolved.json"
    case run = "run.json"
    case fields = "fields.h5"
    case fieldsJournal = "fields.h5-journal"
    case xdmf = "fields.xdmf"
    case vtkhdf = "fields.vtkhdf"
    case observables = "observables.csv"
    case checkpoints
    case images
    case log = "log.txt"
    case lock = ".lock"

    fileprivate var isDirectory: Bool { self == .checkpoints || self == .images }
  }

  package func path(_ part: Part) -> String { path + "/" + part.rawValue }

  /// Whether something of a run lies here.
  package var isRun: Bool { Part.allCases.contains { $0 != .lock && has($0) } }

  /// Whether a part is there, of directories whether they hold a file of a run.
  private func has(_ part: Part) -> Bool {
    let kind = RunDirectory.kind(of: path(part))
    return part.isDirectory && kind == S_IFDIR ? !ownFiles(in: part).isEmpty : kind != nil
  }

  /// The names in a directory that a run gives to its files.
  private func ownFiles(in part: Part) -> [String] {
    ((try? FileManager.default.contentsOfDirectory(atPath: path(part))) ?? []).filter { name in
      if name.hasSuffix(AtomicFile.temporarySuffix) { return true }
      let number = name.split(separator: ".").first.flatMap { Int($0) }
      return number.map { name == (part == .images ? RunDirectory.pictureName($0) : Checkpoint.fileName(step: $0)) }
        ?? false
    }
  }

  /// What a picture is called.
  package static func pictureName(_ number: Int) -> String {
    let digits = String(number)
    return "\(String(repeating: "0", count: max(0, 6 - digits.count)))\(digits).png"
  }

  /// Whether a run that can be looked at lies here, by what has the name of something that each run writes and other programs
  /// hardly do.
  package var holdsRun: Bool {
    [Part.resolved, .fields, .observables].contains { RunDirectory.kind(of: path($0)) != nil } || !checkpoints.isEmpty
  }

  /// Makes the directory for a new run.
  ///
  /// - Parameters:
  ///   - overwrite: removes the files of an earlier run, and those only; without it they are an error.
  ///   - runFile: which must not be among them.
  package func create(overwrite: Bool, runFile: String? = nil) throws(StorageError) {
    if isRun, !overwrite {
      throw StorageError(
        path, "holds a run already",
        remedy: "choose another directory with --output, continue it with resume, or replace it with --overwrite")
    }
    try requireOutside(runFile)
    try makeDirectory(path)
    for part in Part.allCases { try requireOwn(part, orLink: part != .lock) }
    try acquireLock()
    for part in Part.allCases where part != .lock { try remove(part) }
    try removeUnfinished()
    try makeDirectory(path(.checkpoints))
  }

  /// The copy of a run file may be begun from: it is written again as it is.
  private func requireOutside(_ runFile: String?) throws(StorageError) {
    guard let runFile, let identity = try? FileIdentity(of: runFile) else { return }
    for part in Part.allCases where part != .config && (try? FileIdentity(of: path(part))) == identity {
      throw StorageError(
        runFile, "is the run file, and would be removed with the run in this directory",
        remedy: "choose another directory with --output")
    }
  }

  private func remove(_ part: Part) throws(StorageError) {
    guard part.isDirectory, RunDirectory.kind(of: path(part)) == S_IFDIR else { return try removeIfPresent(path(part)) }
    for name in ownFiles(in: part) { try removeIfPresent(path(part) + "/" + name) }
    // Files of others stay, and with them the directory.
    rmdir(path(part))
  }

  /// Takes hold of the directory of a run that is to be continued.
  package func open() throws(StorageError) {
    guard isRun else { throw StorageError(path, "is not the directory of a run") }
    for part in Part.allCases { try requireOwn(part) }
    try acquireLock()
    try removeUnfinished()
  }

  /// Removes what a killed run left half done.
  private func removeUnfinished() throws(StorageError) {
    for part in Part.allCases { try removeIfPresent(path(part) + AtomicFile.temporarySuffix) }
    for directory in [path(.checkpoints), path(.images)] {
      for name in (try? FileManager.default.contentsOfDirectory(atPath: directory)) ?? []
      where name.hasSuffix(AtomicFile.temporarySuffix) {
        try removeIfPresent(directory + "/" + name)
      }
    }
  }

  /// What lies at a path, links not followed, in bits of `S_IFMT`; nil if nothing does.
  private static func kind(of path: String) -> mode_t? {
    var status = stat()
    return lstat(path, &status) == 0 ? status.st_mode & S_IFMT : nil
  }

  /// A directory may come from elsewhere: nothing of it is written to or emptied that is not where it seems to be.
  ///
  /// - Parameter orLink: whether it may be a link, which will be removed.
  private func requireOwn(_ part: Part, orLink: Bool = false) throws(StorageError) {
    guard let kind = RunDirectory.kind(of: path(part)), kind != (part.isDirectory ? S_IFDIR : S_IFREG) else { return }
    guard kind == S_IFLNK else {
      throw StorageError(
        path(part), "is not a \(part.isDirectory ? "directory" : "file")",
        remedy: "move it away, or choose another directory")
    }
    if orLink { return }
    throw StorageError(
      path(part), "is a symbolic link, through which a run does not write",
      remedy: "move what it points to in its place; the directory of the run itself may be a link")
  }

  private func makeDirectory(_ path: String) throws(StorageError) {
    do {
      try FileManager.default.createDirectory(atPath: path, withIntermediateDirectories: true)
    } catch {
      throw StorageError(system: path, "cannot be created")
    }
  }

  private func removeIfPresent(_ path: String) throws(StorageError) {
    guard RunDirectory.kind(of: path) != nil else { return }
    do {
      try FileManager.default.removeItem(atPath: path)
    } catch {
      throw StorageError(system: path, "cannot be removed")
    }
  }

  private var inUse: StorageError {
    let owner = (try? AtomicFile.read(path(.lock), limit: 1000)).map { String(decoding: $0, as: UTF8.self) }
    return StorageError(
      path, "is in use by \(owner ?? "another process")", remedy: "wait for it, or choose another directory")
  }

  /// Refuses a directory in which another process is running, and changes nothing.
  package func requireFree() throws(StorageError) {
    // A pipe of that name, which is no lock of a run, must not keep the program waiting.
    let file = Foundation.open(path(.lock), O_RDONLY | O_NOFOLLOW | O_NONBLOCK | O_CLOEXEC)
    guard file >= 0 else { return }
    defer { close(file) }
    if flock(file, LOCK_SH | LOCK_NB) != 0, errno == EWOULDBLOCK { throw inUse }
  }

  /// The lock is the kernel's and goes with the process, however it ends; the text in the file is for people.
  private func acquireLock() throws(StorageError) {
    let file = Foundation.open(path(.lock), O_RDWR | O_CREAT | O_NOFOLLOW | O_CLOEXEC, 0o644)
    guard file >= 0 else { throw StorageError(system: path(.lock), "cannot be created") }
    guard flock(file, LOCK_EX | LOCK_NB) == 0 else {
      guard errno == EWOULDBLOCK else {
        let error = StorageError(system: path(.lock), "cannot be locked, so that a second run could not be kept out")
        close(file)
        throw StorageError(
          error.path, error.problem, remedy: "choose a directory on a file system with locks", code: error.code)
      }
      close(file)
      throw inUse
    }
    let text = "process \(getpid()) on \(ProcessInfo.processInfo.hostName)"
    ftruncate(file, 0)
    try AtomicFile.writeAll(Array(text.utf8), to: file, path: path(.lock))
    if lock >= 0 { close(lock) }
    lock = file
    lockIdentity = try FileIdentity(of: file, path: path(.lock))
  }

  /// Makes sure that the directory is still the one that this process has locked.
  ///
  /// A directory that was moved or removed is made again, for checkpoints.
  ///
  /// - Throws: `StorageError` when another run has taken its place, or it cannot be made.
  package func requireLocked() throws(StorageError) {
    guard let lockIdentity, (try? FileIdentity(of: path(.lock))) != lockIdentity else {
      return try makeDirectory(path(.checkpoints))
    }
    let parts = Part.allCases.filter { $0 != .lock && $0 != .checkpoints && $0 != .run }
    guard !parts.contains(where: { RunDirectory.kind(of: path($0)) != nil }) else {
      throw StorageError(path, "was moved or removed while the run went on, and holds another run now", code: ENOENT)
    }
    try makeDirectory(path)
    try requireOwn(.lock)
    try acquireLock()
    try makeDirectory(path(.checkpoints))
  }

  // MARK: Checkpoints

  /// The checkpoints by step, the oldest first.
  ///
  /// Other names are ignored.
  package var checkpoints: [(step: Int, path: String)] {
    let names = (try? FileManager.default.contentsOfDirectory(atPath: path(.checkpoints))) ?? []
    return names.compactMap { name -> (step: Int, path: String)? in
      guard name.hasSuffix(".h5"), let step = Int(name.dropLast(3)), Checkpoint.fileName(step: step) == name else {
        return nil
      }
      return (step, path(.checkpoints) + "/" + name)
    }.sorted { $0.step < $1.step }
  }

  /// Removes all but the newest checkpoints, once those are whole.
  package func removeCheckpoints(keeping count: Int) {
    for checkpoint in checkpoints.dropLast(count) { unlink(checkpoint.path) }
  }

  /// Removes checkpoints beyond a step, when a run continues from there.
  package func removeCheckpoints(after step: Int) throws(StorageError) {
    for checkpoint in checkpoints where checkpoint.step > step { try removeIfPresent(checkpoint.path) }
  }
}
