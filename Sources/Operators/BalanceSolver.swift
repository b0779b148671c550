import CKernels
import Fields
import Glibc

/// Finds the balance of one field, `∇·(D ∇w) + b + R(w) = 0`, where its movement is much faster than all else.
///
/// Newton's method; its linear equations `(−L − R′(w)) δ = L w + b + R(w)` by elimination on one axis, and by conjugate
/// gradients on more. `L` is the
/// finite-volume operator of second order, so that a balance of non-negative production and proportional decay is never
/// negative. Where `R` vanishes, the balance is that of diffusion and the sides alone. Where nothing is exchanged at the sides and
/// `R` does not depend on the field, its mean has no influence on the balance and stays as it is.
///
/// The preconditioner is the inverse for the mean diffusivity and the mean `R′` on the whole grid, by fast
/// transforms or elimination: with constant coefficients one iteration is exact.
package final class BalanceSolver: Sendable {
  package let field: Int
  private let volumes: PointVolumes
  private let grid: Grid
  private let local: LocalField
  /// For the mean diffusivity.
  private let inverse: any DiffusionFunctions
  private let isClosed: Bool
  /// Whether there is one axis, that is not periodic.
  private let isLine: Bool
  private let pool: WorkerPool
  private let scratch: [WorkerScratch]
  /// `R` and `R′`.
  private let rates: FieldSet
  private let work: FieldSet

  /// Fields of `work`.
  private enum Part {
    static let residual = 0
    static let solution = 1
    static let direction = 2
    static let image = 3
    static let preconditioned = 4
    static let before = 5
    /// The rate at which each point loses by movement what it holds.
    static let movement = 6
    static let count = 7
  }

  /// - Parameter description: the diffusivity may depend on position only.
  package init(
    field: Int, _ description: FieldDiffusion, volumes: PointVolumes, pool: WorkerPool
  ) throws {
    self.field = field
    self.volumes = volumes
    self.pool = pool
    grid = volumes.grid
    scratch = (0..<pool.threadCount).map { _ in WorkerScratch() }
    local = try LocalField(field, description, volumes, pool)
    isClosed = local.own.isClosed
    isLine = description.boundaries.count == 1 && description.boundaries[0] != .periodic && !volumes.isMasked
    rates = try FieldSet(grid: grid, count: 2)
    work = try FieldSet(grid: grid, count: Part.count)
    let means = volumes.grid.axes.indices.map { [local] axis in
      local.values.sum(local.values.count == 1 ? 0 : axis) / Double(volumes.pointCount)
    }
    let constant = FieldDiffusion(diffusivities: means, boundaries: description.boundaries, symbol: .secondOrder)
    var transforms = TransformCache(grid: grid)
    inverse = transforms.functions(of: constant, grid: grid)
  }

  package var workingFieldCount: Int { rates.count + work.count + local.values.count + grid.axes.count }

  /// The residual is made smaller than this share of the production and consumption.
  private static let tolerance = 1e-10
  private static let rounding = 1e-13
  /// What rounding leaves of the movement between a point, its neighbors and the sides, as a share of the movement from the point.
  private static let movementRounding = 1e-14
  /// Smaller numbers have no digits to spare.
  private static let nothing = 1e-290
  /// The squares of smaller numbers have lost digits, or are 0.
  private static let smallSquare = 1e-140
  private static let mostNewtonSteps = 40
  private static let mostIterations = 2000
  /// In so many Newton steps values are kept from becoming negative.
  private static let guardedSteps = 15
  /// Of its value a point keeps at least so much in a guarded step.
  private static let leastShare = 0.1

  /// Replaces the field in `state` by its balance with the others.
  ///
  /// - Parameters:
  ///   - isLinear: whether `R` is linear in the field; else the search stays among non-negative values for a while, as
  ///     there may be false solutions beyond the pole of a saturated uptake.
  ///   - evaluate: writes `R` and `∂R/∂w` at all points into fields 0 and 1 of `target`.
  package func solve(
    _ state: FieldSet, time: Double, isLinear: Bool, evaluate: (_ state: FieldSet, _ target: FieldSet) -> Void
  ) throws(BalanceFailure) {
    let w = FieldPointer(state, field)
    // In a domain that has grown: all of the equation times scale², so that the operator stays that of the grid.
    let square = state.scale * state.scale
    local.own.setLosses(local.values, scale: state.scale)
    pool.forEach(grid.rowCount) { row, _ in
      self.local.own.setDecay(row: row, to: self.work.pointer(Part.movement, row: row))
    }
    func evaluateOnGrid(_ state: FieldSet, _ target: FieldSet) {
      evaluate(state, target)
      guard square != 1 else { return }
      for component in 0..<target.count { target.setField(component, toSumOf: [(square, target)]) }
    }
    let sides = local.own.sideRates(local.values, time: time, scale: state.scale)
    var residual = try self.residual(state, sides, evaluateOnGrid)
    // What is left by rounding of a balance that was large before.
    let before = max(BalanceSolver.rounding * residual.scale, BalanceSolver.nothing)
    let meanBefore = max(BalanceSolver.rounding * residual.rates, BalanceSolver.nothing)
    /// What the residual may be at a point, and its mean where nothing is exchanged at the sides.
    ///
    /// A share of the production and consumption, or what rounding leaves where they or movements cancel. In the mean, movements
    /// cancel whatever the rounding.
    func allowed() -> (point: Double, mean: Double) {
      let rounding = BalanceSolver.rounding * consumption(w)
      return (
        max(BalanceSolver.tolerance * residual.scale, rounding, before, movementRounding(w)),
        max(BalanceSolver.tolerance * residual.rates, rounding, meanBefore)
      )
    }
    func isBalanced() -> Bool {
      let allowed = allowed()
      return residual.largest <= allowed.point && residual.mean <= allowed.mean
    }
    let mayBeGuarded = !isLinear && state.minimum(field) >= 0
    for index in 0..<BalanceSolver.mostNewtonSteps {
      // On a line one step is little work, and finds also what is far below the residual at other points.
      if isBalanced(), index > 0 || !isLine || isSingular || residual.largest <= BalanceSolver.nothing { return }
      try solveLinear(to: max(BalanceSolver.tolerance * residual.scale, movementRounding(w)))
      work.setField(Part.before, toSumOf: [(1, state)], field: field, pool: pool)
      if mayBeGuarded, index < BalanceSolver.guardedSteps, limitDecrease(of: w) {
        add(1, to: w)
        residual = try self.residual(state, sides, evaluateOnGrid)
        continue
      }
      // Shorter steps where the whole one makes it worse.
      var share = 1.0
      while true {
        add(share, to: w)
        let last = residual
        residual = try self.residual(state, sides, evaluateOnGrid)
        if residual.largest < last.largest || isBalanced() { break }
        residual = last
        state.setField(field, toSumOf: [(1, work)], field: Part.before, pool: pool)
        share *= 0.5
        guard share > 1e-4 else {
          // Rounding keeps the residual from falling further: good enough if it is small.
          residual = try self.residual(state, sides, evaluateOnGrid)
          let size = BalanceSolver.tolerance * max(residual.scale, consumption(w))
          if residual.largest <= max(1e3 * size, 10 * movementRounding(w)), residual.mean <= 1e3 * size { return }
          throw BalanceFailure(field: field, problem: "finds no balance", time: time)
        }
      }
    }
    throw BalanceFailure(field: field, problem: "finds no balance", time: time)
  }

  /// Limits the change so that no value falls below a share of what it is; whether it had to.
  private func limitDecrease(of w: FieldPointer) -> Bool {
    var isLimited = false
    for row in 0..<grid.rowCount {
      let (values, change) = (w.start + row * grid.rowStride, work.pointer(Part.solution, row: row))
      for point in 0..<grid.rowLength where values[point] + change[point] < BalanceSolver.leastShare * values[point] {
        change[point] = (BalanceSolver.leastShare - 1) * values[point]
        isLimited = true
      }
    }
    return isLimited
  }

  /// The largest `|R′(w) w|`: what each point consumes, if `R` is linear.
  ///
  /// Where little moves, it is much larger than `R`.
  private func consumption(_ w: FieldPointer) -> Double {
    var largest = 0.0
    for row in 0..<grid.rowCount {
      let (values, slope) = (w.start + row * grid.rowStride, rates.pointer(1, row: row))
      for point in 0..<grid.rowLength { largest = max(largest, abs(values[point] * slope[point])) }
    }
    return largest
  }

  /// What rounding leaves of the movement of the field, at the point where that is most.
  private func movementRounding(_ w: FieldPointer) -> Double {
    var largest = 0.0
    for row in 0..<grid.rowCount {
      let (values, movement) = (w.start + row * grid.rowStride, work.pointer(Part.movement, row: row))
      for point in 0..<grid.rowLength { largest = max(largest, abs(values[point]) * movement[point]) }
    }
    return BalanceSolver.movementRounding * largest
  }

  private func add(_ share: Double, to w: FieldPointer) {
    pool.forEach(grid.rowCount) { row, _ in
      let (values, change) = (w.start + row * self.grid.rowStride, self.work.pointer(Part.solution, row: row))
      for point in 0..<self.grid.rowLength { values[point] += share * change[point] }
    }
  }

  /// What is left of `L w + b + R`.
  private struct Residual {
    /// At the point where it is largest.
    var largest = 0.0
    /// The size of its parts.
    var scale = 0.0
    /// The size of `b + R`, and of its mean, where nothing is exchanged at the sides; else 0.
    var rates = 0.0
    var mean = 0.0
  }

  /// Finds `L w + b + R`, kept in `work`.
  private func residual(
    _ state: FieldSet, _ sides: [Int: [(column: Int, rate: Double)]], _ evaluate: (FieldSet, FieldSet) -> Void
  ) throws(BalanceFailure) -> Residual {
    evaluate(state, rates)
    volumes.clearOutside(rates)
    var found = Residual()
    let w = FieldPointer(state, field)
    var meanRate = 0.0
    if isClosed {
      // Movements cancel in the mean; what rounding makes of that would be without bound where the field has little decay.
      pool.forEach(grid.rowCount) { row, _ in
        let target = self.work.pointer(Part.residual, row: row)
        target.update(from: self.rates.pointer(0, row: row), count: self.grid.rowLength)
        for side in sides[row] ?? [] { target[side.column] += side.rate }
      }
      volumes.clearOutside(work, field: Part.residual)
      found.rates = max(work.maximum(Part.residual), -work.minimum(Part.residual))
      meanRate = dot(Part.residual, nil) / volumes.total
      if isSingular {
        // Only what is produced on the whole must vanish; the mean of the field stays as it is.
        if abs(meanRate) > 1e-8 * found.rates {
          throw BalanceFailure(
            field: field, problem: "has no balance: production and consumption do not cancel", time: .nan)
        }
        meanRate = 0
      }
      found.mean = abs(meanRate)
    }
    let sizes = TileResults(count: grid.rowCount)
    pool.forEach(grid.rowCount) { row, _ in
      let target = self.work.pointer(Part.residual, row: row)
      self.local.own.apply(row: row, to: w, into: target)
      for side in sides[row] ?? [] { target[side.column] += side.rate }
      let rate = self.rates.pointer(0, row: row)
      var size = 0.0
      for point in 0..<self.grid.rowLength {
        size = max(size, abs(target[point]), abs(rate[point]))
        target[point] += rate[point]
      }
      sizes[row] = size
    }
    volumes.clearOutside(work, field: Part.residual)
    if isClosed { correctMean(to: meanRate, of: w) }
    found.largest = max(work.maximum(Part.residual), -work.minimum(Part.residual))
    guard found.largest.isFinite else { throw BalanceFailure(field: field, problem: "is no finite number", time: .nan) }
    found.scale = sizes.values.max() ?? 0
    return found
  }

  /// Whether the mean of the field has no influence on its balance.
  private var isSingular: Bool { isClosed && rates.maximum(1) == 0 && rates.minimum(1) == 0 }

  /// Gives the residual the mean that it has but for rounding of movements, which cancel in the mean.
  ///
  /// Where elimination finds all values with a small relative error, what is taken off a point is in proportion to what moves there, so that
  /// nothing is made of it where the field is empty.
  private func correctMean(to mean: Double, of w: FieldPointer) {
    let excess = dot(Part.residual, nil) / volumes.total - mean
    guard isLine, !isSingular else { return subtract(excess, from: Part.residual) }
    let (values, movement) = (w.start, work.pointer(Part.movement))
    let (image, residual) = (work.pointer(Part.image), work.pointer(Part.residual))
    for point in 0..<grid.rowLength { image[point] = abs(values[point]) * movement[point] }
    let moved = dot(Part.image, nil) / volumes.total
    guard moved > 0 else { return }
    for point in 0..<grid.rowLength { residual[point] -= excess / moved * image[point] }
  }

  private func subtract(_ mean: Double, from part: Int) {
    for row in 0..<grid.rowCount {
      let (values, inside) = (work.pointer(part, row: row), volumes.values(ofRow: row))
      for point in 0..<grid.rowLength where inside?[point] ?? 1 > 0 { values[point] -= mean }
    }
  }

  /// Solves `(−L − R′) δ = residual`.
  private func solveLinear(to target: Double) throws(BalanceFailure) {
    if isLine && !isSingular { return try eliminate() }
    let largest = max(work.maximum(Part.residual), -work.minimum(Part.residual))
    guard largest < BalanceSolver.smallSquare, largest > 0 else { return try iterate(to: target) }
    // Sums of squares would be 0; a power of 2 takes nothing from the digits.
    let unit = scalbn(1, Int32(largest.exponent))
    scale(Part.residual, by: 1 / unit)
    try iterate(to: target / unit)
    scale(Part.solution, by: unit)
  }

  private func scale(_ part: Int, by factor: Double) {
    work.setField(part, toSumOf: [(factor, work)], field: part, pool: pool)
  }

  /// On one axis the equations are tridiagonal; the sums of the rows are the losses less the slopes.
  private func eliminate() throws(BalanceFailure) {
    let (below, above, loss) = local.own.tridiagonal()
    let (right, slope) = (work.pointer(Part.residual), rates.pointer(1))
    let solution = work.pointer(Part.solution)
    let factors = Numbers(count: loss.count)
    solution.update(from: right, count: loss.count)
    // All pivots of a stable balance are positive.
    let isStable = RowSumElimination.solve(
      solution, count: loss.count, below: below, above: above, factors: factors.start
    ) { loss[$0] - slope[$0] }
    guard isStable else { throw unstable }
  }

  private var unstable: BalanceFailure {
    BalanceFailure(field: field, problem: "has no stable steady state: it would grow without bound", time: .nan)
  }

  /// Conjugate gradients until the residual is smaller than `target`.
  private func iterate(to target: Double) throws(BalanceFailure) {
    let mean = -rates.sum(1) / Double(volumes.pointCount)
    // Where the field grows on the whole there is nothing to invert; the curvature will tell.
    let shift = mean > 0 || isSingular ? max(mean, 0) : max(rates.maximum(1), -rates.minimum(1))
    work.fill(Part.solution, with: 0)
    precondition(shift: shift)
    work.setField(Part.direction, toSumOf: [(1, work)], field: Part.preconditioned, pool: pool)
    var product = dot(Part.residual, Part.preconditioned)
    for _ in 0..<BalanceSolver.mostIterations {
      guard product > 0 else { return }
      applyOperator()
      let curvature = dot(Part.direction, Part.image)
      guard curvature > 0 else { throw unstable }
      let step = product / curvature
      combine(Part.solution, 1, Part.direction, step)
      combine(Part.residual, 1, Part.image, -step)
      if max(work.maximum(Part.residual), -work.minimum(Part.residual)) <= 0.1 * target { return correctMean() }
      precondition(shift: shift)
      let next = dot(Part.residual, Part.preconditioned)
      combine(Part.direction, next / product, Part.preconditioned, 1)
      product = next
    }
  }

  /// Adds the number to the solution that leaves no mean of the residual, where nothing is exchanged at the sides: there the
  /// mean of `L δ` is 0, and with few consumers a mean far below the residual at the points makes much of the solution.
  private func correctMean() {
    guard isClosed, !isSingular else { return }
    work.setField(Part.image, toSumOf: [(-1, rates)], field: 1, pool: pool)
    let decay = dot(Part.image, nil)
    if decay > 0 { subtract(-dot(Part.residual, nil) / decay, from: Part.solution) }
  }

  /// `image ← (−L − R′) direction`.
  private func applyOperator() {
    let direction = FieldPointer(work, Part.direction)
    pool.forEach(grid.rowCount) { row, _ in
      let (image, values) = (self.work.pointer(Part.image, row: row), self.work.pointer(Part.direction, row: row))
      self.local.own.apply(row: row, to: direction, scale: -1, into: image)
      let slope = self.rates.pointer(1, row: row)
      for point in 0..<self.grid.rowLength { image[point] -= slope[point] * values[point] }
    }
  }

  private func precondition(shift: Double) {
    work.setField(Part.preconditioned, toSumOf: [(1, work)], field: Part.residual, pool: pool)
    let values = FieldPointer(work, Part.preconditioned)
    inverse.resolve(values, shift: shift, pool: pool, scratch: scratch)
    volumes.clearOutside(work, field: Part.preconditioned)
  }

  /// `a ← s a + t b`.
  private func combine(_ a: Int, _ s: Double, _ b: Int, _ t: Double) {
    pool.forEach(grid.rowCount) { row, _ in
      let (target, other) = (self.work.pointer(a, row: row), self.work.pointer(b, row: row))
      for point in 0..<self.grid.rowLength { target[point] = s * target[point] + t * other[point] }
    }
  }

  /// The integral of a product of two fields of `work`, or of one field.
  private func dot(_ a: Int, _ b: Int?) -> Double {
    let length = grid.rowLength
    let ones = b == nil ? [Double](repeating: 1, count: length) : []
    let sums = pool.rowSums(grid, count: 1) { row, sum in
      let (values, weights) = (self.work.pointer(a, row: row), self.volumes.values(ofRow: row))
      sum[0] =
        b.map { array_dot(values, self.work.pointer($0, row: row), weights, length) }
        ?? array_dot(values, ones, weights, length)
    }
    return sums[0] * (volumes.uniform ?? 1)
  }
}

/// A field that should be in balance has none.
package struct BalanceFailure: Error, Sendable {
  package let field: Int
  package let problem: String
  package let time: Double
}
