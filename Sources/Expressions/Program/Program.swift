import CKernels
import Fields

/// Expressions compiled for tiles: a list of loops over the points of a tile, run by the machine in
/// `expression_program.c`.
///
/// Common parts are computed once for all outputs; what depends on uniforms only is computed once per tile; constants
/// are folded. The value at a point depends neither on the number of points computed together nor on the vector width
/// of the computer. Conditions give 1 or 0.
package final class Program: Sendable {
  package let inputCount: Int
  package let outputCount: Int
  package let uniformCount: Int
  /// Rows of intermediate values that a workspace holds.
  package var registerCount: Int { code.registerCount }
  /// Loops over the points.
  package var instructionCount: Int { code.body.count }

  let code: ProgramCode

  /// Compiles some expressions.
  ///
  /// - Parameters:
  ///   - outputs: the expressions, in the order of the output rows.
  ///   - pointwise: symbols that vary along a tile: the input rows, in this order.
  ///   - uniforms: symbols that are one number per tile: the uniforms, in this order.
  ///   - constants: symbols that have the same value always.
  /// - Throws: a problem for every symbol without a value, and for operations that cannot be computed point by point.
  package init(
    outputs: [Expression], pointwise: [Symbol], uniforms: [Symbol], constants: [Symbol: Double]
  ) throws(ExpressionProblems) {
    var source = ExpressionGraph()
    let replacements = constants.mapValues { source.constant($0) }
    let inserted = outputs.map { source.insert($0, replacing: replacements) }
    let (nodes, roots) = source.extract(inserted)
    let inputs = Dictionary(zip(pointwise, pointwise.indices), uniquingKeysWith: { first, _ in first })
    let numbers = Dictionary(zip(uniforms, uniforms.indices), uniquingKeysWith: { first, _ in first })
    let problems = Program.problems(of: nodes, known: Set(pointwise).union(uniforms))
    if !problems.isEmpty { throw ExpressionProblems(problems) }
    var graph = MachineGraph()
    let map = graph.add(nodes, inputs: inputs, uniforms: numbers)
    let results = roots.map { map[$0] }
    graph.fuse(outputs: results)
    inputCount = pointwise.count
    outputCount = outputs.count
    uniformCount = uniforms.count
    code = ProgramCode(graph, outputs: results, inputCount: pointwise.count, uniformCount: uniforms.count)
    guard code.registerCount <= Program.mostRegisters else {
      let message = "the expression needs \(code.registerCount) intermediate values at once"
      throw ExpressionProblems([
        ExpressionProblem(range: 0..<0, message: message, remedy: "at most \(Program.mostRegisters) are possible")
      ])
    }
  }

  /// Most registers: 8 MiB for each thread.
  private static let mostRegisters = 4096

  private static func problems(of nodes: [Node], known: Set<Symbol>) -> [ExpressionProblem] {
    nodes.compactMap { node in
      switch node {
      case .symbol(let symbol) where !known.contains(symbol):
        ExpressionProblem(range: 0..<0, message: "\"\(symbol)\" has no value where this expression is computed")
      case .functional(let kind, _):
        ExpressionProblem(
          range: 0..<0, message: "\(kind.rawValue)(…) over the whole domain cannot be computed at a point")
      case .lineFunctional, .convolution:
        ExpressionProblem(
          range: 0..<0, message: "convolve(kernel, e) and integrals along an axis cannot be computed here",
          remedy: "they may be used in rates and observables")
      case .delay:
        ExpressionProblem(
          range: 0..<0, message: "delayed(e, tau) cannot be computed here",
          remedy: "it may be used in the rates of processes")
      default: nil
      }
    }
  }
}
