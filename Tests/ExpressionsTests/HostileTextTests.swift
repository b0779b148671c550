import Expressions
import RandomNumbers
import Testing

/// Texts that someone may write by mistake or by malice cost no more than a moment, and never end the program.
@Suite struct HostileTextTests {
  private func elapsed(_ body: () throws -> Void) rethrows -> Duration { try ContinuousClock().measure(body) }

  /// Generous: debug builds on a busy machine; what these tests look for would take minutes or never end.
  private let moment = Duration.seconds(20)

  @Test func nestingIsLimited() throws {
    for (open, close) in [("(", ")"), ("exp(", ")"), ("-", ""), ("2^", ""), ("1/(", ")"), ("sin(1+(", "))")] {
      let allowed = 200 / (open.filter { $0 == "(" }.count.advanced(by: open.contains("(") ? 0 : 1))
      func text(_ depth: Int) -> String {
        String(repeating: open, count: depth) + "u" + String(repeating: close, count: depth)
      }
      #expect(problems(text(allowed)) == [], "\(open)")
      for depth in [allowed + 1, 5000] {
        #expect(problems(text(depth)).contains { $0.contains("nested deeper than 200 levels") }, "\(open) \(depth)")
      }
    }
    #expect(problems(String(repeating: "!", count: 5000) + "u").contains { $0.contains("nested deeper") })
  }

  @Test func lengthIsLimited() {
    let text = String(repeating: "u+", count: 40_000) + "u"
    #expect(problems(text).first?.contains("has 80001 bytes, more than 65536; divide it into functions") == true)
  }

  @Test func thousandsOfTermsAreRead() throws {
    let terms = (0..<5000).map { "u^\($0 % 50)*\($0)" }
    let text = terms.joined(separator: "+")
    let time = try elapsed {
      let sum = try expression(text)
      #expect(sum.nodes.count > 9_000)
      let slope = sum.derivative(by: .field("u"))
      #expect(try expression(sum.description) == sum)
      let program = try Program(outputs: [sum, slope], pointwise: [.field("u")], uniforms: [], constants: [:])
      let value = run(program, inputs: [[1]])[0][0]
      #expect(value == 4999 * 5000 / 2)
      #expect(sum.hashValue == sum.hashValue && sum.symbols == [.field("u")])
    }
    #expect(time < moment)
  }

  @Test func deepExpressionsAreFlat() throws {
    // 50,000 operations, each inside the next: nothing recurses, not even the end of life.
    let time = try elapsed {
      var functions = ["f0": ([String](), "u")]
      for level in 1...100 {
        let body = (0..<250).map { "+sin(f\(level - 1)*\($0))" }.joined()
        functions["f\(level)"] = ([], "0" + body)
      }
      let deep = try expression("f100", in: makeScope(functions: functions, allows: [.fields]))
      #expect(deep.nodes.count > 50_000)
      #expect(deep.derivative(by: .field("u")).nodes.count > 50_000)
      #expect(deep.description.utf8.count < 66_000 && deep.description.hasSuffix("…"))
    }
    #expect(time < moment)
  }

  @Test func functionsThatDoubleCostNoMoreThanTheirParts() throws {
    var functions = ["f0": (["s"], "s + u")]
    for level in 1..<190 {
      functions["f\(level)"] = (["s"], "sin(f\(level - 1)(s)) * cos(f\(level - 1)(s)) + f\(level - 1)(s)")
    }
    let scope = makeScope(functions: functions, allows: [.fields])
    let time = try elapsed {
      let doubled = try expression("f189(v)", in: scope)
      #expect(doubled.nodes.count < 1000)
      #expect(doubled.description.hasSuffix("…"))
    }
    #expect(time < moment)
  }

  @Test func functionsThatGrowWithoutEndAreRefused() {
    var growing = ["f0": (["s"], "s + u")]
    var turning = ["g0": (["p", "q", "r", "s", "w", "z"], "p")]
    for level in 1..<100 {
      growing["f\(level)"] = (["s"], "f\(level - 1)(sin(s)) + f\(level - 1)(cos(s))")
      turning["g\(level)"] = (
        ["p", "q", "r", "s", "w", "z"],
        "g\(level - 1)(q, p, r, s, w, z) + g\(level - 1)(q, r, s, w, z, p)"
      )
    }
    let time = elapsed {
      #expect(
        problems("f99(v)", in: makeScope(functions: growing, allows: [.fields])).first?
          .contains("has more than 100000 operations when its functions are expanded") == true)
      _ = problems("g99(1, u, v, T, a, b)", in: makeScope(functions: turning, allows: [.fields]))
    }
    #expect(time < moment)
  }

  @Test func chainsOfFunctionsAreLimited() {
    var functions = ["f0": ([String](), "u")]
    for level in 1..<5000 { functions["f\(level)"] = ([], "f\(level - 1) + 1") }
    let scope = makeScope(functions: functions, allows: [.fields])
    #expect(problems("f199", in: scope) == [])
    #expect(problems("f4999", in: scope) == ["[f4999] functions use each other more than 200 deep"])
  }

  @Test func thousandsOfMistakesAreReportedInAMoment() {
    let unknown = (0..<6000).map { "name\($0)" }.joined(separator: "+")
    let adjacent = String(repeating: "u ", count: 30_000)
    let foreign = String(repeating: "§", count: 30_000)
    let time = elapsed {
      #expect(problems(unknown).count == 100)
      #expect(problems(adjacent).count == 100)
      #expect(problems(foreign).count == 100)
    }
    #expect(time < moment)
  }

  @Test func anyBytesAreReadOrRefused() throws {
    var random = Seeded(state: 21)
    var generator = RandomExpressions(random: Seeded(state: 22))
    let pieces: [String] =
      [
        "(", ")", ",", "**", "=", "==", "!", "&&", "|", "^", "-", "1e", "1e309", ".", "u", "exp", "where", " ", "\u{0}",
        "é", "²",
      ]
      + ["\u{FEFF}", "👩‍🔬", "integral", "random()", "max", "9999999999999999999999", "\n", "\u{202E}", "t", "f(", "#"]
    var accepted = 0
    let time = try elapsed {
      for _ in 0..<5000 {
        var bytes = Array(generator.number(depth: 3).utf8)
        for _ in 0..<Int.random(in: 0...3, using: &random) {
          let place = Int.random(in: 0...bytes.count, using: &random)
          switch Int.random(in: 0..<4, using: &random) {
          case 0: bytes.insert(contentsOf: (pieces.randomElement(using: &random) ?? "").utf8, at: place)
          case 1: bytes.insert(UInt8.random(in: 0...255, using: &random), at: place)
          case 2: bytes.removeSubrange(place..<min(bytes.count, place + 3))
          default: bytes = Array(bytes[place...] + bytes[..<place])
          }
        }
        let text = String(decoding: bytes, as: UTF8.self)
        do {
          let read = try expression(text)
          accepted += 1
          let program = try? Program(
            outputs: [read, read.derivative(by: .field("u"))],
            pointwise: [.field("u"), .field("v"), .field("T"), .coordinate("x")], uniforms: [.time],
            constants: [.parameter("a"): 1, .parameter("b"): 0])
          if let program { _ = run(program, inputs: [[0], [1], [.nan], [.infinity]], uniforms: [0]) }
        } catch let error as ExpressionProblems {
          #expect(!error.items.isEmpty)
          for problem in error.items {
            #expect(problem.range.lowerBound >= 0 && problem.range.upperBound <= text.utf8.count)
            #expect(!problem.message.isEmpty)
          }
        }
      }
    }
    #expect(accepted > 1000)
    #expect(time < moment)
  }
}
