import Fields

extension LinearParts {
  /// Whether rates that at each point depend on the values there alone can be found in one pass along the last axis: all
  /// fields that are transformed are so in the same way, and nothing is added at the sides or from neighboring points.
  package var canPassThroughPoints: Bool { lastOrder != nil }

  /// The order in which a block of lines along the last axis holds the values of all fields; nil if they have none in
  /// common, or if the only axis is the first.
  static func commonOrder(_ parts: [Part], _ grid: Grid) -> [Int]? {
    let last = grid.axes.count - 1
    guard last > 0, parts.allSatisfy({ $0.sides == nil && $0.stencils.isEmpty }) else { return nil }
    let orders = Set(parts.compactMap { $0.space?.orders(axis: last).values })
    return orders.count == 1 ? orders.first : nil
  }

  /// From what a stage has left undone along the last axis to the rates at its points, in coefficients but along the first
  /// axis: each block of lines goes to the values at the points, to the rates there and back without leaving the cache.
  ///
  /// - Parameters:
  ///   - stage: of `stage(into:…, butLastAxis: true)`.
  ///   - keepsPoints: whether `stage` becomes the values at the points; else it is of no use any more.
  ///   - places: further inputs of the rates.
  ///   - target: becomes the rates as `toCoefficients(_:butFirstAxis:)` leaves them.
  ///   - work: replaces the values of the fields, which the further inputs follow, by the rates.
  /// - Precondition: `canPassThroughPoints`.
  package func passThroughPoints(
    of stage: FieldSet, keepsPoints: Bool, places: FieldSet?, to target: FieldSet,
    _ work: @Sendable (_ block: PointBlock, _ worker: Int) -> Void
  ) {
    guard let order = lastOrder else { preconditionFailure("the fields do not go the same way") }
    let axis = grid.axes.count - 1
    let lines = LineBlocks(grid: grid, axis: axis, lanes: grid.transformLanes)
    let (size, count, placeCount) = (lines.blockSize, parts.count, places?.count ?? 0)
    let ways = parts.indices.map { field in
      let space = parts[field].space
      return Way(
        space: space, order: space?.orders(axis: axis).coefficients ?? order, stage: FieldPointer(stage, field),
        target: FieldPointer(target, field))
    }
    pool.forEach(lines.blockCount) { index, worker in
      let spare = self.scratch[worker].memory((1 + count + placeCount) * size)
      let block = PointBlock(start: spare + size, spacing: size, count: size)
      for (field, way) in ways.enumerated() {
        let values = block.row(field)
        lines.load(index, from: way.stage.start, into: way.space == nil ? values : spare, order: way.order)
        way.space?.backward(spare, to: values, axis: axis)
        if keepsPoints { lines.store(values, index, to: way.stage.start, order: order) }
      }
      if let places {
        for place in 0..<placeCount {
          lines.load(index, from: places.pointer(place), into: block.row(count + place), order: order)
        }
      }
      work(block, worker)
      for (field, way) in ways.enumerated() {
        let rates = block.row(field)
        if let space = way.space {
          lines.clearUnused(index, of: rates)
          space.forward(rates, to: spare, axis: axis)
        }
        lines.store(way.space == nil ? rates : spare, index, to: way.target.start, order: way.order)
      }
    }
    CoefficientSpace.forward(members(target), along: 1..<axis, pool: pool, scratch: scratch)
    meter.add {
      $0.transforms += transformed.count * grid.axes.count
      $0.sharedPasses += transformed.count
    }
  }
}

/// What a field goes through along the last axis: to the points and back, or nothing where it stays there.
private struct Way: Sendable {
  let space: CoefficientSpace?
  /// Of the coefficients in a block, or of the values where there are none.
  let order: [Int]
  let stage, target: FieldPointer
}
