import Documents
import RandomNumbers
import Testing

/// By how much fewer inputs are tried in a debug build, which is that much slower.
#if DEBUG
  private let slowness = 20
#else
  private let slowness = 1
#endif

@Suite struct HostileInputTests {
  private static let seed = Array(
    #"""
    {
      "$schema": "x", // note
      "domain": { "size": [10, 1.5e1], "points": [64, 64], "geometry": "cartesian" },
      "initial": { "T": "0.5*exp(-x^2)\u00e9\ud83d\ude00", "E": -0.1 }, /* c */
      "time": { "end": 1e3, "tolerance": { "relative": 1e-4 } },
      "treatment": [ { "at": [1, 2] }, { "at": 3, "then": { "at": 4 } } ],
      "boundary": { "flux": 0 }, "overwrite": false,
    }
    """#.utf8)
  private static let pieces = [
    "{", "}", "[", "]", ",", ":", "\"", "\\", "\\u", "\\ud800", "//", "/*", "*/", "'", "1e999", "-", "0", "null", "tru",
    "\n",
    "\u{FEFF}", "😀", "\u{0}", "\u{202E}",
  ].map { Array($0.utf8) }

  private func mutated(_ random: inout Seeded) -> [UInt8] {
    var bytes = HostileInputTests.seed
    for _ in 0..<Int.random(in: 1...4, using: &random) {
      let at = Int.random(in: 0..<bytes.count, using: &random)
      switch Int.random(in: 0..<5, using: &random) {
      case 0: bytes[at] = UInt8.random(in: 0...255, using: &random)
      case 1: bytes.remove(at: at)
      case 2: bytes.insert(contentsOf: HostileInputTests.pieces.randomElement(using: &random) ?? [], at: at)
      case 3: bytes.removeSubrange(at...)
      default: bytes.insert(contentsOf: bytes[at..<min(at + 20, bytes.count)], at: at)
      }
      if bytes.isEmpty { bytes = [0x7B] }
    }
    return bytes
  }

  /// Parses and checks; whatever is found has to be a text with a line of the source.
  private func digest(_ bytes: [UInt8]) -> Bool {
    let source = SourceText(name: "h", bytes: bytes)
    do throws(Diagnostics) {
      let root = try JSONNode.parse(source)
      return areSound(sample.check(root), in: source)
    } catch {
      return !error.isEmpty && areSound(error, in: source)
    }
  }

  /// Looks at as many diagnostics as a person is shown.
  private func areSound(_ problems: Diagnostics, in source: SourceText) -> Bool {
    !problems.description.contains("\n\n") && problems.items.prefix(50).allSatisfy { isSound($0, in: source) }
  }

  private func isSound(_ diagnostic: Diagnostic, in source: SourceText) -> Bool {
    let lines = diagnostic.description.split(separator: "\n", omittingEmptySubsequences: false)
    guard let range = diagnostic.place?.range else { return lines.count == 1 }
    return lines.count == 3 && range.lowerBound >= 0 && range.upperBound <= source.bytes.count
  }

  @Test func mutatedDocumentsNeverCrashAndAlwaysHavePlaces() {
    var random = Seeded(state: 1)
    for round in 0..<15_000 / slowness {
      let bytes = mutated(&random)
      if !digest(bytes) { Issue.record("round \(round): \(String(decoding: bytes, as: UTF8.self))") }
    }
  }

  @Test func garbageNeverCrashes() {
    var random = Seeded(state: 2)
    for round in 0..<10_000 / slowness {
      let count = Int.random(in: 0...24, using: &random)
      let bytes =
        round.isMultiple(of: 2)
        ? (0..<count).map { _ in UInt8.random(in: 0...255, using: &random) }
        : (0..<count).flatMap { _ in HostileInputTests.pieces.randomElement(using: &random) ?? [] }
      if !digest(bytes) { Issue.record("round \(round): \(bytes)") }
    }
  }

  @Test func everyPrefixOfADocumentIsRefused() {
    let text = HostileInputTests.seed
    for count in 0..<text.count - 1 {
      let source = SourceText(name: "h", bytes: Array(text[..<count]))
      #expect(throws: Diagnostics.self) { try JSONNode.parse(source) }
    }
  }

  @Test func overridesOfGarbageNeverCrash() throws {
    var random = Seeded(state: 3)
    let root = try parse(#"{"a": {"b": [1, {"c": 2}]}}"#)
    let parts = [
      "a", "b", "c", ".", "..", "0", "1", "-1", "99999999999999999999", "\"", "=", "[", "{", "é", " ", "1e999",
    ]
    for _ in 0..<5_000 {
      let argument = (0..<8).map { _ in parts.randomElement(using: &random) ?? "" }.joined()
      do throws(Diagnostics) {
        let (path, text) = try JSONNode.override(argument)
        _ = try root.setting(path, to: text)
      } catch {
        #expect(error.items.count == 1 && error.description.contains("error: "))
      }
    }
  }

  @Test(arguments: hugeInputs) func hugeInputsAreReadInTimeProportionalToTheirSize(input: HugeInput) {
    let bytes = Array(input.text().utf8)
    var isSound = false
    let time = ContinuousClock().measure { isSound = digest(bytes) }
    #expect(isSound)
    // In release each of the full size takes less than 1.2 s on one core; a quadratic reader needs hours.
    #expect(time < .seconds(60))
  }
}

/// A text of up to the 4 MiB that are read, made when it is needed.
struct HugeInput: Sendable, CustomTestStringConvertible {
  let testDescription: String
  let text: @Sendable () -> String

  init(_ description: String, _ text: @escaping @Sendable () -> String) {
    testDescription = description
    self.text = text
  }

  init(_ start: String, repeating part: String, bytes: Int = 4_000_000 / slowness) {
    self.init("\(start)(\(part))*") { start + String(repeating: part, count: bytes / part.utf8.count) }
  }
}

private let hugeInputs = [
  HugeInput("", repeating: "["), HugeInput("", repeating: "{\"a\":"), HugeInput("[", repeating: "1,"),
  HugeInput("\"", repeating: "\\u0041"), HugeInput("/*", repeating: "*"), HugeInput("", repeating: "/**/"),
  HugeInput("[", repeating: "9"), HugeInput("{", repeating: "\"a\":1,"), HugeInput("", repeating: "\n"),
  HugeInput("[x", repeating: "\t"), HugeInput("", repeating: "x"), HugeInput("{\"a\": ", repeating: "-"),
  HugeInput("a long key") { "{\"" + String(repeating: "e\u{301}", count: 20_000) + "\":1}" },
  HugeInput("unknown keys") { "{" + (0..<90_000 / slowness).map { "\"k\($0)\":null," }.joined() + "}" },
]
