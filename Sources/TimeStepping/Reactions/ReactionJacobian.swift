import Expressions
import Rates

/// The derivatives of all rates, as a Rosenbrock method needs them: `J = ∂R/∂u` and `dR/dt` at fixed `u`.
struct ReactionJacobian: Sendable {
  /// The elements of J that are not identically 0, then the derivatives by time, then those by each functional.
  let functions: PointwiseFunctions
  /// The output with each element of J, row by row; −1 where it is 0.
  let entries: [Int32]
  /// Elements that differ from 0 in the triangular factors of `I − J`.
  let pattern: [Bool]
  let elementCount: Int
  let functionalCount: Int
  /// Whether rates change at fixed `u`.
  let dependsOnTime: Bool

  struct Derivatives {
    var expressions: [Expression] = []
    var entries: [Int32] = []
    var elementCount = 0
    var functionalCount = 0
    var dependsOnTime = false
  }

  /// - Parameter rates: with symbols in place of functionals.
  static func derivatives(of rates: [Expression], _ fields: [String], _ functionalCount: Int) -> Derivatives {
    var found = Derivatives(functionalCount: functionalCount)
    for rate in rates {
      for field in fields {
        let element = rate.derivative(by: .field(field))
        found.entries.append(element == .constant(0) ? -1 : Int32(found.expressions.count))
        if element != .constant(0) { found.expressions.append(element) }
      }
    }
    found.elementCount = found.expressions.count
    found.dependsOnTime = functionalCount > 0 || rates.contains { $0.dependsOn(.time) }
    guard found.dependsOnTime else { return found }
    let causes = [Symbol.time] + (0..<functionalCount).map(Symbol.functional)
    for cause in causes { found.expressions += rates.map { $0.derivative(by: cause) } }
    return found
  }

  init(_ derivatives: Derivatives, functions: PointwiseFunctions) {
    self.functions = functions
    entries = derivatives.entries
    elementCount = derivatives.elementCount
    functionalCount = derivatives.functionalCount
    dependsOnTime = derivatives.dependsOnTime
    pattern = ReactionJacobian.filled(entries)
  }

  /// The elements that elimination without pivoting fills in, besides those that are there and the diagonal.
  private static func filled(_ entries: [Int32]) -> [Bool] {
    let n = Int(Double(entries.count).squareRoot())
    var pattern = entries.indices.map { entries[$0] >= 0 || $0 / n == $0 % n }
    for k in 0..<n {
      for i in (k + 1)..<n {
        for j in (k + 1)..<n where pattern[i * n + k] && pattern[k * n + j] { pattern[i * n + j] = true }
      }
    }
    return pattern
  }
}
