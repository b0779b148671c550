/// How an array comes onto a grid of another number of points over the same domain.
package enum Resampling: String, Sendable, CaseIterable {
  /// The value of the point that covers the center of the new one.
  case nearest
  /// Between the centers of the points; beyond the outermost centers their values.
  case linear
  /// The mean over each new point, by the lengths that old points share with it: keeps integrals.
  case mean

  /// For each of `count` new points the old ones, of which there are `stored`, with their shares.
  func shares(stored: Int, count: Int) -> [[(index: Int, share: Double)]] {
    (0..<count).map { point in
      // In units of old points.
      let low = Double(point) * Double(stored) / Double(count)
      let high = Double(point + 1) * Double(stored) / Double(count)
      let center = 0.5 * (low + high)
      switch self {
      case .nearest: return [(min(stored - 1, Int(center)), 1)]
      case .linear:
        let position = min(max(center - 0.5, 0), Double(stored - 1))
        let index = min(Int(position), max(0, stored - 2))
        let share = position - Double(index)
        return share == 0 ? [(index, 1)] : [(index, 1 - share), (index + 1, share)]
      case .mean:
        return (Int(low)..<min(stored, Int(high.rounded(.up)))).compactMap { index in
          let shared = min(high, Double(index + 1)) - max(low, Double(index))
          return shared > 1e-12 ? (index, shared / (high - low)) : nil
        }
      }
    }
  }
}

extension StoredArray {
  /// The array on as many points along each axis as `shape` says, over the same domain.
  package func resampled(to shape: [Int], by method: Resampling) -> StoredArray {
    precondition(shape.count == self.shape.count)
    var current = self
    for axis in shape.indices where shape[axis] != current.shape[axis] {
      current = current.resampled(axis: axis, count: shape[axis], by: method)
    }
    return current
  }

  private func resampled(axis: Int, count: Int, by method: Resampling) -> StoredArray {
    let stored = shape[axis]
    let shares = method.shares(stored: stored, count: count)
    let inner = shape[(axis + 1)...].reduce(1, *)
    let outer = shape[..<axis].reduce(1, *)
    var result = [Double](repeating: 0, count: outer * count * inner)
    for block in 0..<outer {
      for (point, parts) in shares.enumerated() {
        let target = (block * count + point) * inner
        for (index, share) in parts {
          let source = (block * stored + index) * inner
          for offset in 0..<inner { result[target + offset] += share * values[source + offset] }
        }
      }
    }
    var newShape = shape
    newShape[axis] = count
    return StoredArray(shape: newShape, values: result)
  }
}
