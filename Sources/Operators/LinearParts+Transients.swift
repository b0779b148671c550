import CKernels
import Fields

extension LinearParts {
  /// What Simpson's rule misses in a step of an exponential method, for each field, relative to its size.
  ///
  /// The difference between two solutions of different order does not see rates that follow a field which decays within the
  /// step: they are at rest again at all stages but the first. If the rates go like `e^{−ws}`, 0 ≤ s ≤ 1, Simpson's rule
  /// errs by `h φ₁ |d| w²/720` with `d = N₀ − 2 N_m + N′`, and `w` follows from `tanh(w/4) = d/(N₀ − N′)`; `w` is at
  /// most the fastest decay times `h`, and the whole at most `h φ₁ |d|/6`. Norms are taken over all coefficients. In the first step after a
  /// jump of the solution diffusion may be as fast as the points allow, and `w` has no bound.
  ///
  /// - Parameters:
  ///   - solution: normalized coefficients.
  ///   - start: coefficients of the rates at the start of the step.
  ///   - middle: a multiple of those in the middle, and what makes them of it.
  ///   - end: those at the end.
  ///   - isAfterJump: whether the solution has jumped at the start of the step.
  package func transientErrors(
    of solution: FieldSet, start: FieldSet, middle: (rates: FieldSet, scale: Double), end: FieldSet, step: Double,
    isAfterJump: Bool
  ) -> [Double] {
    let reach = isAfterJump ? .infinity : step * (parts.map(\.decay).max() ?? 0)
    guard reach > 0 else { return parts.map { _ in 0 } }
    return parts.indices.map { field in
      let span = step * PhiFunctions(-step * parts[field].decay).values[0] / (parts[field].space?.normalization ?? 1)
      return LinearParts.transientError(
        bendSums(field, solution, start, middle.rates, end, factor: 2 * middle.scale), reach: reach, span: span)
    }
  }

  /// The error of a field relative to its size.
  ///
  /// - Parameters:
  ///   - sums: of squares of `d`, of `N₀ − N′` and of the solution.
  ///   - reach: the fastest decay times `h`.
  ///   - span: `h φ₁`.
  static func transientError(_ sums: [Double], reach: Double, span: Double) -> Double {
    let (bend, change, size) = (sums[0], sums[1], sums[2])
    guard bend > 0, size > 0 else { return 0 }
    let own = change > bend ? 16 * bend / (720 * (change - bend)) : .infinity
    return span * min(own, reach * reach / 720, 1.0 / 6) * (bend / size).squareRoot()
  }

  /// Sums of squares of `N₀ − factor N_m + N′`, of `N₀ − N′` and of the solution, rows pairwise; values at the points of a line
  /// have their volumes as weights.
  private func bendSums(
    _ field: Int, _ solution: FieldSet, _ start: FieldSet, _ middle: FieldSet, _ end: FieldSet,
    factor: Double
  ) -> [Double] {
    let (n0, sum, n1) = (ReadOnlyValues(start, field), ReadOnlyValues(middle, field), ReadOnlyValues(end, field))
    let u = ReadOnlyValues(solution, field)
    let (stride, length) = (grid.rowStride, grid.rowLength)
    let volumes = parts[field].line?.volumes
    let sums = pool.rowSums(grid, count: 3) { row, sums in
      let offset = row * stride
      bend_sums(
        n0.start + offset, sum.start + offset, n1.start + offset, u.start + offset, factor, volumes?.start, length,
        sums)
    }
    meter.add { $0.operations += 10 }
    return sums
  }
}
