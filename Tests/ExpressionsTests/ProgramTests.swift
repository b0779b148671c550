import Expressions
import Fields
import Foundation
import Testing

private let pointwise: [Symbol] = [.field("u"), .field("v"), .field("T"), .coordinate("x")]
private let uniforms: [Symbol] = [.time, .coordinate("y")]
private let constants: [Symbol: Double] = [.parameter("chi"): 0.7, .parameter("k"): 0.25, .parameter("n"): 2]

/// Values of the point-wise symbols at each point of a tile, and of the uniforms.
private func inputs(seed: UInt64) -> (block: TileBlock, uniforms: [Double]) {
  var random = RandomExpressions(seed: seed)
  let block = TileBlock(rowCount: 8)
  for row in 0..<4 { for point in 0..<Tile.capacity { block[row: row, point: point] = random.uniform(0.1...2) } }
  return (block, [1.25, 0.75])
}

private func symbols(_ block: TileBlock, _ values: [Double], at point: Int) -> [Symbol: Double] {
  var known = constants
  for (row, symbol) in pointwise.enumerated() { known[symbol] = block[row: row, point: point] }
  for (index, symbol) in uniforms.enumerated() { known[symbol] = values[index] }
  return known
}

@Suite struct ProgramTests {
  @Test(arguments: 0..<20)
  func randomProgramsAgreeWithEvaluationPartByPart(seed: Int) throws {
    var random = RandomExpressions(seed: UInt64(seed))
    for _ in 0..<100 {
      let texts = (0..<2).map { _ in random.number(depth: 4) }
      let outputs = try texts.map { try Expression($0, in: testScope) }
      let program = try Program(outputs: outputs, pointwise: pointwise, uniforms: uniforms, constants: constants)
      let (block, values) = inputs(seed: UInt64(seed))
      program.evaluate(
        block, inputRow: 0, outputRow: 4, uniforms: values, count: 256, workspace: program.makeWorkspace())
      for point in stride(from: 0, to: 256, by: 17) {
        for (index, output) in outputs.enumerated() {
          let expected = try #require(output.value(symbols(block, values, at: point)))
          let found = block[row: 4 + index, point: point]
          // Sums may be added up in another order; the parts are at most some hundreds.
          let isSame = found == expected || (found.isNaN && expected.isNaN)
          #expect(isSame || abs(found - expected) <= 1e-11 * max(1, abs(expected)),
            "\(texts[index]): \(found), expected \(expected)\n\(program.disassembly)")
        }
      }
    }
  }

  @Test func theBitsDoNotDependOnTheTileLength() throws {
    let texts = ["exp(-u*v) + log(T)*tanh(x - v)", "u^3/(k + u^3) - sqrt(v)*cos(x)^2", "where(u < v, u^1.7, v^T)"]
    let outputs = try texts.map { try Expression($0, in: testScope) }
    let program = try Program(outputs: outputs, pointwise: pointwise, uniforms: uniforms, constants: constants)
    let (whole, values) = inputs(seed: 3)
    let workspace = program.makeWorkspace()
    program.evaluate(whole, inputRow: 0, outputRow: 4, uniforms: values, count: 256, workspace: workspace)
    let (part, _) = inputs(seed: 3)
    for count in 1...256 {
      program.evaluate(part, inputRow: 0, outputRow: 4, uniforms: values, count: count, workspace: workspace)
      for row in 4..<7 {
        for point in 0..<count { #expect(part[row: row, point: point].bitPattern == whole[row: row, point: point].bitPattern) }
      }
    }
  }

  @Test func workThatDoesNotVaryAlongTheTileIsDoneOnce() throws {
    let output = try Expression("exp(-chi*t)*u + sin(y)*log(t)", in: testScope)
    let program = try Program(outputs: [output], pointwise: pointwise, uniforms: uniforms, constants: constants)
    #expect(program.instructionCount == 1, "\(program.disassembly)")
  }

  @Test func sharedPartsAreComputedOnce() throws {
    let outputs = try ["chi*u*v/(k + v)", "-u*v/(k + v)", "u*v/(k + v)"].map { try Expression($0, in: testScope) }
    let program = try Program(outputs: outputs, pointwise: pointwise, uniforms: uniforms, constants: constants)
    #expect(program.instructionCount == 4, "\(program.disassembly)")
  }

  @Test func elementaryFunctionsAreAccurateEverywhere() throws {
    var worst: [String: Double] = [:]
    var arguments: [Double] = [0, -0.0, .infinity, -.infinity, .nan, 1, -1, 5e-324, 1e-310, 2.2250738585072014e-308, 709.78, 709.79, -745.1, -745.2, -708.5, 1.7976931348623157e308]
    var random = RandomExpressions(seed: 5)
    for _ in 0..<40_000 {
      let magnitude = pow(10, random.uniform(-20...3))
      arguments.append(random.uniform(0...1) < 0.5 ? magnitude : -magnitude)
      arguments.append(random.uniform(0.5...2))
    }
    let block = TileBlock(rowCount: 2)
    for (name, reference) in [("exp", Foundation.exp), ("log", Foundation.log), ("tanh", Foundation.tanh)] as [(String, (Double) -> Double)] {
      let program = try Program(
        outputs: [Expression("\(name)(u)", in: testScope)], pointwise: [.field("u")], uniforms: [], constants: [:])
      let workspace = program.makeWorkspace()
      for argument in arguments {
        block[row: 0, point: 0] = argument
        program.evaluate(block, inputRow: 0, outputRow: 1, uniforms: [], count: 1, workspace: workspace)
        let (found, expected) = (block[row: 1, point: 0], reference(argument))
        if expected.isNaN || expected.isInfinite || expected == 0 {
          #expect(found.isNaN && expected.isNaN || found == expected, "\(name)(\(argument)) is \(found), expected \(expected)")
        } else {
          worst[name] = max(worst[name] ?? 0, abs(found - expected) / expected.ulp)
        }
      }
      #expect(worst[name]! <= 4, "\(name) is wrong by \(worst[name]!) units of the last place")
    }
  }
}

@Suite struct CalculusTests {
  @Test(arguments: 0..<20)
  func derivativesAgreeWithDifferenceQuotients(seed: Int) throws {
    var random = RandomExpressions(seed: UInt64(1000 + seed))
    var tried = 0
    for _ in 0..<100 {
      let text = random.number(depth: 3)
      let expression = try Expression(text, in: testScope)
      var known = constants
      for symbol in pointwise + uniforms { known[symbol] = random.uniform(0.2...1.8) }
      func value(_ shift: Double) -> Double {
        var moved = known
        moved[.field("u")]! += shift
        return expression.value(moved) ?? .nan
      }
      let h = 1e-5
      let (one, half) = ((value(h) - value(-h)) / (2 * h), (value(h / 2) - value(-h / 2)) / h)
      // Where the two quotients differ there is a bend or a jump between the points.
      guard abs(one - half) < 1e-6 * max(1, abs(one)) else { continue }
      tried += 1
      let derivative = try #require(expression.derivative(by: .field("u")).value(known))
      #expect(abs(derivative - half) < 1e-4 * max(1, abs(half)), "d/du \(text): \(derivative), expected \(half)")
    }
    #expect(tried > 60)
  }

  @Test(arguments: 0..<10)
  func descriptionsReadBackAsTheSameExpression(seed: Int) throws {
    var random = RandomExpressions(seed: UInt64(2000 + seed))
    for _ in 0..<100 {
      let expression = try Expression(random.number(depth: 4), in: testScope)
      #expect(try Expression(expression.description, in: testScope) == expression, "\(expression)")
    }
  }

  @Test(arguments: [
    ("u*u*u", "u^3"), ("u + u", "2.0*u"), ("u - u", "0.0"), ("0*u + v*1", "v"), ("u^2*u^-1", "u"), ("2*3*u/4", "1.5*u"),
    ("(u^2)^3", "u^6"), ("where(1 < 2, u, v)", "u"), ("u/u", "u/u"),
  ])
  func expressionsAreSimplified(text: String, expected: String) throws {
    let expression = try Expression(text, in: testScope)
    #expect(expression == (try Expression(expected, in: testScope)))
  }

  @Test func functionalsAreTakenOutInnermostFirstAndOnce() throws {
    let texts = ["max(where(T > 0.1*mean(T), x, 0))", "u*integral(T) + mean(T)"]
    let (functionals, expressions) = Expression.extractingFunctionals(try texts.map { try Expression($0, in: testScope) })
    #expect(functionals.map(\.kind) == [.mean, .max, .integral])
    #expect(functionals[1].argument.dependsOn(.functional(0)))
    #expect(expressions[0] == .symbol(.functional(1)))
    #expect(expressions[1].symbols == [.field("u"), .functional(2), .functional(0)])
  }
}

@Suite struct CounterRandomTests {
  /// The known answers that come with Random123.
  @Test func philoxGivesThePublishedNumbers() {
    #expect(CounterRandom.philox(counter: .zero, key: .zero) == SIMD4(0x6627_e8d5, 0xe169_c58d, 0xbc57_ac4c, 0x9b00_dbd8))
    let ones = UInt32.max
    #expect(
      CounterRandom.philox(counter: SIMD4(repeating: ones), key: SIMD2(repeating: ones))
        == SIMD4(0x408f_276d, 0x41c8_3b0e, 0xa20b_c7c6, 0x6d54_51fd))
  }

  @Test func momentsAreThoseOfTheDistributions() {
    let count = 200_000
    let uniform = (0..<count).map { CounterRandom.uniform(seed: 1, field: 0, call: 0, point: UInt64($0)) }
    let normal = (0..<count).map { CounterRandom.normal(seed: 1, field: 1, call: 0, point: UInt64($0)) }
    func moment(_ values: [Double], _ power: Double) -> Double { values.reduce(0) { $0 + pow($1, power) } / Double(count) }
    // Five standard errors.
    #expect(abs(moment(uniform, 1) - 0.5) < 5 * 0.289 / Double(count).squareRoot())
    #expect(abs(moment(uniform, 2) - 1 / 3.0) < 5 * 0.3 / Double(count).squareRoot())
    #expect(abs(moment(normal, 1)) < 5 / Double(count).squareRoot())
    #expect(abs(moment(normal, 2) - 1) < 5 * 1.42 / Double(count).squareRoot())
    #expect(abs(moment(normal, 4) - 3) < 5 * 9.8 / Double(count).squareRoot())
    #expect(uniform.allSatisfy { (0..<1).contains($0) })
  }
}
