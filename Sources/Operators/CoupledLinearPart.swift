import CKernels
import Fields

/// The linear part `L = ∇·D∇ + J − X∇²` of all fields together, with constant matrices `J` and `X`: in the coefficients of a
/// transform a block `L_k = diag(λ_ik) + J − X μ_k` for each wave number `k`, with the eigenvalues `λ_ik` of the diffusion of
/// field `i` and `μ_k` of the Laplacian.
///
/// All fields have the same waves: the same kind of sides, of a Cartesian box. Fields that do not diffuse have `λ = 0`.
package final class CoupledLinearPart: Sendable {
  private let grid: Grid
  private let pool: WorkerPool
  private let scratch: [WorkerScratch]
  private let spaces: [CoefficientSpace]
  /// Of the Laplacian.
  private let waves: CoefficientSpace
  /// For steps, and for parts of a step.
  private let table, inside: MatrixTable
  private let functions: [Function]
  private let meter = WorkMeter()

  package var work: Work { meter.work }
  package var count: Int { spaces.count }
  /// Sets of all fields that the functions of steps, and those of parts of steps, take.
  package var fieldSetCount: Int { 2 * functions.count * count }

  /// Bytes that the functions of all blocks may take.
  private static let mostBytes = 256 << 20

  /// Why the fields cannot be taken together; nil if they can.
  ///
  /// - Parameter functions: the number of those that the method needs.
  package static func obstacle(
    _ fields: [FieldDiffusion], names: [String], functions: Int, volumes: PointVolumes
  ) -> String? {
    let grid = volumes.grid
    if volumes.isMasked { return "the tissue has a shape" }
    if fields.count > Int(matrix_functions_most) { return "there are more than \(matrix_functions_most) fields" }
    for (field, name) in zip(fields, names) {
      if field.isQuasiSteady { return "\(name) is quasi-steady" }
      if field.moves, field.needsFiniteVolumes(volumes) { return "\(name): \(field.localReason(isMasked: false))" }
      if field.staysLocal {
        return "\(name) grows from empty tissue, where the rounding of a transform would grow too"
      }
      if !field.supplies.isEmpty { return "\(name) has prescribed boundary data" }
    }
    for (index, axis) in grid.axes.enumerated() {
      let kinds = Set(fields.map { TransformBasis($0.boundaries[index], axis: axis) })
      if kinds.contains(nil) { return "the sides along \(axis.name) allow no series of waves" }
      if kinds.count > 1 { return "the fields have different kinds of sides along \(axis.name)" }
    }
    let bytes = MatrixTable.bytes(grid: grid, fields: fields.count, functions: functions)
    return bytes > mostBytes ? "there are too many points" : nil
  }

  /// - Parameters:
  ///   - functions: those that the method needs.
  ///   - symbol: of the Laplacian by which taxis is linearized.
  /// - Precondition: `obstacle` finds nothing.
  package init(
    volumes: PointVolumes, fields: [FieldDiffusion], functions: [Function], symbol: DiffusionSymbol = .secondOrder,
    pool: WorkerPool
  ) {
    let grid = volumes.grid
    self.grid = grid
    self.pool = pool
    self.functions = functions
    passes = CoupledLinearPart.passes(functions)
    scratch = (0..<pool.threadCount).map { _ in WorkerScratch() }
    var cache = TransformCache(grid: grid)
    spaces = fields.map { cache.space(of: $0, grid: grid) }
    waves = cache.space(
      of: FieldDiffusion(diffusivity: 1, boundaries: fields[0].boundaries, symbol: symbol), grid: grid)
    table = MatrixTable(grid: grid, fields: fields.count, functions: functions.count)
    inside = MatrixTable(grid: grid, fields: fields.count, functions: functions.count)
  }

  // MARK: Transforms

  /// Replaces values at the points by normalized coefficients.
  package func toCoefficients(_ set: FieldSet) {
    CoefficientSpace.forward(members(set), pool: pool, scratch: scratch)
    for (field, space) in spaces.enumerated() {
      set.setField(field, toSumOf: [(1 / space.normalization, set)], pool: pool)
    }
    meter.add { $0.transforms += count * grid.axes.count }
  }

  /// And back.
  package func toPoints(_ set: FieldSet) {
    CoefficientSpace.backward(members(set), pool: pool, scratch: scratch)
    meter.add { $0.transforms += count * grid.axes.count }
  }

  private func members(_ set: FieldSet) -> [CoefficientSpace.Member] {
    spaces.indices.map { (spaces[$0], FieldPointer(set, $0)) }
  }

  // MARK: Functions

  /// `φ_number(share · hL)`.
  package struct Function: Hashable, Sendable {
    package let share: Double
    /// From 1 to 3.
    package let number: Int

    package init(share: Double, number: Int) { (self.share, self.number) = (share, number) }
  }

  /// A share of the step, and the places in a table of `φ₁`, `φ₂` and `φ₃` of half of it and of all of it; −1 where one is not
  /// asked for.
  private let passes: [(share: Double, places: [Int32])]

  /// The functions of half a share come with those of the share.
  private static func passes(_ functions: [Function]) -> [(share: Double, places: [Int32])] {
    func places(_ share: Double) -> [Int32] {
      (1...3).map { number in
        Int32(functions.firstIndex(of: Function(share: share, number: number)) ?? -1)
      }
    }
    var passes: [(share: Double, places: [Int32])] = []
    var found: Set<Double> = []
    for share in Set(functions.map(\.share)).sorted(by: >) where !found.contains(share) {
      passes.append((share, places(0.5 * share) + places(share)))
      found.formUnion([share, 0.5 * share])
    }
    return passes
  }

  /// A function, a weight, and what both multiply.
  package typealias Term = (Function, weight: Double, FieldSet)

  /// Computes the functions for a step and matrices, unless they are at hand.
  ///
  /// - Parameter isInside: for a part of a step, beside those of the whole.
  package func prepare(step: Double, _ matrices: LinearMatrices, isInside: Bool = false) {
    let table = isInside ? inside : table
    guard table.begin(step: step, matrices) else { return }
    let count = count
    pool.forEach(grid.rowCount) { row, _ in
      withPointers(self.spaces.map { UnsafePointer($0.firstEigenvalues.start) }) { first in
        for (share, places) in self.passes {
          matrix_functions_row(
            table.row(row), places, matrices.jacobian, matrices.coupling, first,
            self.spaces.map { $0.rests.start[row] }, self.waves.firstEigenvalues.start, self.waves.rests.start[row],
            share * step, count, self.grid.rowLength)
        }
      }
    }
    meter.add { $0.operations += Double(200 * count * count * passes.count) }
  }

  /// Sets `target` to `base + h Σ w f(hL) term`, all in normalized coefficients.
  ///
  /// The functions are those of `prepare`. No base is 0.
  package func combine(
    into target: FieldSet, base: FieldSet?, step: Double, _ terms: [Term], isInside: Bool = false
  ) {
    let count = count
    let table = isInside ? inside : table
    let places = terms.map { term in
      guard let place = functions.firstIndex(of: term.0) else { preconditionFailure("\(term.0) is not prepared") }
      return place
    }
    pool.forEach(grid.rowCount) { row, _ in
      func rows(_ set: FieldSet) -> [UnsafePointer<Double>?] {
        (0..<count).map { UnsafePointer(set.pointer($0, row: row)) }
      }
      // The base comes first, where there is one.
      let sets = (base.map { [$0] } ?? []) + terms.map(\.2)
      withPointers(sets.flatMap(rows)) { pointers in
        let values = pointers + (base == nil ? 0 : count)
        let terms = terms.enumerated().map {
          MatrixTerm(function: places[$0], weight: $1.weight, values: values + $0 * count)
        }
        var out = (0..<count).map { target.pointer($0, row: row) as UnsafeMutablePointer<Double>? }
        matrix_combine_row(
          &out, base == nil ? nil : pointers, table.row(row), terms, terms.count, step, count, self.grid.rowLength)
      }
    }
    meter.add { $0.operations += Double(2 * terms.count * count * count) }
  }

  /// `target ← D∇² u + rates`, in normalized coefficients.
  package func addDiffusion(of u: FieldSet, to rates: FieldSet, into target: FieldSet) {
    forEachRow { field, row in
      let space = self.spaces[field]
      let (first, rest) = (space.firstEigenvalues.start, space.rests.start[row])
      let (from, other) = (u.pointer(field, row: row), rates.pointer(field, row: row))
      let to = target.pointer(field, row: row)
      for point in 0..<self.grid.rowLength { to[point] = other[point] + (first[point] + rest) * from[point] }
    }
  }

  /// `rates ← rates − other − (J − X∇²)(u − start)`, in normalized coefficients: how far the rest `N(u) = R(u) − (J − X∇²) u` of the
  /// rates `R` is from that at the start, `other` being the rates there.
  package func subtractLinear(
    _ matrices: LinearMatrices, of u: FieldSet, from start: FieldSet, and other: FieldSet, in rates: FieldSet
  ) {
    let count = count
    forEachRow { field, row in
      let to = rates.pointer(field, row: row)
      let given = other.pointer(field, row: row)
      for point in 0..<self.grid.rowLength { to[point] -= given[point] }
      let (first, rest) = (self.waves.firstEigenvalues.start, self.waves.rests.start[row])
      for cause in 0..<count {
        let (j, x) = (matrices.jacobian[field * count + cause], matrices.coupling[field * count + cause])
        guard j != 0 || x != 0 else { continue }
        let (now, before) = (u.pointer(cause, row: row), start.pointer(cause, row: row))
        for point in 0..<self.grid.rowLength {
          to[point] -= (j - x * (first[point] + rest)) * (now[point] - before[point])
        }
      }
    }
  }

  /// What Simpson's rule misses in a step, for each field, relative to its size; see `LinearParts.transientErrors`.
  ///
  /// - Parameters:
  ///   - solution: normalized coefficients, like the others.
  ///   - middle: a multiple of `ΔN` in the middle of the step, and what makes it of that.
  ///   - end: that at the end.
  package func transientErrors(
    of solution: FieldSet, middle: (rates: FieldSet, scale: Double), end: FieldSet, _ matrices: LinearMatrices,
    step: Double, isAfterJump: Bool
  ) -> [Double] {
    let decays = (0..<count).map { max(0, -matrices.jacobian[$0 * (count + 1)]) }
    let reach = isAfterJump ? .infinity : step * (decays.max() ?? 0)
    guard reach > 0 else { return decays.map { _ in 0 } }
    let factor = 2 * middle.scale
    return decays.enumerated().map { field, decay in
      let sums = pool.rowSums(grid, count: 3) { row, sums in
        let (m, e) = (middle.rates.pointer(field, row: row), end.pointer(field, row: row))
        let u = solution.pointer(field, row: row)
        for point in 0..<self.grid.rowLength {
          let bend = e[point] - factor * m[point]
          sums[0] += bend * bend
          sums[1] += e[point] * e[point]
          sums[2] += u[point] * u[point]
        }
      }
      return LinearParts.transientError(sums, reach: reach, span: step * PhiFunctions(-step * decay).values[0])
    }
  }

  private func forEachRow(_ body: @Sendable (_ field: Int, _ row: Int) -> Void) {
    pool.forEach(count * grid.rowCount) { item, _ in body(item % self.count, item / self.count) }
  }

  /// Root mean squares over the points of `error`, of the new solution and of the old one, all in normalized coefficients.
  package func errorSizes(_ field: Int, error: FieldSet, new: FieldSet, old: FieldSet) -> FieldSet.ErrorSizes {
    let sizes = spaces[field].rootMeanSquares(pool) { row, squares, sums in
      for (index, set) in [error, new, old].enumerated() {
        let values = set.pointer(field, row: row)
        for point in 0..<self.grid.rowLength { sums[index] += squares[point] * values[point] * values[point] }
      }
    }
    return FieldSet.ErrorSizes(difference: sizes[0], value: sizes[1], old: sizes[2])
  }
}

/// The matrices of a linear part, row by row: `J`, 1 / time, and `X`, length² / time.
package struct LinearMatrices: Codable, Hashable, Sendable {
  package var jacobian: [Double]
  package var coupling: [Double]

  /// Both 0.
  package init(fields: Int) {
    jacobian = [Double](repeating: 0, count: fields * fields)
    coupling = jacobian
  }

  /// The largest difference between elements of `J`.
  package func distance(to other: LinearMatrices) -> Double {
    zip(jacobian, other.jacobian).reduce(0) { max($0, abs($1.0 - $1.1)) }
  }
}

/// The functions of the blocks of all wave numbers, for one step and one pair of matrices.
private final class MatrixTable: @unchecked Sendable {
  private lazy var numbers = Numbers(count: perRow * rowCount)
  private let perRow, rowCount: Int
  private var step = 0.0
  private var matrices: LinearMatrices?

  static func bytes(grid: Grid, fields: Int, functions: Int) -> Int {
    functions * fields * fields * grid.rowLength * grid.rowCount * 8
  }

  init(grid: Grid, fields: Int, functions: Int) {
    perRow = functions * fields * fields * grid.rowLength
    rowCount = grid.rowCount
  }

  /// Whether they are to be computed anew.
  func begin(step: Double, _ matrices: LinearMatrices) -> Bool {
    guard step != self.step || matrices != self.matrices else { return false }
    (self.step, self.matrices) = (step, matrices)
    _ = numbers
    return true
  }

  func row(_ row: Int) -> UnsafeMutablePointer<Double> { numbers.start + row * perRow }
}

private func withPointers<Result>(
  _ pointers: [UnsafePointer<Double>?], _ body: (UnsafePointer<UnsafePointer<Double>?>) -> Result
) -> Result {
  pointers.withUnsafeBufferPointer { body($0.baseAddress!) }
}
