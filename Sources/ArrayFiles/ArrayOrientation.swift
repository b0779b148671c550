import Storage

extension StoredArray {
  /// The array with its axes in the order of a domain's, each upwards.
  ///
  /// What the file says of its dimensions decides: their names or CF attributes tell the axis, positions that fall
  /// turn it round. Dimensions of which nothing is said stand in the order `[z][y][x]`. Dimensions of length 1 that
  /// the domain does not have are left out.
  ///
  /// - Parameter axes: names of the domain's axes, the slowest first.
  /// - Throws: where it is not clear which dimension is which axis, or a dimension is none of the domain.
  package func oriented(along axes: [String]) throws(ArrayFileError) -> StoredArray {
    var array = self
    if !dimensions.isEmpty || shape.count > axes.count { array = transposed(try order(along: axes)) }
    for (axis, dimension) in array.dimensions.enumerated() {
      guard let positions = dimension.coordinates, positions.count > 1, positions[1] < positions[0] else { continue }
      array = array.reversed(along: axis)
      array.dimensions[axis] = dimension.reversed()
    }
    return array
  }

  /// For each axis of the domain the dimension.
  private func order(along axes: [String]) throws(ArrayFileError) -> [Int] {
    func role(_ index: Int) -> String? { dimensions.isEmpty ? nil : dimensions[index].axis }
    func isWanted(_ index: Int) -> Bool { role(index).map(axes.contains) ?? false }
    var kept = Array(shape.indices)
    while kept.count > axes.count {
      guard let spare = kept.first(where: { shape[$0] == 1 && !isWanted($0) }) else { break }
      kept.removeAll { $0 == spare }
    }
    guard kept.count == axes.count else {
      // The number of axes is told by whoever compares it with the domain's.
      if dimensions.isEmpty { return Array(shape.indices) }
      let count = kept.count == 1 ? "one axis" : "\(kept.count) axes"
      let domain = axes.count == 1 ? "one axis" : "\(axes.count) axes"
      throw ArrayFileError("holds an array of \(count) (\(names(kept))), but the domain has \(domain)")
    }
    // A line is a line, whatever it is called.
    guard axes.count > 1 else { return kept }
    if let stranger = kept.first(where: { role($0) != nil && !isWanted($0) }) {
      throw ArrayFileError(
        "has a dimension \"\(dimensions[stranger].name ?? "")\", the axis \(role(stranger) ?? ""), but the domain has the axes "
          + axes.reversed().joined(separator: ", "))
    }
    var order = axes.map { axis in kept.filter { role($0) == axis } }
    if let axis = order.firstIndex(where: { $0.count > 1 }) {
      throw ArrayFileError("has two dimensions (\(names(order[axis]))) that are the axis \(axes[axis])")
    }
    let unnamed = kept.filter { role($0) == nil }
    let isUsual = order.indices.allSatisfy { order[$0].isEmpty || order[$0][0] == kept[$0] }
    // In `u[i][j]` of a program i counts rows, in that of another the points along x.
    let isOfIndices = zip(unnamed, unnamed.dropFirst()).contains { one, other in
      !dimensions.isEmpty && shape[one] == shape[other] && dimensions[one].name == "i" && dimensions[other].name == "j"
    }
    guard isUsual || unnamed.count <= 1, !isOfIndices else {
      throw ArrayFileError("has the dimensions \(names(kept)), of which it is not clear which axes they are")
    }
    var rest = unnamed[...]
    for axis in order.indices where order[axis].isEmpty { order[axis] = [rest.removeFirst()] }
    return order.map { $0[0] }
  }

  private func names(_ indices: [Int]) -> String {
    indices.map { dimensions[$0].name ?? "without a name" }.joined(separator: ", ")
  }
}

extension HDF5Dimension {
  /// From where to where the volumes of the points reach; nil if no positions are known, or a single one.
  ///
  /// - Throws: where the positions are not evenly spaced.
  package func extent() throws(ArrayFileError) -> (low: Double, high: Double)? {
    guard let positions = coordinates, positions.count > 1 else { return nil }
    let label = "its points along \(name ?? axis ?? "an axis")"
    guard positions.allSatisfy(\.isFinite) else {
      throw ArrayFileError("cannot be placed: \(label) have positions that are not finite numbers")
    }
    let count = Double(positions.count - 1)
    let spacing = (positions[positions.count - 1] - positions[0]) / count
    // Single precision, as many files have it, rounds positions by this much.
    let rounding = 4 * Double(Float.ulpOfOne) * max(abs(positions[0]), abs(positions[positions.count - 1]))
    let steps = zip(positions.dropFirst(), positions).map { $0 - $1 }
    guard steps.allSatisfy({ abs($0 - spacing) <= 1e-3 * abs(spacing) + rounding }), spacing != 0 else {
      let (least, most) = (steps.min() ?? 0, steps.max() ?? 0)
      throw ArrayFileError(
        "cannot be placed: \(label) are not evenly spaced, but \(Float(least)) to \(Float(most)) apart; "
          + "interpolate it onto evenly spaced points first")
    }
    return (positions[0] - 0.5 * spacing, positions[positions.count - 1] + 0.5 * spacing)
  }
}
