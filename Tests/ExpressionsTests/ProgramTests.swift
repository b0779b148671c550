import Expressions
import Fields
import RandomNumbers
import Testing

@Suite struct ProgramTests {
  static let fields: [Symbol] = [.field("u"), .field("v"), .field("T")]

  private func compile(
    _ texts: [String], uniforms: [Symbol] = [.time], constants: [Symbol: Double] = [:]
  ) throws -> Program {
    try Program(
      outputs: texts.map { try expression($0) }, pointwise: Self.fields, uniforms: uniforms, constants: constants)
  }

  /// The right-hand side of the model kirschner-panetta-diffusion.
  static let immunotherapy = [
    "0.07*u - 0.167*v + 0.692*v*T/(1 + T) + 0.01", "u*(1 - u) - u*v/(0.1 + u)", "2.5*u*v/(0.001 + u) - 55.56*T + 0.5",
  ]

  @Test func programGivesTheValuesOfTheFormulas() throws {
    let program = try compile(Self.immunotherapy)
    let inputs = [[0.1, 0.5, 2], [1, 0.25, 3], [0.7, 0, 4]]
    let outputs = run(program, inputs: inputs, uniforms: [0])
    for point in 0..<3 {
      let at = Dictionary(uniqueKeysWithValues: zip(Self.fields, inputs.map { $0[point] }))
      for (output, text) in Self.immunotherapy.enumerated() {
        let value = try #require(try expression(text).value(at: at))
        // same operations in the same order
        #expect(outputs[output][point] == value)
      }
    }
  }

  @Test func partsOccurOnce() throws {
    let program = try compile(Self.immunotherapy)
    // u·v/… twice with one product; every line of the formulas in fused loops
    #expect(program.instructionCount == 11)
    #expect(program.registerCount == 3)
    #expect(try compile(["exp(u*v) + sin(u*v)", "exp(v*u)"]).instructionCount == 4)
  }

  @Test func disassemblyShowsFusedLoopsAndTheWorkOfEachTile() throws {
    let program = try compile(
      ["u*exp(-t) + a*y", "where(u < v, u, 0)", "u"], uniforms: [.time, .coordinate("y")],
      constants: [.parameter("a"): 2])
    #expect(
      program.disassembly == """
        s4 = negate u0
        s5 = exp s4
        s6 = multiply 2.0, u1
        ---
        out0 = multiply_add s5, in0, s6
        out1 = select_less in0, in1, in0, 0.0
        out2 = copy in0
        """)
  }

  @Test func numbersInputsAndEqualOutputsAreCopied() throws {
    let program = try compile(["3", "t", "u", "u + v", "v + u", "a + 1"], constants: [.parameter("a"): 4])
    let outputs = run(program, inputs: [[1, 2], [10, 20], [0, 0]], uniforms: [7])
    #expect(outputs == [[3, 3], [7, 7], [1, 2], [11, 22], [11, 22], [5, 5]])
  }

  @Test func conditionsAreOneOrZero() throws {
    let program = try compile(["u < v", "u >= v || v == 2", "!(u < v)", "u != v && 1 < v"])
    let outputs = run(program, inputs: [[1, 2, 3, .nan], [2, 2, 2, 2], [0, 0, 0, 0]], uniforms: [0])
    #expect(outputs == [[1, 0, 0, 0], [1, 1, 1, 1], [0, 1, 1, 1], [1, 0, 1, 1]])
  }

  @Test func minimumAndMaximumKeepNaN() throws {
    let program = try compile(["min(u, v)", "max(u, v)", "min(u, 2)", "max(2, u)"])
    let outputs = run(program, inputs: [[1, .nan, 1], [2, 1, .nan], [0, 0, 0]], uniforms: [0])
    #expect(outputs.map { $0.map(\.isNaN) }.prefix(2) == [[false, true, true], [false, true, true]])
    #expect(outputs[2][0] == 1 && outputs[3][0] == 2 && outputs[2][1].isNaN && outputs[3][1].isNaN)
  }

  static let everything = [
    "exp(u) + log(abs(v)) + log10(1 + v^2)", "sin(u) + cos(v)*tan(T)", "tanh(u)*erf(v) + floor(u*10)", "abs(u)^v",
    "hill(abs(u), 2, 3) + min(u, v) - max(v, T)", "where(u < v && T > 0, sqrt(abs(u)), u/v)", "sin(1e6*u*T^3*1e5)",
  ]

  /// Formulas in X, Y, Z, W, each of which is put as a row and as a uniform.
  static let loops = [
    "X + Y", "X - Y", "X*Y", "X/Y", "min(X, Y)", "max(X, Y)", "X < Y", "X <= Y", "X == Y", "X != Y", "X < Y && Z < W",
    "X < Y || Z < W", "where(X < Y, Z, W)", "where(X <= Y, Z, W)", "where(X == Y, Z, W)", "X*Y + Z", "X*Y - Z",
    "Z - X*Y", "(X + Y)*Z", "(X - Y)*Z", "X*Y*Z", "X + Y + Z", "Z/(X + Y)", "X*Y + Z*W", "X*Y - Z*W", "X*Y/(Z + W)",
    "-X", "abs(X)", "floor(X)", "sqrt(abs(X))", "!(X < Y)", "X^2",
  ]

  @Test(arguments: loops)
  func everyLoopGivesTheReferenceBits(formula: String) throws {
    let rows: [Symbol] = [.field("u"), .field("v"), .field("T"), .coordinate("x")]
    let uniforms: [Symbol] = [.time, .coordinate("y"), .parameter("a"), .parameter("b")]
    // Values meet often, also at 0.
    var random = Seeded(state: 5)
    let inputs = rows.map { _ in (0..<37).map { _ in Double.random(in: -2...2, using: &random).rounded() * 0.7 } }
    for mask in 0..<16 {
      let chosen = (0..<4).map { mask >> $0 & 1 == 0 ? rows[$0] : uniforms[$0] }
      let text = zip(["X", "Y", "Z", "W"], chosen).reduce(formula) {
        $0.replacing($1.0, with: $1.1.description)
      }
      let formula = try expression(text)
      let program = try Program(outputs: [formula], pointwise: rows, uniforms: uniforms, constants: [:])
      let numbers = [0.7, -1.4, 0, 0.7]
      let values = run(program, inputs: inputs, uniforms: numbers)[0]
      for point in 0..<37 {
        var at = Dictionary(uniqueKeysWithValues: zip(rows, inputs.map { $0[point] }))
        at.merge(zip(uniforms, numbers)) { $1 }
        let reference = try #require(formula.value(at: at))
        let same = values[point].bitPattern == reference.bitPattern || (values[point].isNaN && reference.isNaN)
        #expect(same, "\(text) at \(at): \(values[point]), not \(reference)")
      }
    }
  }

  @Test(arguments: [
    ("u*v + T", "multiply_add"), ("u*v - T", "multiply_subtract"), ("T - u*v", "subtract_multiply"),
    ("(u + v)*T", "sum_multiply"), ("(u - v)*T", "difference_multiply"), ("u*v*T", "product"), ("u + v + T", "sum"),
    ("T/(u + v)", "divide_by_sum"), ("u*v + T*x", "sum_of_products"), ("u*v - T*x", "difference_of_products"),
    ("u*v/(T + x)", "product_by_sum"), ("where(u > v, T, x)", "select_less"),
    ("where(u >= v, T, x)", "select_less_or_equal"), ("u^2", "square"), ("u^0.5", "square_root"),
  ])
  func operationsAreFused(text: String, loop: String) throws {
    let program = try Program(
      outputs: [try expression(text)], pointwise: Self.fields + [.coordinate("x")], uniforms: [], constants: [:])
    #expect(program.instructionCount == 1 && program.disassembly.contains("= \(loop) "), "\(program.disassembly)")
  }

  @Test func bitsDoNotDependOnTheNumberOfPointsTogether() throws {
    var random = Seeded(state: 1)
    let inputs = (0..<3).map { _ in (0..<512).map { _ in Double.random(in: -5...5, using: &random) } }
    let program = try compile(Self.everything)
    let whole = run(program, inputs: inputs, uniforms: [0])
    for length in 1...256 {
      let parts = run(program, inputs: inputs.map { Array($0.prefix(2 * length)) }, uniforms: [0], tileLength: length)
      for (a, b) in zip(whole, parts) {
        #expect(a.prefix(b.count).map(\.bitPattern) == b.map(\.bitPattern), "tiles of \(length)")
      }
    }
  }

  /// Also in pieces that begin anywhere and go over rows; what lies between rows stays 0.
  @Test func fieldsWhereTheyLieGiveTheSameBits() throws {
    let grid = Grid(axes: [Axis(name: "x", length: 1, points: 13), Axis(name: "y", length: 1, points: 9)])
    var random = Seeded(state: 2)
    let state = try FieldSet(grid: grid, count: 3)
    let inputs = (0..<3).map { _ in (0..<grid.pointCount).map { _ in Double.random(in: -5...5, using: &random) } }
    for (field, values) in inputs.enumerated() { state.setValues(field, to: values) }
    let program = try compile(Self.everything)
    let expected = run(program, inputs: inputs, uniforms: [0])
    let target = try FieldSet(grid: grid, count: Self.everything.count)
    let workspace = program.makeWorkspace()
    for start in stride(from: 0, to: grid.storageCount, by: 37) {
      program.evaluate(
        state, fieldCount: 3, places: nil, into: target, from: start, count: min(37, grid.storageCount - start),
        uniforms: [0], workspace: workspace)
    }
    for output in Self.everything.indices {
      #expect(target.values(output).map(\.bitPattern) == expected[output].map(\.bitPattern))
      let all = UnsafeBufferPointer(start: target.pointer(output), count: grid.storageCount)
      #expect(all.indices.allSatisfy { $0 % grid.rowStride < grid.rowLength || all[$0] == 0 })
    }
  }

  @Test func uniformsOfATileAreUsedAtOnce() throws {
    let program = try compile(["u*t"])
    let workspace = program.makeWorkspace(), block = TileBlock(rowCount: 4)
    block[row: 0, point: 0] = 3
    for time in [1.0, 2, 5] {
      program.evaluate(block, inputRow: 0, outputRow: 3, uniforms: [time], count: 1, workspace: workspace)
      #expect(block[row: 3, point: 0] == 3 * time)
    }
  }

  @Test(arguments: [
    ("u + x", "\"x\" has no value where this expression is computed"),
    ("integral(u)", "integral(…) over the whole domain cannot be computed at a point"),
    ("convolve(exp(-x^2), u)", "convolve(kernel, e) and integrals along an axis cannot be computed here"),
  ])
  func whatCannotBeComputedIsRefused(text: String, message: String) throws {
    let problem = #expect(throws: ExpressionProblems.self) { try compile([text]) }
    #expect(problem?.items.map(\.message).contains(message) == true)
  }

  @Test func termSwitchedOffByAZeroParameterIsAbsent() throws {
    let program = try compile(["u + a*log(v)"], constants: [.parameter("a"): 0])
    #expect(program.disassembly.hasSuffix("out0 = copy in0"))
  }

  @Test func tooManyIntermediateValuesAreRefused() throws {
    // 5000 sines are all in use between their sum and their product.
    let sines = (1...5000).map { "sin(u*\($0))" }
    let scope = makeScope(
      functions: ["f": ([], sines.joined(separator: "+")), "g": ([], sines.joined(separator: "*"))], allows: [.fields])
    let both = try expression("f - g", in: scope)
    let problem = #expect(throws: ExpressionProblems.self) {
      _ = try Program(outputs: [both], pointwise: Self.fields, uniforms: [], constants: [:])
    }
    #expect(problem?.items.first?.message.contains("intermediate values at once") == true)
  }
}
