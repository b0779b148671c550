#if GUIDED
  import CCompilerRuntime
  import Foundation

  nonisolated(unsafe) private var guidedReader = Reader.json

  /// For the processes that libFuzzer starts, which get arguments of its own.
  private let kindVariable = "ONCOFIELD_GUIDED_KIND"
  var guidedKind: Reader? { ProcessInfo.processInfo.environment[kindVariable].flatMap(Reader.init) }

  /// Lets libFuzzer look for inputs that run through code no other did.
  ///
  /// - Parameter arguments: of libFuzzer: folders of inputs, options.
  func guide(_ reader: Reader, _ arguments: [String]) -> Never {
    guard !reader.isIsolated else {
      fail("\(reader.rawValue) is read in other processes, where libFuzzer sees nothing")
    }
    guidedReader = reader
    setenv(kindVariable, reader.rawValue, 1)
    let arguments = [CommandLine.arguments[0]] + arguments
    var count = Int32(arguments.count)
    var pointers: UnsafeMutablePointer<UnsafeMutablePointer<CChar>?>? = .allocate(capacity: arguments.count + 1)
    for (index, argument) in arguments.enumerated() { pointers?[index] = strdup(argument) }
    pointers?[arguments.count] = nil
    exit(
      LLVMFuzzerRunDriver(&count, &pointers) { bytes, count in
        do {
          _ = try guidedReader.accepts(Array(UnsafeBufferPointer(start: bytes, count: count)))
          return 0
        } catch {
          fail("\((error as? Defect)?.what ?? "\(error)")")
        }
      })
  }
#else
  let guidedKind: Reader? = nil

  func guide(_ reader: Reader, _ arguments: [String]) -> Never {
    fail("built without -sanitize=fuzzer -DGUIDED, as scripts/soak guided does")
  }
#endif
