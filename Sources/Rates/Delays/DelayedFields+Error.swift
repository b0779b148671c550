import Fields

/// The error of interpolation between the values that are kept.
///
/// Between the ends `t_{n−1}` and `t_n` of a step the cubic polynomial through four values has the error
///
///     e[t_{n−4}, …, t_n] (t − t_{n−2}) (t − t_{n−1}) (t − t_n) (t − t_{n+1}),
///
/// to leading order, with the divided difference of fourth order, which is a 24th of the fourth derivative. The next step is taken to be as long as this one.
extension DelayedFields {
  /// Values from which the error is known.
  private static let nodes = 5

  /// Of each expression that is delayed, in its unit: root mean squares over the tissue.
  private struct Measured {
    let sizes: [Double]
    /// The largest in the step; nil where too few values are known since something was not smooth.
    let errors: [Double]?
  }

  /// How large the error of interpolation inside of a step will be, in units of the tolerance.
  ///
  /// - Parameters:
  ///   - state: at the end of the step, which is not recorded yet.
  ///   - tolerance: relative to the size of each expression.
  /// - Returns: the worst of the expressions; nil where it is not known.
  package func interpolationError(of state: FieldSet, at time: Double, tolerance: Double) throws -> Double? {
    let next = try values(state, time)
    defer { history.giveBack(next) }
    let found = try measure(next, time)
    let largest = history.memory.largestSizes ?? found.sizes
    return found.errors.map { errors in
      zip(errors, zip(found.sizes, largest)).map { error, sizes in
        // What is next to nothing need not be known as well.
        let allowed = tolerance * (sizes.0 + 1e-6 * max(sizes.0, sizes.1))
        return error == 0 ? 0 : error / allowed
      }.max() ?? 0
    }
  }

  /// Takes note of the size and the error of values that are about to be recorded.
  func note(_ next: FieldSet, at time: Double) throws {
    let found = try measure(next, time)
    history.note(sizes: found.sizes, errors: found.errors ?? found.sizes.map { _ in 0 })
  }

  /// No step may be longer, so that the error of interpolation is known before steps are long.
  ///
  /// Where something is not smooth the first one is as short as the tolerance asks for if values change within the shortest delay, and each is at most twice as long as the one before,
  /// until as many values are known as the error follows from.
  package func longestStep(tolerance: Double) -> Double {
    let times = history.latest(DelayedFields.nodes).times
    guard times.count < DelayedFields.nodes, let shortest = history.lags.first else { return .infinity }
    guard times.count > 1 else { return 0.125 * tolerance.squareRoot().squareRoot() * shortest }
    return 2 * (times[times.count - 1] - times[times.count - 2])
  }

  private func measure(_ next: FieldSet, _ time: Double) throws -> Measured {
    let known = history.latest(DelayedFields.nodes - 1)
    let (times, sets) = (known.times + [time], known.values + [next])
    let sizes = (0..<next.count).map { row in
      sets.map { $0.errorSizes(row, against: $0, old: $0, volumes: volumes, pool: pool).value }.max() ?? 0
    }
    guard times.count == DelayedFields.nodes, times[3] < time else { return Measured(sizes: sizes, errors: nil) }
    let weights = times.indices.map { node in
      times.indices.reduce(1) { $1 == node ? $0 : $0 / (times[node] - times[$1]) }
    }
    let reach = DelayedFields.largestProduct(times)
    let sum = try history.room(at: time)
    defer { history.giveBack(sum) }
    let errors = (0..<next.count).map { row in
      sum.setField(row, toSumOf: zip(weights, sets).map { ($0, $1) }, pool: pool)
      return reach * sum.errorSizes(row, against: sum, old: sum, volumes: volumes, pool: pool).value
    }
    return Measured(sizes: sizes, errors: errors)
  }

  /// The largest `|(t − t_{n−2}) (t − t_{n−1}) (t − t_n) (t − t_{n+1})|` between `t_{n−1}` and `t_n`.
  private static func largestProduct(_ times: [Double]) -> Double {
    let (before, start, end) = (times[2], times[3], times[4])
    let size = end - start
    return (1..<16).map { part in
      let time = start + Double(part) / 16 * size
      return abs((time - before) * (time - start) * (time - end) * (time - (end + size)))
    }.max() ?? 0
  }
}
