import Expressions

/// Bounds of the largest eigenvalue.
extension TraceJacobian {
  /// A bound of the largest eigenvalue for all values in a box, and the matrix of the fields that has it.
  func abscissa(_ members: [Int], _ box: [Symbol: Interval]) -> (rate: Double, matrix: MetzlerMatrix?) {
    let all = matrix(members, box)
    let others = members.indices.filter { system.nodes[members[$0]].kind != .field }
    guard let matrix = all.eliminating(others) else { return (.infinity, nil) }
    let rate = matrix.abscissa
    // At a point nothing is to be gained.
    guard others.isEmpty, members.count > 1, box.contains(where: { $0.value.low < $0.value.high }) else {
      return (rate, matrix)
    }
    let middle = self.matrix(members, box.middle)
    return (min(rate, sumBound(members, box, middle)), matrix)
  }

  /// The largest `Σ_i w_i A_ij / w_j`, or of the same sums of rows, for all values in a box: what one gains is what
  /// another loses, which the entries taken one by one do not show.
  ///
  /// - Parameter middle: the matrix in the middle of the box, of which the weights are taken.
  private func sumBound(_ members: [Int], _ box: [Symbol: Interval], _ middle: MetzlerMatrix) -> Double {
    var places: [Int: Int] = [:]
    for (place, node) in members.enumerated() { places[node] = place }
    let inside = entries.filter { places[$0.row] != nil && places[$0.column] != nil }
    // The sign of a negative entry off the diagonal, which counts with its size, cannot be added up.
    let isPlain = inside.allSatisfy {
      !$0.isOptional && ($0.row == $0.column || $0.value.interval(box).isNonNegative)
    }
    guard isPlain else { return .infinity }
    func largest(_ weights: [Double], byColumn: Bool) -> Double {
      members.indices.map { place in
        var (sums, order) = ([Expression: Double](), [Expression]())
        for entry in inside where places[byColumn ? entry.column : entry.row] == place {
          let other = places[byColumn ? entry.row : entry.column] ?? 0
          for (coefficient, term) in entry.terms {
            if sums[term] == nil { order.append(term) }
            let share = other == place ? 1 : weights[other] / weights[place]
            sums[term, default: 0] += share * entry.gain * coefficient
          }
        }
        let sum = order.reduce(0) { sum, term in
          let factor = sums[term] ?? 0
          return sum + (Interval(factor, factor) * term.interval(box)).high
        }
        return sum.isNaN ? .infinity : sum
      }.max() ?? .infinity
    }
    // Equal weights serve where something goes back and forth without limit.
    return [
      largest(members.map { _ in 1 }, byColumn: true), largest(middle.columnWeights, byColumn: true),
      largest(middle.transposed.columnWeights, byColumn: false),
    ].min() ?? .infinity
  }
}
