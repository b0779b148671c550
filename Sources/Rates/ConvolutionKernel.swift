import Expressions
import Fields
import Operators

/// A kernel that is infinite or no number at a distance between two points.
package struct UndefinedKernel: Error {
  package let kernel: Expression
  /// Along each axis of the grid, x first.
  package let distances: [Double]
}

/// The values of the kernel of a convolution for all distances between two points of a grid.
///
/// Distances are whole multiples of the spacing, `jΔ` with `j` from `−c` to `c`, so that an even kernel has exactly even values. A
/// kernel that the points resolve has its values at the distances: the convolution of a smooth field is then as accurate as the sum
/// over points. A kernel that jumps, or is so narrow that its sum over the distances is off by a hundredth, has its means over the
/// control volumes `[(j − ½)Δ, (j + ½)Δ]` instead: by Gauss's rule (on one axis 4 × 5 points, on two 6 × 6, on three 2 × 2 × 2, exact for
/// polynomials of degree 9, 5 and 3), and where a jump crosses the volume by pieces between the jumps, which are located by
/// bisection along each axis in turn, whose integrals are averaged. The sum over all distances is then the integral of the kernel wherever its jumps lie, and
/// the error of the convolution of a smooth field is of second order in the spacing.
///
/// Along a periodic axis with an even number of points two images are as near as each other half a length away; each counts half.
package struct ConvolutionKernel {
  private let grid: Grid
  private let isPeriodic: [Bool]
  private let pool: WorkerPool
  /// Of the distances, `2c + 1` points along each axis.
  private let offsets: Grid
  private let evaluator: GridEvaluator
  private let shape: PointFunction
  /// The distances along each axis.
  private let distances: FieldSet

  /// The values of a kernel, one field on the grid of the distances.
  ///
  /// - Throws: `UndefinedKernel` if a value is infinite or no number, `FieldAllocationError`.
  package static func values(
    of kernel: Expression, parameters: [String: Double], grid: Grid, isPeriodic: [Bool], pool: WorkerPool
  ) throws -> FieldSet {
    let convolutionKernel = try ConvolutionKernel(kernel, parameters, grid, isPeriodic, pool)
    let values = try convolutionKernel.values()
    if let index = values.values(0).firstIndex(where: { !$0.isFinite }) {
      throw UndefinedKernel(kernel: kernel, distances: convolutionKernel.distances(at: index))
    }
    return values
  }

  private init(
    _ kernel: Expression, _ parameters: [String: Double], _ grid: Grid, _ isPeriodic: [Bool], _ pool: WorkerPool
  ) throws {
    (self.grid, self.isPeriodic, self.pool) = (grid, isPeriodic, pool)
    offsets = FieldConvolution.offsets(grid, isPeriodic: isPeriodic)
    let names = grid.axes.map { "distance \($0.name)" }
    let symbols = grid.axes.map { Symbol.coordinate($0.name) }
    let fields = Dictionary(uniqueKeysWithValues: zip(symbols, names.map { Expression.symbol(.field($0)) }))
    evaluator = GridEvaluator(
      try PointwiseFunctions([kernel.substituting(fields)], fields: names, parameters: parameters, grid: offsets),
      volumes: try PointVolumes(offsets), pool: pool)
    shape = PointFunction(
      kernel, of: symbols,
      constants: Dictionary(uniqueKeysWithValues: parameters.map { (Symbol.parameter($0.key), $0.value) }))
    distances = try FieldSet(grid: offsets, count: grid.axes.count)
  }

  /// The distance along each axis of one of the values, x first.
  private func distances(at index: Int) -> [Double] {
    var rest = index
    return zip(offsets.axes, grid.axes).map { line, axis in
      defer { rest /= line.points }
      return Double(rest % line.points - line.points / 2) * axis.spacing
    }
  }

  private func values() throws -> FieldSet {
    let values = try atDistances(shiftedBy: grid.axes.map { _ in 0 })
    let crossed = shape.hasLevels ? crossedVolumes() : []
    if crossed.isEmpty, try isResolved(values) {
      weightEnds(of: values)
      return values
    }
    let isEven = try evenAxes(values)
    let means = try meansByGaussRule()
    setMeans(of: crossed, in: means, isEven: isEven)
    return means
  }

  // MARK: At points

  /// The kernel at all distances, each moved by some shares of the spacing.
  private func atDistances(shiftedBy shares: [Double]) throws -> FieldSet {
    for (axis, line) in offsets.axes.enumerated() {
      let (spacing, center) = (grid.axes[axis].spacing, line.points / 2)
      let positions = (0..<line.points).map { (Double($0 - center) + shares[axis]) * spacing }
      for row in 0..<offsets.rowCount {
        let target = distances.pointer(axis, row: row)
        for column in 0..<offsets.rowLength {
          target[column] = positions[offsets.place(row: row, column: column, along: axis).index]
        }
      }
    }
    let values = try FieldSet(grid: offsets, count: 1)
    evaluator.evaluate(distances, time: 0, into: values)
    return values
  }

  /// Whether the sum over the distances is the integral, as far as that shows when all distances move by half a spacing.
  private func isResolved(_ values: FieldSet) throws -> Bool {
    let sum = values.sum(0)
    let size = max(abs(values.maximum(0)), abs(values.minimum(0)))
    guard size > 0, size.isFinite else { return true }
    for axis in grid.axes.indices where grid.axes[axis].points > 1 {
      let moved = try [-0.5, 0.5].map { share in
        try atDistances(shiftedBy: grid.axes.indices.map { $0 == axis ? share : 0 }).sum(0)
      }
      let other = 0.5 * (moved[0] + moved[1])
      if abs(other - sum) > 0.01 * max(abs(sum), abs(other), size) { return false }
    }
    return true
  }

  /// The axes along which the kernel is even, as far as its values tell.
  private func evenAxes(_ values: FieldSet) throws -> [Bool] {
    // No shares that a jump would lie at by chance.
    let shares = [0.0, 0.2137, 0.4391]
    var isEven = grid.axes.map { _ in true }
    for share in shares {
      for axis in grid.axes.indices {
        func shifted(_ sign: Double) throws -> FieldSet {
          try atDistances(shiftedBy: grid.axes.indices.map { $0 == axis ? sign * share : share })
        }
        let (above, below) = (try shifted(1), try shifted(-1))
        for row in 0..<offsets.rowCount where isEven[axis] {
          for column in 0..<offsets.rowLength {
            let (otherRow, otherColumn) = mirrored(row, column, along: axis)
            if above.pointer(0, row: row)[column] != below.pointer(0, row: otherRow)[otherColumn] {
              isEven[axis] = false
              break
            }
          }
        }
      }
    }
    return isEven
  }

  private func mirrored(_ row: Int, _ column: Int, along axis: Int) -> (Int, Int) {
    let (index, line) = offsets.place(row: row, column: column, along: axis)
    return offsets.point(offsets.axes[axis].points - 1 - index, ofLine: line, along: axis)
  }

  /// Half a length away along a periodic axis there are two images.
  private func weightEnds(of values: FieldSet) {
    forEachVolume { row, column, position in
      let share = position.indices.reduce(1.0) { $0 * (isShared(position[$1], along: $1) ? 0.5 : 1) }
      if share != 1 { values.pointer(0, row: row)[column] *= share }
    }
  }

  /// Whether a distance is half the length of a periodic axis.
  private func isShared(_ offset: Int, along axis: Int) -> Bool {
    isPeriodic[axis] && 2 * abs(offset) == grid.axes[axis].points
  }

  private func forEachVolume(_ body: (_ row: Int, _ column: Int, _ position: [Int]) -> Void) {
    for row in 0..<offsets.rowCount {
      for column in 0..<offsets.rowLength {
        body(
          row, column,
          offsets.axes.indices.map { axis in
            offsets.place(row: row, column: column, along: axis).index - offsets.axes[axis].points / 2
          })
      }
    }
  }

  // MARK: Means

  /// Positive nodes, in shares of the spacing from the middle of a volume, and weights of Gauss's rule on a half of the volume.
  private var rule: [(node: Double, weight: Double)] {
    func composite(_ parts: Int, _ base: [(Double, Double)]) -> [(node: Double, weight: Double)] {
      (0..<parts).flatMap { part in
        base.map { node, weight in
          ((Double(part) + 0.5 + 0.5 * node) / Double(2 * parts), weight / Double(4 * parts))
        }
      }
    }
    switch grid.axes.count {
    case 1:
      let (inner, outer) = (0.5384693101056831, 0.9061798459386640)
      let weights = (0.23692688505618908, 0.47862867049936647)
      return composite(
        2,
        [
          (-outer, weights.0), (-inner, weights.1), (0, 0.5688888888888889), (inner, weights.1), (outer, weights.0),
        ])
    case 2:
      let outer = 0.7745966692414834
      return composite(1, [(-outer, 5.0 / 9), (0, 8.0 / 9), (outer, 5.0 / 9)])
    default: return [(0.5 / 3.0.squareRoot(), 0.5)]
    }
  }

  /// The means over all volumes by Gauss's rule, added up so that they are exactly even where the kernel is.
  private func meansByGaussRule() throws -> FieldSet {
    let (rule, count) = (rule, grid.axes.count)
    let result = try FieldSet(grid: offsets, count: 1)
    // Signs of all axes, up to all of them at once.
    let signs: [[Double]] =
      switch count {
      case 1: [[1]]
      case 2: [[1, 1], [1, -1]]
      default: [[1, 1, 1], [1, 1, -1], [1, -1, 1], [-1, 1, 1]]
      }
    for number in 0..<(0..<count).reduce(1, { product, _ in product * rule.count }) {
      var rest = number
      var (shares, weight) = ([Double](), 1.0)
      for _ in 0..<count {
        shares.append(rule[rest % rule.count].node)
        weight *= rule[rest % rule.count].weight
        rest /= rule.count
      }
      // Opposite points first, then in pairs: whichever axis is turned round, the same numbers are added.
      var sums = try signs.map { sign in
        let sum = try atDistances(shiftedBy: zip(shares, sign).map { $0 * $1 })
        sum.setField(0, toSumOf: [(1, sum), (1, try atDistances(shiftedBy: zip(shares, sign).map { -$0 * $1 }))])
        return sum
      }
      while sums.count > 1 {
        sums = stride(from: 0, to: sums.count, by: 2).map { index in
          sums[index].setField(0, toSumOf: [(1, sums[index]), (1, sums[index + 1])])
          return sums[index]
        }
      }
      result.setField(0, toSumOf: [(1, result), (weight, sums[0])])
    }
    return result
  }

  /// The volumes that a jump may cross, and those of which only a part counts.
  private func crossedVolumes() -> [[Int]] {
    var open = [offsets.axes.map { -($0.points / 2)...($0.points / 2) }]
    var found: [[Int]] = []
    while let box = open.popLast() {
      let ends = box.indices.map { axis in
        let (low, high) = (
          bounds(box[axis].lowerBound, along: axis).low, bounds(box[axis].upperBound, along: axis).high
        )
        return Interval(low, high)
      }
      if shape.hasFixedLevels(in: ends) { continue }
      guard let widest = box.indices.max(by: { box[$0].count < box[$1].count }), box[widest].count > 1 else {
        found.append(box.map(\.lowerBound))
        continue
      }
      let middle = box[widest].lowerBound + (box[widest].count - 1) / 2
      for part in [box[widest].lowerBound...middle, (middle + 1)...box[widest].upperBound] {
        var half = box
        half[widest] = part
        open.append(half)
      }
    }
    return found
  }

  /// A volume along an axis; only the inner half of one that two images share.
  private func bounds(_ offset: Int, along axis: Int) -> (low: Double, high: Double) {
    let spacing = grid.axes[axis].spacing
    let shared = isShared(offset, along: axis)
    return (
      (Double(offset) - (shared && offset < 0 ? 0 : 0.5)) * spacing,
      (Double(offset) + (shared && offset > 0 ? 0 : 0.5)) * spacing
    )
  }

  /// Finds the means over volumes that a jump crosses, and over those that two images share, piece by piece.
  private func setMeans(of crossed: [[Int]], in means: FieldSet, isEven: [Bool]) {
    var known: [[Int]: Double] = [:]
    func setMean(_ position: [Int]) {
      let place = zip(position, isEven).map { $1 ? abs($0) : $0 }
      let mean = known[place] ?? mean(place)
      known[place] = mean
      let index = zip(position, offsets.axes).map { $0 + $1.points / 2 }
      let row = index.indices.dropFirst().reversed().reduce(0) { $0 * offsets.axes[$1].points + index[$1] }
      means.pointer(0, row: row)[index[0]] = mean
    }
    for position in crossed { setMean(position) }
    guard grid.axes.indices.contains(where: { isPeriodic[$0] && grid.axes[$0].points.isMultiple(of: 2) }) else {
      return
    }
    forEachVolume { _, _, position in
      if position.indices.contains(where: { isShared(position[$0], along: $0) }) { setMean(position) }
    }
  }

  /// The mean of the integrals with each axis as the innermost one, along which jumps are located: none of them is preferred, so that a
  /// kernel that is the same with two axes exchanged has such means.
  private func mean(_ position: [Int]) -> Double {
    let box = position.indices.map { bounds(position[$0], along: $0) }
    let volume = grid.axes.reduce(1) { $0 * $1.spacing }
    let integrals = box.indices.map { innermost in
      integral(over: box, axes: box.indices.filter { $0 != innermost } + [innermost], at: box.map(\.low))
    }
    // Added in an order that follows from the numbers.
    return integrals.sorted().reduce(0, +) / Double(integrals.count) / volume
  }

  /// Gauss's points and weights on an interval from −1 to 1, and into how many intervals the outer axes are divided.
  private static let pieces: [(node: Double, weight: Double)] = [
    (-0.9061798459386640, 0.23692688505618908), (-0.5384693101056831, 0.47862867049936647), (0, 0.5688888888888889),
    (0.5384693101056831, 0.47862867049936647), (0.9061798459386640, 0.23692688505618908),
  ]
  private static let pairs: [(node: Double, weight: Double)] = [
    (-0.5773502691896257, 1), (0.5773502691896257, 1),
  ]

  /// The integral over some axes, the last of them innermost, at fixed positions along the others.
  private func integral(
    over box: [(low: Double, high: Double)], axes: some Collection<Int>, at fixed: [Double]
  ) -> Double {
    guard let axis = axes.first else { return 0 }
    let (low, high) = box[axis]
    func point(_ position: Double) -> [Double] {
      var point = fixed
      point[axis] = position
      return point
    }
    guard axes.count == 1 else {
      let parts = box.count == 2 ? 8 : 4
      let width = (high - low) / Double(parts)
      var sum = 0.0
      for part in 0..<parts {
        for (node, weight) in ConvolutionKernel.pairs {
          let position = low + (Double(part) + 0.5 + 0.5 * node) * width
          sum += 0.5 * weight * width * integral(over: box, axes: Array(axes.dropFirst()), at: point(position))
        }
      }
      return sum
    }
    // Pieces between the jumps.
    let samples = 8
    var ends = [low]
    var (before, levels) = (low, shape.levels(point(low)))
    for sample in 1...samples {
      let after = sample == samples ? high : low + (high - low) * Double(sample) / Double(samples)
      let next = shape.levels(point(after))
      if next != levels { ends.append(jump(from: before, levels, to: after, at: point)) }
      (before, levels) = (after, next)
    }
    ends.append(high)
    return zip(ends, ends.dropFirst()).reduce(0) { sum, piece in
      let (middle, half) = (0.5 * (piece.0 + piece.1), 0.5 * (piece.1 - piece.0))
      return ConvolutionKernel.pieces.reduce(sum) {
        $0 + half * $1.weight * shape.value(point(middle + half * $1.node))
      }
    }
  }

  /// Where the levels change between two positions along the innermost axis.
  private func jump(
    from start: Double, _ levels: [Double], to end: Double, at point: (Double) -> [Double]
  ) -> Double {
    var (low, high) = (start, end)
    while true {
      let middle = low + 0.5 * (high - low)
      if middle <= low || middle >= high { return high }
      if shape.levels(point(middle)) == levels { low = middle } else { high = middle }
    }
  }
}
