/// How a tile takes substeps at the moment.
enum SubstepMethod: Int, CaseIterable {
  /// None: the whole interval by the exact flow.
  case exact
  case explicit
  case exponential
  case twoStageExponential
  case rosenbrock
  case quasiSteady

  /// As users know it.
  ///
  /// - Parameters:
  ///   - pair: the explicit one in use.
  ///   - rosenbrock: the Rosenbrock method in use.
  func name(_ pair: RungeKuttaPair, _ rosenbrock: RosenbrockPair) -> String {
    switch self {
    case .exact: "exact"
    case .explicit: pair.name
    case .exponential: ReactionMethod.exponential.name
    case .twoStageExponential: ReactionMethod.twoStageExponential.name
    case .rosenbrock: rosenbrock.name
    case .quasiSteady: ReactionMethod.quasiSteady.name
    }
  }
}

/// Which method a tile begins with, and which comes next where one does not do.
///
/// What is decided depends on the values of the tile alone.
package struct SubstepChoice {
  /// Below this product of the fastest loss and the interval the explicit pair is the cheapest.
  package static let explicitReach = 0.5
  /// After so many substeps, and with more than that to come, another method may be worth its cost.
  static let manySubsteps = 16

  let isAutomatic: Bool
  private(set) var method: SubstepMethod
  /// Those that are not to be tried again.
  private var left: Set<SubstepMethod> = []

  init(_ kind: ReactionMethod.Kind) {
    switch kind {
    case .explicit: (method, isAutomatic) = (.explicit, false)
    case .exponential: (method, isAutomatic) = (.exponential, false)
    case .twoStageExponential: (method, isAutomatic) = (.twoStageExponential, false)
    case .rosenbrock: (method, isAutomatic) = (.rosenbrock, false)
    case .quasiSteady: (method, isAutomatic) = (.quasiSteady, false)
    case .automatic: (method, isAutomatic) = (.exponential, true)
    }
  }

  /// Chooses the first method by the fastest loss of the tile.
  mutating func begin(loss: Double, interval: Double) {
    if isAutomatic, loss * interval <= SubstepChoice.explicitReach { method = .explicit }
  }

  /// Looks for another method after a rejection.
  ///
  /// - Parameters:
  ///   - failures: results in a row that were negative or no numbers.
  ///   - done: substeps that this method has done.
  ///   - parts: into how many of the substep to try next what is left is divided.
  ///   - stiffness: the fastest loss times that substep.
  /// - Returns: whether there is one.
  mutating func change(failures: Int, done: Int, parts: Double, stiffness: Double) -> Bool {
    guard isAutomatic else { return false }
    let many = SubstepChoice.manySubsteps
    let next: [SubstepMethod]
    switch method {
    case .explicit where failures >= 3: next = [.exponential, .rosenbrock]
    case .explicit where mayBeStiff(done: done) && parts > Double(many) && stiffness > 1: next = [.rosenbrock]
    case .exponential where failures >= 3: next = [.rosenbrock]
    case .exponential where done >= many && parts > Double(many): next = stiffness > 1 ? [.rosenbrock] : [.explicit]
    case .rosenbrock where failures >= 3: next = [.quasiSteady]
    default: next = []
    }
    return take(next)
  }

  /// Whether stability may be what keeps the substeps of the explicit pair short, so that the fastest loss is worth a look.
  func mayBeStiff(done: Int) -> Bool { isAutomatic && method == .explicit && done >= SubstepChoice.manySubsteps }

  /// Looks for a cheaper method after a substep that counts.
  ///
  /// Where accuracy asks for substeps that are short in any case, the explicit pair has the higher order.
  ///
  /// - Parameters:
  ///   - done: substeps that this method has done.
  ///   - stiffness: the fastest loss times the substep to try next.
  /// - Returns: whether there is one.
  mutating func relax(done: Int, stiffness: Double) -> Bool {
    guard isAutomatic, method == .exponential, done >= SubstepChoice.manySubsteps,
      stiffness <= SubstepChoice.explicitReach
    else { return false }
    return take([.explicit])
  }

  private mutating func take(_ candidates: [SubstepMethod]) -> Bool {
    guard let next = candidates.first(where: { !left.contains($0) }) else { return false }
    left.insert(method)
    method = next
    return true
  }
}
