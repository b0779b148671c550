import Fields
import Rates

/// Working memory of one thread for the reactions of a tile.
final class TileWorker {
  let block: TileBlock
  let rows: Rows
  /// Of the explicit and the exponential methods.
  let stages: StageRows
  let rates: PointwiseFunctions.Workspace
  let losses: PointwiseFunctions.Workspace
  let productionsAndLosses: PointwiseFunctions.Workspace
  let jacobian: PointwiseFunctions.Workspace
  let places: PointwiseFunctions.Workspace?
  let closedForms: PointwiseFunctions.Workspace?
  let processes: PointwiseFunctions.Workspace?
  let poles: PointwiseFunctions.Workspace?
  /// The largest loss of each field over the tile, and by how much it has changed.
  let largestLosses, changesOfLosses: Numbers
  let exponential: ExponentialCoefficients
  var counters = ReactionCounters()

  /// Rows of the tile block.
  struct Rows: Sendable {
    /// Values at the start of a substep, with the inputs of the programs behind them.
    var old = 0
    /// Values at a stage and at the end of a substep, likewise.
    var new: Int
    let source: Int
    /// What the method at work needs: stages, then matrices.
    let stages: Int
    /// Behind the stages of every method but the Rosenbrock ones.
    let losses: Int
    /// For what is added up along the way: values within a substep, like `old`; all rates at its start and its end; the
    /// rates of the single processes.
    let middle: Int
    var startRates: Int
    var endRates: Int
    let processes: Int
    /// Divisors of rates at the start and at the end of a substep.
    let poles: Int
    let count: Int

    static let mostStages =
      (RungeKuttaPair.all.map(\.stageCount) + RosenbrockPair.all.map { $0.stageCount + 2 }).max() ?? 0

    init(_ system: ReactionSystem) {
      let fields = system.fieldCount
      new = system.functions.inputRowCount
      source = 2 * system.functions.inputRowCount
      stages = source + fields
      losses = stages + (Rows.mostStages - 1) * fields
      middle = stages + Rows.mostStages * fields + system.jacobian.functions.count + fields * fields
      let isAccounted = system.processes != nil
      startRates = middle + (isAccounted ? system.functions.inputRowCount : 0)
      endRates = startRates + (isAccounted ? fields : 0)
      processes = endRates + (isAccounted ? fields : 0)
      poles = processes + (system.processes?.count ?? 0)
      count = poles + 2 * (system.poles?.terms.count ?? 0)
    }
  }

  init(_ system: ReactionSystem) {
    rows = Rows(system)
    block = TileBlock(rowCount: rows.count)
    stages = StageRows(block, row: rows.stages, fields: system.fieldCount)
    rates = system.functions.makeWorkspace()
    losses = system.losses.makeWorkspace()
    productionsAndLosses = system.productionsAndLosses.makeWorkspace()
    jacobian = system.jacobian.functions.makeWorkspace()
    places = system.places?.makeWorkspace()
    closedForms = system.closedForms?.functions.makeWorkspace()
    processes = system.processes?.makeWorkspace()
    poles = system.poles?.functions.makeWorkspace()
    (largestLosses, changesOfLosses) = (Numbers(count: system.fieldCount), Numbers(count: system.fieldCount))
    exponential = ExponentialCoefficients(fieldCount: system.fieldCount)
  }
}
