import RandomNumbers

/// Damages inputs in the ways in which files are damaged by accident and by malice.
///
/// Which input comes out depends on the seed and its number alone.
struct Mutator {
  let corpus: [[UInt8]]
  let seed: UInt64
  /// Pieces of text that mean something; empty for binary files.
  let words: [String]

  private static let mostBytes = 1 << 20

  static let wordsOfRunFiles = [
    "{", "}", "[", "]", "\"", ":", ",", "null", "true", "1e308", "1e-320", "-0", "9223372036854775807", "1e400", "NaN",
    "\\u0000",
    "\\ud800", "//", "/*", "\"points\": [4000000000, 4000000000]", "\"every\": 1e-300", "\"model\"", "\"fields\"",
    "\"time\"", "\"../../x\"",
    String(repeating: "[", count: 200), String(repeating: "{\"a\":", count: 100), "\u{FEFF}", "é", "\r\n",
  ]
  static let wordsOfExpressions = [
    "(", ")", "+", "-", "*", "/", "^", ",", "exp(", "where(", "integral(", "mean(", "normal()", "u", "v", "x", "t",
    "1e308", "1e-320", "0/0",
    "1/0", "<", "&&", "!", "?", "convolve(", "delayed(", String(repeating: "(", count: 150),
    String(repeating: "-", count: 150), "2^3^4^5", "é",
  ]

  /// The first ones are those of the corpus themselves.
  func input(_ number: Int) -> [UInt8] {
    if number < corpus.count { return corpus[number] }
    var random = Seeded(state: seed &* 0x9E37_79B9_7F4A_7C15 &+ UInt64(number))
    var bytes = corpus.randomElement(using: &random) ?? []
    for _ in 0..<Int.random(in: 1...4, using: &random) { change(&bytes, &random) }
    return Array(bytes.prefix(Mutator.mostBytes))
  }

  private func change(_ bytes: inout [UInt8], _ random: inout Seeded) {
    let place = Int.random(in: 0...bytes.count, using: &random)
    func range(_ random: inout Seeded) -> Range<Int> {
      place..<min(bytes.count, place + Int.random(in: 1...64, using: &random))
    }
    switch Int.random(in: 0..<9, using: &random) {
    case 0 where place < bytes.count: bytes[place] ^= 1 << UInt8.random(in: 0..<8, using: &random)
    case 1 where place < bytes.count: bytes[place] = [0, 1, 0x20, 0x7F, 0x80, 0xFF].randomElement(using: &random)!
    case 2 where place < bytes.count: bytes[place] = UInt8.random(in: 0...255, using: &random)
    case 3: bytes.removeSubrange(range(&random))
    case 4:
      let copied = Array(bytes[range(&random)])
      bytes.insert(contentsOf: copied, at: Int.random(in: 0...bytes.count, using: &random))
    case 5:
      let other = corpus.randomElement(using: &random) ?? []
      let from = Int.random(in: 0...other.count, using: &random)
      bytes.insert(
        contentsOf: other[from..<min(other.count, from + Int.random(in: 1...256, using: &random))], at: place)
    case 6: bytes.removeSubrange(place...)
    case 7 where !words.isEmpty:
      bytes.insert(contentsOf: Array(words.randomElement(using: &random)!.utf8), at: place)
    default:
      // A number that counts or points to something.
      let number = [0, 1, 0x7FFF_FFFF, 0xFFFF_FFFF, 1 << 40, UInt64.max, random.next()].randomElement(using: &random)!
      for index in 0..<[2, 4, 8].randomElement(using: &random)! where place + index < bytes.count {
        bytes[place + index] = UInt8(truncatingIfNeeded: number >> UInt64(8 * index))
      }
    }
  }
}
