import CKernels
import Fields

extension LinearParts {
  /// Replaces the values at the points by coefficients, in the fields that are transformed.
  ///
  /// - Parameter butFirstAxis: whether the first axis is left to the next stage, which has its lines at hand anyway.
  package func toCoefficients(_ set: FieldSet, isNormalized: Bool = false, butFirstAxis: Bool = false) {
    CoefficientSpace.forward(
      members(set), along: (butFirstAxis ? 1 : 0)..<grid.axes.count, pool: pool, scratch: scratch)
    meter.add { $0.transforms += transformed.count * grid.axes.count }
    guard isNormalized else { return }
    for (field, part) in parts.enumerated() {
      guard let space = part.space else { continue }
      set.setField(field, toSumOf: [(1 / space.normalization, set)], pool: pool)
    }
  }

  /// Does the first axis that `toCoefficients` or `passThroughPoints` has left.
  package func finishCoefficients(_ set: FieldSet) {
    CoefficientSpace.forward(members(set), along: 0..<1, pool: pool, scratch: scratch)
  }

  /// The fields that are transformed.
  func members(_ set: FieldSet) -> [CoefficientSpace.Member] {
    parts.enumerated().compactMap { field, part in part.space.map { ($0, FieldPointer(set, field)) } }
  }

  /// What the functions of a coefficient take, in operations of an expression.
  private static let functionOperations = 8

  /// The values at the points of a stage: `e^{chL} base + h Σ_j w_j(hL) term_j`, or with another factor than `e^{chL}`.
  ///
  /// The weights `w_j` are sums of `φ₁`, `φ₂` and `φ₃` of `chL` and of `hL`; with the latter no term may be where the sum comes.
  ///
  /// - Parameters:
  ///   - coefficients: becomes the same in normalized coefficients; nil if these are not asked for.
  ///   - base: normalized coefficients.
  ///   - factor: of `base`.
  ///   - share: `c`.
  ///   - terms: coefficients as they come from `toCoefficients`, with their weights `w`.
  ///   - unfinished: one of the terms, of which the first axis is still to be transformed.
  ///   - butLastAxis: whether the last axis is left to `passThroughPoints`.
  ///   - decays: instead of those given at the beginning.
  package func stage(
    into points: FieldSet, keeping coefficients: FieldSet? = nil, base: FieldSet,
    times factor: BaseFactor = .exponential, share: Double, of step: Double,
    terms: [(set: FieldSet, weights: PhiWeights)], finishing unfinished: UnfinishedTerm? = nil,
    butLastAxis: Bool = false, decays: [Double]? = nil
  ) {
    let terms = terms.filter { !$0.weights.isZero }
    let ofWholeStep = terms.filter(\.weights.usesWhole)
    meter.add {
      $0.operations += Double(
        parts.count * (1 + terms.count + ofWholeStep.count)
          + transformed.count * LinearParts.functionOperations * (ofWholeStep.isEmpty ? 1 : 2))
      $0.transforms += transformed.count * grid.axes.count
    }
    var numbers: [Double] = []
    numbers.reserveCapacity(3 * (terms.count + ofWholeStep.count))
    for term in terms { for number in 0..<3 { numbers.append(term.weights.own[number]) } }
    for term in ofWholeStep { for number in 0..<3 { numbers.append(term.weights.whole[number]) } }
    let all = ofWholeStep.isEmpty ? terms : terms + ofWholeStep
    let places = parts.indices.flatMap { field in
      all.map { UnsafePointer($0.set.pointer(field)) as UnsafePointer<Double>? }
    }
    let (stride, rowCount) = (grid.rowStride, grid.rowCount)
    let lanes = grid.transformLanes
    let rows = lanes * max(1, LinearParts.pieceLength / (lanes * stride))
    let pieces = (rowCount + rows - 1) / rows
    withExtendedLifetime((terms, base, unfinished)) {
      withPointers(numbers, places) { numbers, places in
        let stages = parts.indices.map { field in
          let out = FieldPointer(coefficients ?? points, field)
          let first = places + field * (terms.count + ofWholeStep.count)
          let sum = FieldSum(
            out: out, base: FieldPointer(base, field), factor: factor, terms: first, weights: numbers,
            termCount: terms.count)
          let means = means(field, terms, share: share, of: step, otherDecay: decays?[field])
          let more: FieldStage.Addition? =
            ofWholeStep.isEmpty || means.isOfNumbers
            ? nil
            : FieldStage.Addition(
              sum: FieldSum(
                out: out, base: out, factor: .one, terms: first + terms.count,
                weights: numbers + 3 * terms.count, termCount: ofWholeStep.count),
              means: self.means(field, [], share: 1, of: step, otherDecay: decays?[field]))
          return FieldStage(
            sum: sum, more: more, points: FieldPointer(points, field),
            unfinished: (unfinished?.set).map { FieldPointer($0, field) },
            total: (unfinished?.total).map { FieldPointer($0, field) }, means: means)
        }
        pool.forEach(pieces * stages.count) { item, worker in
          let first = item / stages.count * rows
          stages[item % stages.count]
            .find(first..<min(first + rows, rowCount), stride: stride, scratch: scratch[worker])
        }
      }
    }
    CoefficientSpace.backward(
      members(points), along: 1..<(grid.axes.count - (butLastAxis ? 1 : 0)), pool: pool, scratch: scratch)
  }

  /// How large the values at the points are of the error `h (w₁ φ₁(hL) + w₂ φ₂(hL) + w₃ φ₃(hL)) (a − b)` of a step, of the
  /// new solution and of the old one; nil for a field that is not transformed.
  ///
  /// - Parameters:
  ///   - new: normalized coefficients, like `old`.
  ///   - a: rates as they come from `toCoefficients`, like `b`.
  package func errorSizes(
    _ field: Int, new: FieldSet, old: FieldSet, rates a: FieldSet, _ b: FieldSet, weights: SIMD3<Double>, step: Double
  ) -> FieldSet.ErrorSizes? {
    if let line = parts[field].line {
      return lineErrorSizes(field, line, new: new, old: old, rates: a, b, weights: weights, step: step)
    }
    guard let space = parts[field].space else { return nil }
    meter.add { $0.operations += Double(2 + LinearParts.functionOperations) }
    return functions(field, space, share: 1, step: step).errorSizes(
      new: FieldPointer(new, field), old: FieldPointer(old, field), a: FieldPointer(a, field),
      b: FieldPointer(b, field), weights: [weights.x, weights.y, weights.z], factor: step / space.normalization,
      pool: pool)
  }

  /// The same along a line, with the volumes of the points as weights.
  private func lineErrorSizes(
    _ field: Int, _ line: LineDiffusion, new: FieldSet, old: FieldSet, rates a: FieldSet, _ b: FieldSet,
    weights: SIMD3<Double>, step: Double
  ) -> FieldSet.ErrorSizes {
    let memory = scratch[0].memory(line.scratchCount + line.count)
    let error = memory + line.scratchCount
    line.combine(
      line.functions(step: step, decay: parts[field].decay), into: error, base: error, times: .zero,
      [(a, 1.0), (b, -1)].map { set, sign in
        (UnsafePointer(set.pointer(field)), sign * step * weights)
      }, memory: memory)
    return FieldSet.ErrorSizes(
      difference: line.meanSquare(error).squareRoot(), value: line.meanSquare(new.pointer(field)).squareRoot(),
      old: line.meanSquare(old.pointer(field)).squareRoot())
  }

  /// `h (w₁ φ₁ + w₂ φ₂ + w₃ φ₃)(hL)` of a field that is not transformed.
  package func factor(_ field: Int, weights: SIMD3<Double>, step: Double) -> Double {
    step * PhiFunctions(-parts[field].decay * step).sum(weights)
  }

  private func functions(_ field: Int, _ space: CoefficientSpace, share: Double, step: Double) -> StageFunctions {
    tables.functions(StageTables.Key(field: field, share: share), step: step) { [pool, parts] table in
      StageFunctions(space, step: share * step, decay: parts[field].decay, table: table, pool: pool)
    }
  }

  /// Doubles of a field that one thread works on at a time.
  private static let pieceLength = 4096

  private func means(
    _ field: Int, _ terms: [(set: FieldSet, weights: PhiWeights)], share: Double, of step: Double, otherDecay: Double?
  ) -> FieldStage.Means {
    let interval = share * step
    if let line = parts[field].line {
      let functions = line.functions(step: interval, decay: otherDecay ?? parts[field].decay)
      return .line(line, functions, factor: step)
    }
    guard let space = parts[field].space else {
      let decay = otherDecay ?? parts[field].decay
      let (functions, whole) = (PhiFunctions(-decay * interval), PhiFunctions(-decay * step))
      return .numbers(functions, terms.map { step * $0.weights.value(own: functions, whole: whole) })
    }
    let functions =
      otherDecay.map { StageFunctions(space, step: interval, decay: $0, pool: pool) }
      ?? functions(field, space, share: share, step: step)
    return .functions(functions, space, factor: step / space.normalization)
  }
}

/// A term of a stage of which the first axis is still to be transformed, which is done afterwards.
package struct UnfinishedTerm {
  let set: FieldSet
  let total: FieldSet?

  /// - Parameter total: what the term is added to afterwards.
  package init(_ set: FieldSet, addedTo total: FieldSet? = nil) {
    self.set = set
    self.total = total
  }
}

/// What a stage multiplies its base by.
package enum BaseFactor {
  case zero, one, exponential
  /// `e^z − 1`, which small steps do not take digits from.
  case exponentialLessOne
}

/// What a stage of one field is the sum of: `out` becomes the base and the terms, each times something.
struct FieldSum: @unchecked Sendable {
  let out: FieldPointer
  let base: FieldPointer
  let factor: BaseFactor
  let terms: UnsafePointer<UnsafePointer<Double>?>?
  /// Three for each term.
  let weights: UnsafePointer<Double>?
  let termCount: Int
}

/// A stage of one field, found row by row.
private struct FieldStage: @unchecked Sendable {
  enum Means {
    /// Factors of the terms, where the linear part is a number and values stay at the points.
    case numbers(PhiFunctions, [Double])
    case functions(StageFunctions, CoefficientSpace, factor: Double)
    case line(LineDiffusion, LineFunctions, factor: Double)

    var isOfNumbers: Bool {
      if case .numbers = self { return true }
      return false
    }
  }

  /// What is added with functions of another part of the step.
  struct Addition {
    let sum: FieldSum
    let means: Means
  }

  let sum: FieldSum
  let more: Addition?
  /// Where the values at the points come; may be where the sum comes.
  let points: FieldPointer
  /// A term of which the first axis is still to be transformed, and what it is added to afterwards.
  let unfinished, total: FieldPointer?
  let means: Means

  /// Some rows of the sum, and with them the first axis of the transforms there and back.
  func find(_ rows: Range<Int>, stride: Int, scratch: WorkerScratch) {
    let (start, end) = (rows.lowerBound * stride, rows.upperBound * stride)
    switch means {
    case .functions(let functions, let space, let factor):
      if let unfinished { space.forwardFirstAxis(rows, of: unfinished, scratch: scratch) }
      functions.combine(sum, factor: factor, rows: rows)
      if let more { FieldStage.add(more.sum, more.means, rows, stride: stride, scratch: scratch) }
      space.backwardFirstAxis(rows, from: sum.out, to: points, scratch: scratch)
    case .numbers, .line:
      FieldStage.add(sum, means, rows, stride: stride, scratch: scratch)
      if let more { FieldStage.add(more.sum, more.means, rows, stride: stride, scratch: scratch) }
      if points.start != sum.out.start {
        (points.start + start).update(from: sum.out.start + start, count: end - start)
      }
    }
    guard let unfinished, let total else { return }
    transform_add_multiple(total.start + start, 1, unfinished.start + start, end - start)
  }

  /// Some rows of one sum.
  private static func add(
    _ sum: FieldSum, _ means: Means, _ rows: Range<Int>, stride: Int, scratch: WorkerScratch
  ) {
    switch means {
    case .numbers(let functions, let factors):
      let (start, end) = (rows.lowerBound * stride, rows.upperBound * stride)
      let terms = (0..<sum.termCount).map { sum.terms?[$0] }
      let all = ([UnsafePointer(sum.base.start)] + terms).map { $0.map { $0 + start } }
      array_combine(
        sum.out.start + start, all, [functions.value(sum.factor)] + factors, all.count, end - start)
    case .line(let line, let functions, let factor):
      let terms = (0..<sum.termCount).compactMap { term in
        sum.terms?[term].map { values in
          let weights = sum.weights.map { SIMD3($0[3 * term], $0[3 * term + 1], $0[3 * term + 2]) } ?? .zero
          return (values, factor * weights) as LineDiffusion.Term
        }
      }
      line.combine(
        functions, into: sum.out.start, base: sum.base.start, times: sum.factor, terms,
        memory: scratch.memory(line.scratchCount))
    case .functions(let functions, _, let factor):
      functions.combine(sum, factor: factor, rows: rows)
    }
  }
}

private func withPointers(
  _ numbers: [Double], _ places: [UnsafePointer<Double>?],
  _ body: (UnsafePointer<Double>, UnsafePointer<UnsafePointer<Double>?>) -> Void
) {
  // Nothing is read where there are no terms.
  var none = 0.0
  var nowhere: UnsafePointer<Double>?
  withUnsafePointer(to: &none) { none in
    withUnsafePointer(to: &nowhere) { nowhere in
      numbers.withUnsafeBufferPointer { numbers in
        places.withUnsafeBufferPointer { body(numbers.baseAddress ?? none, $0.baseAddress ?? nowhere) }
      }
    }
  }
}
