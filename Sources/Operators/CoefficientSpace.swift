import CKernels
import Fields

/// The transform of a whole field along all its axes, to real coefficients and back, in place.
///
/// In these coefficients every function of the diffusion operator `L` is a product. Serves what is no product over
/// axes.
final class CoefficientSpace: Sendable {
  private let grid: Grid
  private let spectra: [AxisSpectrum]
  private let blocks: [LineBlocks]
  /// Along each axis, of coefficients in a block.
  private let coefficientOrders: [[Int]]
  /// Eigenvalues along the first axis.
  let firstEigenvalues: Numbers
  /// Of each row of coefficients the sum of its eigenvalues of the other axes.
  let rests: Numbers
  /// What a transform there and back multiplies values by.
  let normalization: Double
  /// Mean squares of values of which a single coefficient is 1: along the first axis, and of each row along the others.
  private let meanSquares: (first: [Double], others: [Double])

  init(grid: Grid, spectra: [AxisSpectrum]) {
    self.grid = grid
    self.spectra = spectra
    blocks = grid.axes.indices.map { LineBlocks(grid: grid, axis: $0, lanes: grid.transformLanes) }
    coefficientOrders = spectra.map(\.transform.coefficientOrder)
    let others = spectra.dropFirst()
    firstEigenvalues = Numbers(spectra[0].eigenvalues)
    rests = Numbers(CoefficientSpace.overRows(others.map(\.eigenvalues), count: grid.rowCount, from: 0, +))
    meanSquares = (
      spectra[0].transform.meanSquares,
      CoefficientSpace.overRows(others.map(\.transform.meanSquares), count: grid.rowCount, from: 1, *)
    )
    normalization = spectra.reduce(1) { $0 * $1.transform.normalization }
  }

  /// Transforms of a field, to coefficients or back.
  var transformCount: Int { spectra.count }

  /// A field in the space of its coefficients.
  typealias Member = (space: CoefficientSpace, values: FieldPointer)

  func forward(_ values: FieldPointer, pool: WorkerPool, scratch: [WorkerScratch]) {
    CoefficientSpace.forward([(self, values)], pool: pool, scratch: scratch)
  }

  /// The values come out multiplied by what the products below divide by.
  func backward(_ values: FieldPointer, pool: WorkerPool, scratch: [WorkerScratch]) {
    CoefficientSpace.backward([(self, values)], pool: pool, scratch: scratch)
  }

  /// Fields on the same grid, all at once, from the last axis to the first.
  ///
  /// - Parameter axes: those to go along, instead of all.
  static func forward(
    _ members: [Member], along axes: Range<Int>? = nil, pool: WorkerPool, scratch: [WorkerScratch]
  ) {
    for axis in (axes ?? CoefficientSpace.axes(of: members)).reversed() {
      forEachPiece(of: members, axis: axis, pool) { space, values, blocks, worker in
        space.forward(blocks, axis: axis, of: values, scratch: scratch[worker])
      }
    }
  }

  /// From the first axis to the last.
  static func backward(
    _ members: [Member], along axes: Range<Int>? = nil, pool: WorkerPool, scratch: [WorkerScratch]
  ) {
    for axis in axes ?? CoefficientSpace.axes(of: members) {
      forEachPiece(of: members, axis: axis, pool) { space, values, blocks, worker in
        space.backward(blocks, axis: axis, from: values, to: values, scratch: scratch[worker])
      }
    }
  }

  private static func axes(of members: [Member]) -> Range<Int> { members.first?.space.spectra.indices ?? 0..<0 }

  /// Goes along the first axis with some rows, the first of which begins a block.
  func forwardFirstAxis(_ rows: Range<Int>, of values: FieldPointer, scratch: WorkerScratch) {
    forward(firstAxisBlocks(rows), axis: 0, of: values, scratch: scratch)
  }

  /// And back.
  func backwardFirstAxis(_ rows: Range<Int>, from source: FieldPointer, to target: FieldPointer, scratch: WorkerScratch)
  {
    backward(firstAxisBlocks(rows), axis: 0, from: source, to: target, scratch: scratch)
  }

  private func firstAxisBlocks(_ rows: Range<Int>) -> Range<Int> {
    let lanes = grid.transformLanes
    return rows.lowerBound / lanes..<(rows.upperBound + lanes - 1) / lanes
  }

  private func forward(_ range: Range<Int>, axis: Int, of values: FieldPointer, scratch: WorkerScratch) {
    let (lines, blocks, order) = (spectra[axis].transform, blocks[axis], coefficientOrders[axis])
    let before = lines.order
    for block in range {
      blocks.gather(block, from: values.start, order: before, putBack: order, scratch: scratch) {
        lines.forward($0, spare: $1)
      }
    }
  }

  private func backward(
    _ range: Range<Int>, axis: Int, from source: FieldPointer, to target: FieldPointer, scratch: WorkerScratch
  ) {
    let (lines, blocks, order) = (spectra[axis].transform, blocks[axis], coefficientOrders[axis])
    let after = lines.order
    for block in range {
      blocks.gather(
        block, from: source.start, to: target.start, order: order, putBack: after, scratch: scratch
      ) { lines.backward($0, spare: $1) }
    }
  }

  /// Calls with some blocks of lines at a time: enough that they outweigh what a piece of work costs, and so few that all threads have some.
  private static func forEachPiece(
    of members: [Member], axis: Int, _ pool: WorkerPool,
    _ body: @Sendable (_ space: CoefficientSpace, _ values: FieldPointer, _ blocks: Range<Int>, _ worker: Int) -> Void
  ) {
    guard let blocks = members.first?.space.blocks[axis] else { return }
    let count = blocks.blockCount
    let together = max(1, min(4096 / blocks.blockSize, count * members.count / (8 * pool.threadCount)))
    pool.forEach((count + together - 1) / together * members.count) { item, worker in
      let (member, start) = (members[item % members.count], item / members.count * together)
      body(member.space, member.values, start..<min(start + together, count), worker)
    }
  }

  /// Where the values of a line along an axis lie in a block before and after these, and where its coefficients do.
  func orders(axis: Int) -> (values: [Int], coefficients: [Int]) {
    (spectra[axis].transform.order, coefficientOrders[axis])
  }

  /// From a block of lines along an axis, which is lost, to their coefficients, in another block.
  func forward(_ lines: LineBlock, to other: LineBlock, axis: Int) {
    place(spectra[axis].transform.forward(lines, spare: other), in: other, axis: axis)
  }

  /// And back.
  func backward(_ lines: LineBlock, to other: LineBlock, axis: Int) {
    place(spectra[axis].transform.backward(lines, spare: other), in: other, axis: axis)
  }

  private func place(_ found: LineBlock, in other: LineBlock, axis: Int) {
    if found != other { other.update(from: found, count: blocks[axis].blockSize) }
  }

  /// `u ← e^{hL} u − h φ₁(hL) c`, all in coefficients.
  func advance(_ u: FieldPointer, minus c: FieldPointer, step: Double, pool: WorkerPool) {
    forEachRow(pool) { row in
      let (offset, rest) = (row * rowStride, rests.start[row])
      transform_source_row(
        u.start + offset, c.start + offset, firstEigenvalues.start, rest, step, 1 / normalization, grid.rowLength)
    }
  }

  /// `b ← h (φ₁(hL) b + φ₂(hL) d)`, all in coefficients: what a source adds in a step that is `b` at its start and
  /// `b + d` at its end.
  func respond(_ b: FieldPointer, growingBy d: FieldPointer, step: Double, pool: WorkerPool) {
    forEachRow(pool) { row in
      let (offset, rest) = (row * rowStride, rests.start[row])
      transform_supply_row(
        b.start + offset, d.start + offset, firstEigenvalues.start, rest, step, 1 / normalization, grid.rowLength)
    }
  }

  /// `b ← (shift − L)⁻¹ b`, all in coefficients; the mean is dropped where it has no inverse.
  func resolve(_ b: FieldPointer, shift: Double, pool: WorkerPool) {
    forEachRow(pool) { row in
      let (offset, rest) = (row * rowStride, rests.start[row])
      transform_resolvent_row(
        b.start + offset, firstEigenvalues.start, rest, shift, 1 / normalization, grid.rowLength)
    }
  }

  /// `u ← L u`, in coefficients that come from `forward` and go to `backward`.
  func applyOperator(_ u: FieldPointer, pool: WorkerPool) {
    forEachRow(pool) { row in
      let values = u.start + row * rowStride
      let rest = rests.start[row]
      for point in 0..<rowLength { values[point] *= (firstEigenvalues.start[point] + rest) / normalization }
    }
  }

  /// Calls with the number of each row of coefficients.
  func forEachRow(_ pool: WorkerPool, _ body: @Sendable (_ row: Int) -> Void) { pool.forEachRow(of: grid, body) }

  /// Doubles from one row to the next.
  var rowStride: Int { grid.rowStride }
  /// Coefficients of a row.
  var rowLength: Int { grid.rowLength }

  /// For each row what numbers of its coefficients along the other axes make together.
  private static func overRows(
    _ axes: [[Double]], count: Int, from start: Double, _ join: (Double, Double) -> Double
  ) -> [Double] {
    (0..<count).map { row in
      var index = row
      return axes.reduce(start) { joined, numbers in
        defer { index /= numbers.count }
        return join(joined, numbers[index % numbers.count])
      }
    }
  }

  /// Root mean squares of three fields of values, found from sums over their coefficients.
  ///
  /// - Parameter sum: of a row the sums of squares, each times the mean square of values of which it is the coefficient, along
  ///   the first axis.
  func rootMeanSquares(
    _ pool: WorkerPool,
    _ sum: @Sendable (_ row: Int, _ squares: [Double], _ sums: UnsafeMutablePointer<Double>) -> Void
  ) -> [Double] {
    pool.rowSums(grid, count: 3) { row, sums in
      sum(row, self.meanSquares.first, sums)
      for k in 0..<3 { sums[k] *= self.meanSquares.others[row] }
    }.map { $0.squareRoot() }
  }
}

/// The values of one field, handed to threads that write different parts of it.
struct FieldPointer: @unchecked Sendable {
  let start: UnsafeMutablePointer<Double>

  init(_ set: FieldSet, _ field: Int) { start = set.pointer(field) }
}
