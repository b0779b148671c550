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
  ///
  /// Points without a value (NaN) do not count: a new point is the mean of those that have one, by their shares. It has
  /// none where the point that covers its center has none, or, for means, half of it.
  ///
  /// - Parameter lengths: those of the domain, the slowest axis first, if the values are known to go on beyond the points
  ///   that have one by up to one point, because only the resolution of an edge differs: there the nearest value counts,
  ///   the mean of several.
  package func resampled(
    to shape: [Int], by method: Resampling, extendingOver lengths: [Double]? = nil
  ) -> StoredArray {
    precondition(shape.count == self.shape.count)
    guard values.contains(where: \.isNaN) else { return complete(on: shape, by: method) }
    let present = replacing(shape: self.shape, values: values.map { $0.isNaN ? 0 : 1 })
    let sums = replacing(shape: self.shape, values: values.map { $0.isNaN ? 0 : $0 }).complete(on: shape, by: method)
    let shares = present.complete(on: shape, by: method).values
    let counted: [Bool] =
      if lengths != nil {
        shares.map { $0 > 1e-9 }
      } else if method == .mean {
        shares.map { $0 > 0.5 - 1e-9 }
      } else {
        zip(shares, present.complete(on: shape, by: .nearest).values).map { $0 > 1e-9 && $1 > 0 }
      }
    return sums.replacing(
      shape: shape,
      values: sums.values.indices.map { index in
        if counted[index] { return sums.values[index] / shares[index] }
        return lengths.map { nearest(to: StoredArray.place(index, in: shape), of: shape, $0) } ?? .nan
      })
  }

  /// The value of the nearest point that has one, among the one that covers the center of a new point and those that touch
  /// it; the mean of several at the same distance, NaN if there is none.
  private func nearest(to place: [Int], of newShape: [Int], _ lengths: [Double]) -> Double {
    // In units of the points of this array.
    let centers = place.indices.map { (Double(place[$0]) + 0.5) * Double(shape[$0]) / Double(newShape[$0]) }
    var (least, sum, count) = (Double.infinity, 0.0, 0.0)
    var candidates: [(index: Int, distance: Double)] = [(0, 0)]
    for axis in shape.indices {
      let covering = min(shape[axis] - 1, Int(centers[axis]))
      let spacing = lengths[axis] / Double(shape[axis])
      candidates = candidates.flatMap { candidate in
        (max(0, covering - 1)...min(shape[axis] - 1, covering + 1)).map { index in
          let away = (Double(index) + 0.5 - centers[axis]) * spacing
          return (candidate.index * shape[axis] + index, candidate.distance + away * away)
        }
      }
    }
    for candidate in candidates where !values[candidate.index].isNaN {
      if candidate.distance < least * (1 - 1e-9) { (least, sum, count) = (candidate.distance, 0, 0) }
      guard candidate.distance <= least * (1 + 1e-9) else { continue }
      sum += values[candidate.index]
      count += 1
    }
    return sum / count
  }

  /// The same where all points have a value.
  private func complete(on shape: [Int], by method: Resampling) -> StoredArray {
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
