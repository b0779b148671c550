import Fields

/// What each process has added in some time, integrated over the domain, and how well that is known: the difference
/// between two quadratures.
package struct ProcessAmounts: Sendable {
  package let amounts: [Double]
  package let errors: [Double]
}

/// Collects what the processes add to the tiles.
struct ProcessTally: Sendable {
  let processes: Int
  private let tiles: Int
  private let amounts: TileResults
  private let errors: TileResults

  init(processes: Int, tiles: Int) {
    self.processes = processes
    self.tiles = tiles
    amounts = TileResults(count: processes * tiles)
    errors = TileResults(count: processes * tiles)
  }

  func note(_ account: TileAccount, ofTile tile: Int) {
    for process in 0..<processes {
      amounts[process * tiles + tile] = account.amounts[process]
      errors[process * tiles + tile] = account.errors[process]
    }
  }

  /// The sums over all tiles, pairwise in their order.
  func amounts(pointVolume: Double) -> ProcessAmounts {
    func sums(_ results: TileResults) -> [Double] {
      let values = results.values
      return (0..<processes).map { pairwiseSum(Array(values[($0 * tiles)..<(($0 + 1) * tiles)])) * pointVolume }
    }
    return ProcessAmounts(amounts: sums(amounts), errors: sums(errors))
  }
}
