/// What the integration of reactions has taken so far, over all tiles.
package struct ReactionStatistics: Sendable {
  /// Substeps done, and those tried again.
  package var substeps = 0
  package var rejections = 0
  /// Evaluations of the rates of all fields of a tile; those of derivatives and losses are not counted.
  package var evaluations = 0
  /// Intervals of tiles by the name of the method that ended them, "exact" for closed forms.
  package var tiles: [String: Int] = [:]

  package init() {}

  package static func + (a: ReactionStatistics, b: ReactionStatistics) -> ReactionStatistics { a.combined(b, +) }
  package static func - (a: ReactionStatistics, b: ReactionStatistics) -> ReactionStatistics { a.combined(b, -) }

  private func combined(_ other: ReactionStatistics, _ operation: (Int, Int) -> Int) -> ReactionStatistics {
    var result = self
    result.substeps = operation(substeps, other.substeps)
    result.rejections = operation(rejections, other.rejections)
    result.evaluations = operation(evaluations, other.evaluations)
    for (method, count) in other.tiles { result.tiles[method] = operation(tiles[method] ?? 0, count) }
    return result
  }

  mutating func add(_ counters: ReactionCounters, of integrator: ReactionIntegrator) {
    substeps += counters.substeps
    rejections += counters.rejections
    evaluations += counters.evaluations
    for method in SubstepMethod.allCases where counters.tiles[method.rawValue] > 0 {
      tiles[method.name(integrator.pair, integrator.rosenbrock), default: 0] += counters.tiles[method.rawValue]
    }
  }
}

/// The counters of one thread.
struct ReactionCounters {
  var substeps = 0
  var rejections = 0
  var evaluations = 0
  /// Points at which the rates were evaluated, one for each time.
  var evaluatedPoints = 0
  /// Operations of evaluated expressions, and arithmetic of stages and matrices, at all points.
  var operations = 0
  /// Of each way to take substeps.
  var tiles = [Int](repeating: 0, count: SubstepMethod.allCases.count)
}
