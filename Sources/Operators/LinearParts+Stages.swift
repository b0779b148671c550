import CKernels
import Fields

extension LinearParts {
  /// Replaces the values at the points by coefficients, in the fields that are transformed.
  package func toCoefficients(_ set: FieldSet, isNormalized: Bool = false) {
    CoefficientSpace.forward(members(set), pool: pool, scratch: scratch)
    meter.add { $0.transforms += transformed.count * grid.axes.count }
    guard isNormalized else { return }
    for (field, part) in parts.enumerated() {
      guard let space = part.space else { continue }
      set.setField(field, toSumOf: [(1 / space.normalization, set)], pool: pool)
    }
  }

  /// The fields that are transformed.
  private func members(_ set: FieldSet) -> [CoefficientSpace.Member] {
    parts.enumerated().compactMap { field, part in part.space.map { ($0, FieldPointer(set, field)) } }
  }

  /// What the functions of a coefficient take, in operations of an expression.
  private static let functionOperations = 8

  /// The values at the points of a stage: `e^{chL} base + h Σ_j (w_j1 φ₁(chL) + w_j2 φ₂(chL) + w_j3 φ₃(chL)) term_j`.
  ///
  /// - Parameters:
  ///   - coefficients: becomes the same in normalized coefficients; nil if these are not asked for.
  ///   - base: normalized coefficients.
  ///   - isAdvanced: whether `base` is multiplied by the exponential.
  ///   - share: `c`.
  ///   - terms: coefficients as they come from `toCoefficients`, with their weights `w`.
  ///   - decays: instead of those given at the beginning.
  package func stage(
    into points: FieldSet, keeping coefficients: FieldSet? = nil, base: FieldSet, isAdvanced: Bool = true,
    share: Double, of step: Double, terms: [(set: FieldSet, weights: [Double])], decays: [Double]? = nil
  ) {
    combine(
      into: coefficients ?? points, points: points, base: base, isAdvanced: isAdvanced, share: share, of: step,
      terms: terms, decays: decays)
    meter.add { $0.transforms += transformed.count * grid.axes.count }
    CoefficientSpace.backward(members(points), fromAxis: 1, pool: pool, scratch: scratch)
  }

  /// `base + h Σ_j (w_j1 φ₁(hL) + w_j2 φ₂(hL) + w_j3 φ₃(hL)) term_j` in normalized coefficients.
  package func add(
    into coefficients: FieldSet, base: FieldSet, of step: Double, terms: [(set: FieldSet, weights: [Double])]
  ) {
    combine(
      into: coefficients, points: nil, base: base, isAdvanced: false, share: 1, of: step, terms: terms, decays: nil)
  }

  /// How large the values at the points are that two sets of normalized coefficients differ by, and the first of them and a
  /// third; nil for a field that has none.
  package func errorSizes(
    _ field: Int, of new: FieldSet, against other: FieldSet, old: FieldSet
  ) -> FieldSet.ErrorSizes? {
    parts[field].space?.errorSizes(of: field, new, against: other, old: old, pool: pool)
  }

  /// A stage in coefficients; if `points` is given, also the first axis of the transform to them.
  private func combine(
    into coefficients: FieldSet, points: FieldSet?, base: FieldSet, isAdvanced: Bool, share: Double, of step: Double,
    terms: [(set: FieldSet, weights: [Double])], decays: [Double]?
  ) {
    let terms = terms.filter { $0.weights.contains { $0 != 0 } }
    meter.add {
      $0.operations += Double(
        parts.count * (1 + terms.count) + transformed.count * LinearParts.functionOperations)
    }
    let sums = parts.indices.map { field in
      let sum = FieldSum(
        out: FieldPointer(coefficients, field), base: FieldPointer(base, field),
        terms: terms.map { UnsafePointer($0.set.pointer(field)) }, weights: terms.flatMap(\.weights),
        isAdvanced: isAdvanced)
      return stageOfField(
        field, sum, points: points.map { FieldPointer($0, field) }, share: share, step: step,
        decay: decays?[field] ?? parts[field].decay, isTabulated: decays == nil)
    }
    let (stride, rowCount) = (grid.rowStride, grid.rowCount)
    let rows = Int(TRANSFORM_LANES) * max(1, LinearParts.pieceLength / (Int(TRANSFORM_LANES) * stride))
    let pieces = (rowCount + rows - 1) / rows
    withExtendedLifetime((terms, base)) {
      pool.forEach(pieces * sums.count) { item, worker in
        let first = item / sums.count * rows
        sums[item % sums.count].find(first..<min(first + rows, rowCount), stride: stride, scratch: scratch[worker])
      }
    }
  }

  /// Doubles of a field that one thread works on at a time.
  private static let pieceLength = 4096

  private func stageOfField(
    _ field: Int, _ sum: FieldSum, points: FieldPointer?, share: Double, step: Double, decay: Double, isTabulated: Bool
  ) -> FieldStage {
    let interval = share * step
    guard let space = parts[field].space else {
      let functions = PhiFunctions(-decay * interval)
      let factors = stride(from: 0, to: sum.weights.count, by: 3).map {
        step * functions.sum(Array(sum.weights[$0..<($0 + 3)]))
      }
      return FieldStage(
        sum: sum, points: points, space: nil,
        means: .numbers([sum.isAdvanced ? functions.exponential : 1] + factors))
    }
    func functions() -> StageFunctions { StageFunctions(space, step: interval, decay: decay) }
    let key = StageTables.Stage(field: field, isAdvanced: sum.isAdvanced, share: share, weights: sum.weights)
    let table =
      isTabulated
      ? tables.table(key, step: step) { functions().write($0, $1, weights: $2, pool: pool) } : nil
    let factor = step / space.normalization
    return FieldStage(
      sum: sum, points: points, space: space,
      means: table.map { .table($0, factor: factor) } ?? .functions(functions(), factor: factor))
  }
}

/// What a stage of one field is the sum of: `out` becomes the base and the terms, each times something.
struct FieldSum: @unchecked Sendable {
  let out: FieldPointer
  let base: FieldPointer
  let terms: [UnsafePointer<Double>?]
  /// Three for each term.
  let weights: [Double]
  let isAdvanced: Bool
}

/// A stage of one field, found row by row.
private struct FieldStage: @unchecked Sendable {
  enum Means {
    /// Of the base and of each term, where the linear part is a number.
    case numbers([Double])
    case table(StageTables.Table, factor: Double)
    case functions(StageFunctions, factor: Double)
  }

  let sum: FieldSum
  /// Where the values at the points come, if these are asked for; may be where the sum comes.
  let points: FieldPointer?
  /// nil where values stay at the points.
  let space: CoefficientSpace?
  let means: Means

  /// Some rows of the sum, and with them the first axis of the transform back.
  func find(_ rows: Range<Int>, stride: Int, scratch: WorkerScratch) {
    let (start, end) = (rows.lowerBound * stride, rows.upperBound * stride)
    switch means {
    case .numbers(let factors):
      let all = ([UnsafePointer(sum.base.start)] + sum.terms).map { $0.map { $0 + start } }
      array_combine(sum.out.start + start, all, factors, all.count, end - start)
      if let points, points.start != sum.out.start {
        (points.start + start).update(from: sum.out.start + start, count: end - start)
      }
    case .table(let table, let factor):
      exponential_combine_tables(
        sum.out.start, sum.base.start, table.exponential, table.factors, sum.terms, sum.terms.count, factor, start, end)
    case .functions(let functions, let factor): functions.combine(sum, factor: factor, rows: rows)
    }
    if let points { space?.backwardFirstAxis(rows, from: sum.out, to: points, scratch: scratch) }
  }
}
