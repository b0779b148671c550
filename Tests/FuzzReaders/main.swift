// Damaged inputs, by the million, for everything that reads what others have written: run files, expressions, arrays,
// checkpoints. None may end the program, take more than a second, or need more than 2 GiB.
//
//   fuzz-readers KIND COUNT SEED FILE …         KIND: json, run-file, expression (one a line), array, checkpoint
//   fuzz-readers KIND --only NUMBER SEED FILE …   writes one input to standard output, and reads it
//
// scripts/soak readers makes the files and calls it.

import CProcess
import Foundation
import Glibc
import Storage

/// Number of the input at hand, for the message of a crash.
nonisolated(unsafe) let current = UnsafeMutablePointer<Int>.allocate(capacity: 1)

func fail(_ message: String) -> Never {
  FileHandle.standardError.write(Data("fuzz-readers: \(message)\n".utf8))
  exit(1)
}

var arguments = Array(CommandLine.arguments.dropFirst())
guard arguments.count >= 4, let reader = Reader(rawValue: arguments.removeFirst()) else {
  fail("KIND COUNT SEED FILE …, KIND one of \(Reader.allCases.map(\.rawValue))")
}
let isSingle = arguments[0] == "--only"
if isSingle { arguments.removeFirst() }
guard let number = Int(arguments[0]), let seed = UInt64(arguments[1]) else { fail("no numbers: \(arguments)") }
let files = arguments.dropFirst(2)
let corpus = files.flatMap { file in
  reader.inputs(in: FileManager.default.contents(atPath: file).map(Array.init) ?? [])
}
guard !corpus.isEmpty else { fail("nothing in \(files)") }
let mutator = Mutator(corpus: corpus, seed: seed, words: reader.words)
let path = "/dev/shm/oncofield-fuzz-\(getpid())." + (files.first?.split(separator: ".").last.map(String.init) ?? "bin")

var limit = rlimit(rlim_cur: 2 << 30, rlim_max: 2 << 30)
setrlimit(__rlimit_resource_t(RLIMIT_AS.rawValue), &limit)
for crash in [SIGSEGV, SIGBUS, SIGFPE, SIGILL, SIGTRAP, SIGABRT] {
  signal(crash) { number in
    let text = "fuzz-readers: signal \(number) at input \(current.pointee)\n"
    _ = text.withCString { write(2, $0, strlen($0)) }
    _exit(1)
  }
}

Rehearsal.begin()

/// How an input was taken.
enum Verdict: UInt8 {
  case accepted, refused
  /// It would have ended the program, had it not been read in a copy of it.
  case caught
}

func verdict(_ index: Int, _ bytes: [UInt8]) -> Verdict {
  do {
    let before = Reader.caught
    return try reader.accepts(bytes, path: path) ? .accepted : Reader.caught > before ? .caught : .refused
  } catch {
    fail("input \(index): \((error as? Defect)?.what ?? "\(error)")")
  }
}

/// The same in a process of its own, as when the program is started: what the HDF5 library keeps from one damaged file to the
/// next is no matter.
func isolatedVerdict(_ index: Int, _ bytes: [UInt8]) -> Verdict {
  var read: (Int32) -> Void = { answer in
    var verdict = verdict(index, bytes).rawValue
    write(answer, &verdict, 1)
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

/// Reads one input; says how long that took.
func attempt(_ index: Int) -> (verdict: Verdict, seconds: Double) {
  current.pointee = index
  let bytes = mutator.input(index)
  if isSingle { FileHandle.standardOutput.write(Data(bytes)) }
  let isHDF5 = path.hasSuffix(".h5")
  let start = ContinuousClock.now
  let verdict = isHDF5 ? isolatedVerdict(index, bytes) : verdict(index, bytes)
  return (verdict, (ContinuousClock.now - start) / .seconds(1))
}

if isSingle {
  let result = attempt(number)
  fail("input \(number) is \(result.verdict) after \(result.seconds) s")
}
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
unlink(path)
var usage = rusage()
getrusage(__rusage_who_t(RUSAGE_SELF.rawValue), &usage)
print(
  "\(reader.rawValue): \(number) inputs from \(corpus.count) good ones, seed \(seed): \(accepted) accepted, \(number - accepted) refused "
    + "(\(caught) of them crashed a copy of the process), slowest \((slowest.seconds * 1e4).rounded() / 10) ms (input \(slowest.index)), at most \(usage.ru_maxrss >> 10) MiB"
)
