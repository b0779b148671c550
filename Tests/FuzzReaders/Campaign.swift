import CProcess
import Foundation
import Glibc
import Storage

#if COVERAGE
  import CCompilerRuntime
#endif

/// Tries many inputs that a seed makes out of good ones.
struct Campaign {
  let reader: Reader
  let mutator: Mutator
  /// Of inputs; or of the only one.
  let number: Int

  /// - Parameter arguments: the number, the seed, files.
  init(_ reader: Reader, _ arguments: [String]) {
    guard arguments.count >= 3, let number = Int(arguments[0]), let seed = UInt64(arguments[1]) else {
      fail("no number, seed and files: \(arguments)")
    }
    let corpus = arguments.dropFirst(2).flatMap { file in
      reader.inputs(in: FileManager.default.contents(atPath: file).map(Array.init) ?? [])
    }
    guard !corpus.isEmpty else { fail("nothing in \(arguments.dropFirst(2))") }
    self.reader = reader
    self.number = number
    mutator = Mutator(corpus: corpus, seed: seed, words: reader.words)
    Campaign.guardProcess()
    if reader.isIsolated { warmUp() }
    Rehearsal.begin()
    if reader.isIsolated { warmUp() }
  }

  /// Reads a good input and an empty one in this process, so that its copies find the libraries ready: most of what a copy
  /// takes is getting them ready.
  private func warmUp() {
    for bytes in [mutator.corpus[0], []] { _ = verdict(0, bytes) }
  }

  /// Number of the input at hand, for the message of a crash.
  nonisolated(unsafe) private static let current = UnsafeMutablePointer<Int>.allocate(capacity: 1)

  /// Limits the memory, and says at which input the process crashes.
  private static func guardProcess() {
    var limit = rlimit(rlim_cur: 2 << 30, rlim_max: 2 << 30)
    setrlimit(__rlimit_resource_t(RLIMIT_AS.rawValue), &limit)
    for crash in [SIGSEGV, SIGBUS, SIGFPE, SIGILL, SIGTRAP, SIGABRT] {
      signal(crash) { number in
        let text = "fuzz-readers: signal \(number) at input \(Campaign.current.pointee)\n"
        _ = text.withCString { write(2, $0, strlen($0)) }
        _exit(1)
      }
    }
  }

  func one() -> Never {
    FileHandle.standardOutput.write(Data(mutator.input(number)))
    let result = attempt(number)
    fail("input \(number) is \(result.verdict) after \(result.seconds) s")
  }

  func all() {
    var (accepted, caught, slowest) = (0, 0, (seconds: 0.0, index: 0))
    for index in 0..<number {
      var result = attempt(index)
      // Once more, if it was the machine that stood still.
      if result.seconds > 1 { result = attempt(index) }
      if result.verdict == .accepted { accepted += 1 }
      if result.verdict == .caught { caught += 1 }
      if result.seconds > slowest.seconds { slowest = (result.seconds, index) }
      if result.seconds > 1 { fail("input \(index) took \(result.seconds) s") }
    }
    unlink(reader.path)
    var usage = rusage()
    getrusage(__rusage_who_t(RUSAGE_SELF.rawValue), &usage)
    print(
      "\(reader.rawValue): \(number) inputs from \(mutator.corpus.count) kept ones, seed \(mutator.seed): \(accepted) accepted, \(number - accepted) refused "
        + "(\(caught) of them crashed a copy of the process), slowest \((slowest.seconds * 1e4).rounded() / 10) ms (input \(slowest.index)), at most \(usage.ru_maxrss >> 10) MiB"
    )
  }

  // MARK: One input

  /// How an input was taken.
  private enum Verdict: UInt8 {
    case accepted, refused
    /// It would have ended the program, had it not been read in a copy of it.
    case caught
  }

  /// Reads one input; says how long that took.
  private func attempt(_ index: Int) -> (verdict: Verdict, seconds: Double) {
    Campaign.current.pointee = index
    let bytes = mutator.input(index)
    let start = ContinuousClock.now
    let verdict = reader.isIsolated ? isolatedVerdict(index, bytes) : verdict(index, bytes)
    return (verdict, (ContinuousClock.now - start) / .seconds(1))
  }

  private func verdict(_ index: Int, _ bytes: [UInt8]) -> Verdict {
    do {
      let before = Reader.caught
      return try reader.accepts(bytes) ? .accepted : Reader.caught > before ? .caught : .refused
    } catch {
      fail("input \(index): \((error as? Defect)?.what ?? "\(error)")")
    }
  }

  /// The same in a process of its own, as when the program is started.
  private func isolatedVerdict(_ index: Int, _ bytes: [UInt8]) -> Verdict {
    var read: (Int32) -> Void = { answer in
      var verdict = verdict(index, bytes).rawValue
      write(answer, &verdict, 1)
      #if COVERAGE
        // The process ends without its usual end.
        _ = __llvm_profile_write_file()
      #endif
    }
    var (answer, length) = (CChar(0), 1)
    let signal = withUnsafeMutablePointer(to: &read) { read in
      process_rehearse(
        { $0?.assumingMemoryBound(to: ((Int32) -> Void).self).pointee($1) }, read, 60, 4 << 30, &answer, &length)
    }
    guard signal == 0, length == 1, let verdict = Verdict(rawValue: UInt8(bitPattern: answer)) else {
      fail("input \(index): the program ends by signal \(signal)")
    }
    return verdict
  }
}
