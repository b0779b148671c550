// Damaged inputs, by the million, for everything that reads what others have written: run files, expressions, arrays,
// checkpoints. None may end the program, take more than a second, or need more than 2 GiB.
//
//   fuzz-readers KIND COUNT SEED FILE …           KIND as in Reader; an expression is a line of a file
//   fuzz-readers KIND --only NUMBER SEED FILE …   writes one input to standard output, and reads it
//   fuzz-readers KIND --guided ARGUMENT …         by libFuzzer, with its arguments; if built with -sanitize=fuzzer -DGUIDED
//   fuzz-readers guard ACTION                     what the guard reports of a child that does this: see GuardTrial
//
// scripts/soak makes the files and calls it.

import Foundation

/// Ends the program because of a defect, or because it is not called as it should be.
func fail(_ message: String) -> Never {
  FileHandle.standardError.write(Data("fuzz-readers: \(message)\n".utf8))
  exit(1)
}

var arguments = Array(CommandLine.arguments.dropFirst())
if let kind = guidedKind { guide(kind, arguments) }
if arguments.first == "guard", let trial = arguments.last.flatMap(GuardTrial.init) { trial.run() }
guard arguments.count >= 2, let reader = Reader(rawValue: arguments.removeFirst()) else {
  fail("KIND COUNT SEED FILE …, KIND one of \(Reader.allCases.map(\.rawValue))")
}
switch arguments[0] {
case "--guided": guide(reader, Array(arguments.dropFirst()))
case "--only": Campaign(reader, Array(arguments.dropFirst())).one()
default: Campaign(reader, arguments).all()
}
