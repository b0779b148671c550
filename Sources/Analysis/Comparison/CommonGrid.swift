import Fields

/// The grid on which two runs are compared: along each axis that of the run with fewer points.
///
/// The value of a control volume `V_i` of the common grid is the mean over `V_i` of the finer values, `PartialMeans`.
struct CommonGrid {
  let points: [Int]
  /// Measure of each control volume along each axis; 1 where only positions are known.
  let volumes: [[Double]]
  private let positions: [[Double]]

  /// Why two grids cannot be compared.
  struct Mismatch: Error { let reason: String }

  /// - Throws: `Mismatch` if the domains differ, or the finer grid cannot be averaged.
  init(_ first: [ComparedAxis], _ second: [ComparedAxis]) throws(Mismatch) {
    guard first.count == second.count else {
      throw Mismatch(reason: "the domains have \(first.count) and \(second.count) axes")
    }
    for (index, (one, other)) in zip(first, second).enumerated() {
      guard one.positions == other.positions || one.covers(other) else {
        throw Mismatch(reason: "axis \(index + 1) covers \(one.interval) and \(other.interval)")
      }
      if let first = one.geometry, let second = other.geometry, first != second {
        throw Mismatch(reason: "the first axis is \(first.rawValue) and \(second.rawValue)")
      }
      guard one.positions.count == other.positions.count || (one.geometry ?? other.geometry) != nil else {
        throw Mismatch(reason: "the geometry of the first axis is not known: give the directories of the runs")
      }
    }
    let coarser = zip(first, second).map { $0.positions.count <= $1.positions.count ? $0 : $1 }
    points = coarser.map(\.positions.count)
    positions = coarser.map(\.positions)
    volumes = zip(coarser, zip(first, second)).map { coarse, pair in
      let geometry = pair.0.geometry ?? pair.1.geometry
      return ComparedAxis(
        positions: coarse.positions, origin: coarse.origin, length: coarse.length, geometry: geometry
      ).divided(into: coarse.positions.count).map { axis in (0..<axis.points).map(axis.volume) }
        ?? coarse.positions.map { _ in 1 }
    }
  }

  /// Position of a point of the grid, x first.
  func position(_ index: Int) -> [Double] {
    var rest = index
    return positions.map { positions in
      defer { rest /= positions.count }
      return positions[rest % positions.count]
    }
  }

  /// The measure of the control volume of each point, x fastest; 1 where it is not known.
  var weights: [Double] {
    volumes.reversed().reduce([1.0]) { weights, volumes in
      weights.flatMap { weight in volumes.map { weight * $0 } }
    }
  }

  /// Averages values on a run's own grid, x fastest, onto this one; points without a value are NaN.
  func average(_ values: [Double], of axes: [ComparedAxis]) -> [Double] {
    var means = PartialMeans(values: values, shape: axes.map(\.positions.count))
    for (index, axis) in axes.enumerated() where axis.positions.count != points[index] {
      guard let fine = axis.divided(into: axis.positions.count), let coarse = axis.divided(into: points[index])
      else { continue }
      means = means.averaged(from: fine, to: coarse, along: index)
    }
    return means.values
  }
}

extension ComparedAxis {
  fileprivate var interval: String {
    guard let origin, let length else { return "an unknown interval" }
    return "\(Float(origin)) to \(Float(origin + length))"
  }
}
