import Expressions
import Fields

/// Expressions of fields, position and time, compiled for the tiles of one grid.
///
/// The functionals of the domain that occur in them (`integral`, `mean`, `max`, `min`) are taken out, to be computed by
/// `FunctionalValues` before the rest is evaluated.
package final class PointwiseFunctions: Sendable {
  package let grid: Grid
  package let functionals: [Functional]
  /// Their numbers, those together that depend on none of the same group or of later ones.
  let functionalGroups: [[Int]]
  /// For each of them, the number of the field that it is of; nil where it is of an expression.
  let fieldOfFunctional: [Int?]
  private let functionalPrograms: [Program]
  private let program: Program
  package let fieldCount: Int
  private let extraCount: Int
  private let usesFirstCoordinate: Bool
  /// Those along the axes but the first.
  private let usesOtherCoordinates: Bool

  /// Number of expressions.
  package let count: Int
  /// Operations per point in an evaluation of all of them, functionals included.
  package let operationCount: Int
  /// Whether a value at one point depends on the values everywhere.
  package let isNonlocal: Bool

  /// - Parameters:
  ///   - fields: names, in the order of the field sets to come.
  ///   - extraInputs: further symbols that vary from point to point; the caller fills their rows.
  package convenience init(
    _ expressions: [Expression], fields: [String], parameters: [String: Double], grid: Grid, extraInputs: [Symbol] = []
  ) throws(ExpressionProblems) {
    let extracted = Expression.extractingFunctionals(expressions)
    try self.init(
      pointwise: extracted.expressions, functionals: extracted.functionals, fields: fields, parameters: parameters,
      grid: grid, extraInputs: extraInputs)
  }

  /// - Parameters:
  ///   - expressions: with symbols in place of the functionals.
  package init(
    pointwise expressions: [Expression], functionals: [Functional], fields: [String], parameters: [String: Double],
    grid: Grid, extraInputs: [Symbol] = []
  ) throws(ExpressionProblems) {
    self.grid = grid
    self.functionals = functionals
    isNonlocal = !functionals.isEmpty
    fieldCount = fields.count
    extraCount = extraInputs.count
    let pointwise = fields.map(Symbol.field) + [.coordinate(grid.axes[0].name)] + extraInputs
    let positions = grid.axes.dropFirst().map { Symbol.coordinate($0.name) }
    let constants = Dictionary(uniqueKeysWithValues: parameters.map { (Symbol.parameter($0.key), $0.value) })
    func compile(_ outputs: [Expression], functionals: Int) throws(ExpressionProblems) -> Program {
      let uniforms = [.time] + positions + (0..<functionals).map(Symbol.functional)
      return try Program(outputs: outputs, pointwise: pointwise, uniforms: uniforms, constants: constants)
    }
    var programs: [Program] = []
    for (index, functional) in functionals.enumerated() {
      programs.append(try compile([functional.argument], functionals: index))
    }
    functionalPrograms = programs
    functionalGroups = PointwiseFunctions.groups(functionals)
    fieldOfFunctional = functionals.map { functional in
      fields.firstIndex { functional.argument == .symbol(.field($0)) }
    }
    program = try compile(expressions, functionals: functionals.count)
    count = program.outputCount
    operationCount = programs.reduce(program.instructionCount) { $0 + $1.instructionCount }
    let everything = expressions + functionals.map(\.argument)
    func uses(_ axes: some Sequence<Axis>) -> Bool {
      axes.contains { axis in everything.contains { $0.dependsOn(.coordinate(axis.name)) } }
    }
    usesFirstCoordinate = uses(grid.axes.prefix(1))
    usesOtherCoordinates = uses(grid.axes.dropFirst())
  }

  private static func groups(_ functionals: [Functional]) -> [[Int]] {
    var levels: [Int] = []
    for functional in functionals {
      let needed = levels.indices.filter { functional.argument.dependsOn(.functional($0)) }
      levels.append(needed.reduce(0) { max($0, levels[$1] + 1) })
    }
    return Set(levels).sorted().map { level in levels.indices.filter { levels[$0] == level } }
  }

  /// Rows that the inputs take in a tile block: one per field, one for the position along the first axis, then the extra ones.
  package var inputRowCount: Int { program.inputCount }
  /// Row of the first extra input, counted from the first input row.
  package var extraInputRow: Int { fieldCount + 1 }

  /// Working memory of one thread.
  package final class Workspace {
    /// Time, the position along the axes but the first, the functionals.
    fileprivate let uniforms: Numbers
    fileprivate let main: Program.Workspace
    fileprivate let functionals: [Program.Workspace]

    fileprivate init(_ functions: PointwiseFunctions) {
      let count = functions.grid.axes.count + functions.functionals.count
      uniforms = Numbers(count: count)
      main = functions.program.makeWorkspace()
      functionals = functions.functionalPrograms.map { $0.makeWorkspace() }
    }
  }

  package func makeWorkspace() -> Workspace { Workspace(self) }

  /// Prepares for a tile: its position, in a domain of a scale, and the functionals.
  ///
  /// Call before `evaluate` whenever the tile changes.
  package func enter(
    _ tile: Tile, scale: Double, functionals: [Double], block: TileBlock, inputRow: Int, workspace: Workspace
  ) {
    if usesOtherCoordinates {
      for (index, coordinate) in grid.rowCoordinates(tile.row).enumerated() {
        workspace.uniforms[1 + index] = scale * coordinate
      }
    }
    setFunctionals(functionals, in: workspace)
    if usesFirstCoordinate {
      block.loadFirstCoordinate(of: grid, scale: scale, tile: tile, into: inputRow + fieldCount)
    }
  }

  /// Sets the functionals alone, for values that change within a tile.
  package func setFunctionals(_ values: [Double], in workspace: Workspace) {
    let first = grid.axes.count
    for (index, value) in values.enumerated() { workspace.uniforms[first + index] = value }
  }

  /// Whether the values at a point follow from the fields and the extra inputs there, and from what is the same at all points.
  package var isTranslationInvariant: Bool { fieldCount > 0 && !usesFirstCoordinate && !usesOtherCoordinates }
  var hasExtraInputs: Bool { extraCount > 0 }

  /// Whether they are the same functions in all rows, but for what the functionals give.
  package var areTheSameInAllRows: Bool { !usesOtherCoordinates }

  /// Evaluates all expressions at `count` neighboring values of the fields, where they lie, rows being of no account.
  ///
  /// - Parameter places: the extra inputs.
  /// - Precondition: `isTranslationInvariant`.
  func evaluate(
    _ state: FieldSet, places: FieldSet?, into target: FieldSet, from start: Int, count: Int, time: Double,
    functionals: [Double], workspace: Workspace
  ) {
    workspace.uniforms[0] = time
    setFunctionals(functionals, in: workspace)
    program.evaluate(
      state, fieldCount: fieldCount, places: places, into: target, from: start, count: count,
      uniforms: workspace.uniforms.start, workspace: workspace.main)
  }

  /// Replaces the values of the fields at `count` points of a block by those of all expressions; the extra inputs follow the fields.
  ///
  /// - Precondition: `isTranslationInvariant`, and there are no functionals.
  func replace(
    _ points: PointBlock, from start: Int, count: Int, time: Double, in block: TileBlock, workspace: Workspace
  ) {
    workspace.uniforms[0] = time
    program.evaluate(
      points, fieldCount: fieldCount, into: block, from: start, count: count, uniforms: workspace.uniforms.start,
      workspace: workspace.main)
    for row in 0..<program.outputCount { (points.row(row) + start).update(from: block.row(row), count: count) }
  }

  /// Evaluates all expressions at `count` points whose fields lie in the rows from `inputRow` on; one output row each.
  package func evaluate(
    _ block: TileBlock, inputRow: Int, outputRow: Int, time: Double, count: Int, workspace: Workspace
  ) {
    workspace.uniforms[0] = time
    program.evaluate(
      block, inputRow: inputRow, outputRow: outputRow, uniforms: workspace.uniforms.start, count: count,
      workspace: workspace.main)
  }

  /// Evaluates the argument of one functional into one row.
  func evaluateArgument(
    of functional: Int, _ block: TileBlock, inputRow: Int, outputRow: Int, time: Double, count: Int,
    workspace: Workspace
  ) {
    workspace.uniforms[0] = time
    functionalPrograms[functional].evaluate(
      block, inputRow: inputRow, outputRow: outputRow, uniforms: workspace.uniforms.start, count: count,
      workspace: workspace.functionals[functional])
  }
}
