import Expressions
import Fields
import Synchronization

/// Evaluates expressions over a whole grid: functionals of the domain, and fields given by expressions.
///
/// Sums are taken tile by tile and then pairwise over tiles, so that no result depends on the number of threads.
package final class GridEvaluator: Sendable {
  package let functions: PointwiseFunctions
  private let volumes: PointVolumes
  private let tiling: Tiling
  private let pool: WorkerPool
  private let workspaces: PerWorker<PointwiseFunctions.Workspace>
  private let blocks: PerWorker<TileBlock>

  package init(_ functions: PointwiseFunctions, volumes: PointVolumes, pool: WorkerPool) {
    self.functions = functions
    self.volumes = volumes
    tiling = Tiling(volumes.grid)
    self.pool = pool
    workspaces = PerWorker(pool) { functions.makeWorkspace() }
    let rows = functions.inputRowCount + max(functions.count, 1)
    blocks = PerWorker(pool) { TileBlock(rowCount: rows) }
  }

  /// The functionals that occur in the expressions, in their order; later ones may depend on earlier ones.
  package func functionalValues(of state: FieldSet, time: Double) -> [Double] {
    var values = [Double](repeating: 0, count: functions.functionals.count)
    for group in functions.functionalGroups {
      for (index, value) in zip(group, self.values(of: group, known: values, state: state, time: time)) {
        values[index] = value
      }
    }
    return values
  }

  /// Those of some functionals that do not depend on each other, in one pass.
  private func values(of group: [Int], known: [Double], state: FieldSet, time: Double) -> [Double] {
    let kinds = group.map { functions.functionals[$0].kind }
    let (tiles, output) = (tiling.count, functions.inputRowCount)
    let partials = TileResults(count: tiles * group.count)
    /// Those of a field itself are found where it lies, which takes a fraction of the time.
    func field(_ place: Int) -> Int? { volumes.uniform == nil ? nil : functions.fieldOfFunctional[group[place]] }
    for place in group.indices {
      guard let field = field(place) else { continue }
      state.reduce(field, tiling, Reduction(kinds[place]), into: partials, from: place * tiles, pool: pool)
    }
    let others = group.indices.filter { field($0) == nil }
    if !others.isEmpty {
      forEachTile(state, functionals: known) { tileIndex, block, tile, workspace in
        let volumes = self.volumes.values(of: tile)
        for place in others {
          self.functions.evaluateArgument(
            of: group[place], block, inputRow: 0, outputRow: output, time: time, count: tile.count,
            workspace: workspace)
          partials[place * tiles + tileIndex] =
            switch Reduction(kinds[place]) {
            case .sum: block.sum(row: output, times: volumes, count: tile.count)
            case .maximum: block.maximum(row: output, where: volumes, count: tile.count)
            case .minimum: block.minimum(row: output, where: volumes, count: tile.count)
            }
        }
      }
    }
    return kinds.enumerated().map { place, kind in
      let partials = Array(partials.values[(place * tiles)..<((place + 1) * tiles)])
      return switch kind {
      case .integral: pairwiseSum(partials) * (volumes.uniform ?? 1) * state.grid.growth(by: state.scale)
      case .mean: pairwiseSum(partials) / (volumes.uniform == nil ? volumes.total : Double(volumes.pointCount))
      case .max: partials.reduce(-.infinity) { $0.isNaN || $0 > $1 ? $0 : $1 }
      case .min: partials.reduce(.infinity) { $0.isNaN || $0 < $1 ? $0 : $1 }
      }
    }
  }

  /// One number per expression, each of which depends on functionals, parameters and time alone (an observable).
  package func values(of state: FieldSet, time: Double) -> [Double] {
    let functionals = functionalValues(of: state, time: time)
    let block = blocks[0]
    let output = functions.inputRowCount
    functions.enter(
      Tile(row: 0, column: 0, count: 1), scale: state.scale, functionals: functionals, block: block, inputRow: 0,
      workspace: workspaces[0])
    functions.evaluate(block, inputRow: 0, outputRow: output, time: time, count: 1, workspace: workspaces[0])
    return (0..<functions.count).map { block[row: output + $0, point: 0] }
  }

  /// Replaces every field of `target` by the expression of the same number, evaluated at each point with the fields of `state`.
  ///
  /// - Parameters:
  ///   - known: the values of the functionals, if they are not those of `state`.
  ///   - places: the extra inputs, if there are any and `fill` does not set them.
  ///   - fill: writes the rows of the extra inputs, given the block, the first of these rows and the tile.
  package func evaluate(
    _ state: FieldSet, time: Double, into target: FieldSet, functionals known: [Double]? = nil, places: FieldSet? = nil,
    fill: (@Sendable (TileBlock, Int, Tile) -> Void)? = nil
  ) {
    let functionals = known ?? functionalValues(of: state, time: time)
    precondition(!functions.hasExtraInputs || places != nil || fill != nil)
    if fill == nil, functions.isTranslationInvariant, state !== target {
      // From the fields where they lie, in pieces that go over rows.
      let count = state.grid.storageCount
      pool.forEach((count + Tile.capacity - 1) / Tile.capacity) { piece, worker in
        let start = piece * Tile.capacity
        self.functions.evaluate(
          state, places: places, into: target, from: start, count: min(Tile.capacity, count - start), time: time,
          functionals: functionals, workspace: self.workspaces[worker])
      }
      return
    }
    forEachTile(state, functionals: functionals) { _, block, tile, workspace in
      if let places { block.load(places, tile: tile, into: self.functions.extraInputRow, most: places.count) }
      fill?(block, self.functions.extraInputRow, tile)
      let output = self.functions.inputRowCount
      self.functions.evaluate(
        block, inputRow: 0, outputRow: output, time: time, count: tile.count, workspace: workspace)
      block.store(output, to: target, tile: tile)
    }
  }

  /// Whether `replace` can take the place of `evaluate`.
  package var isPointwise: Bool { functions.isTranslationInvariant && !functions.isNonlocal }

  /// Replaces the values of the fields at some points by the expressions; the extra inputs follow the fields.
  ///
  /// - Precondition: `isPointwise`.
  package func replace(_ points: PointBlock, time: Double, worker: Int) {
    for start in stride(from: 0, to: points.count, by: Tile.capacity) {
      functions.replace(
        points, from: start, count: min(Tile.capacity, points.count - start), time: time, in: blocks[worker],
        workspace: workspaces[worker])
    }
  }

  /// The integral over the domain of every expression.
  package func integrals(of state: FieldSet, time: Double) -> [Double] {
    let count = functions.count
    let tiles = tiling.count
    let values = TileResults(count: tiles * count)
    let functionals = functionalValues(of: state, time: time)
    forEachTile(state, functionals: functionals) { index, block, tile, workspace in
      let output = self.functions.inputRowCount
      self.functions.evaluate(
        block, inputRow: 0, outputRow: output, time: time, count: tile.count, workspace: workspace)
      for number in 0..<count {
        values[number * tiles + index] = block.sum(
          row: output + number, times: self.volumes.values(of: tile), count: tile.count)
      }
    }
    let volume = (volumes.uniform ?? 1) * state.grid.growth(by: state.scale)
    return (0..<count).map { number in
      pairwiseSum(Array(values.values[(number * tiles)..<((number + 1) * tiles)])) * volume
    }
  }

  private func forEachTile(
    _ state: FieldSet, functionals: [Double],
    _ body: @Sendable (Int, TileBlock, Tile, PointwiseFunctions.Workspace) -> Void
  ) {
    pool.forEach(tiling.count) { index, worker in
      let (tile, block, workspace) = (self.tiling[index], self.blocks[worker], self.workspaces[worker])
      block.load(state, tile: tile, into: 0, most: self.functions.fieldCount)
      self.functions.enter(
        tile, scale: state.scale, functionals: functionals, block: block, inputRow: 0, workspace: workspace)
      body(index, block, tile, workspace)
    }
  }
}

extension Reduction {
  fileprivate init(_ kind: Functional.Kind) {
    self =
      switch kind {
      case .integral, .mean: .sum
      case .max: .maximum
      case .min: .minimum
      }
  }
}
