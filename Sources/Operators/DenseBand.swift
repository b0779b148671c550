import CKernels

/// A square matrix of positive numbers whose rows begin and end with zeros.
struct DenseBand {
  let count: Int
  /// How often it is to be squared.
  let squarings: Int
  /// Of each row, the first column that is not 0 and the one after the last.
  private(set) var first: [Int]
  private(set) var end: [Int]
  private var values: [Double]

  init(_ count: Int, squarings: Int) {
    self.count = count
    self.squarings = squarings
    values = [Double](repeating: 0, count: count * count)
    first = Array(0..<count)
    end = first.map { $0 + 1 }
  }

  mutating func set(_ row: Int, _ column: Int, _ value: Double) {
    values[row * count + column] = value
    first[row] = min(first[row], column)
    end[row] = max(end[row], column + 1)
  }

  /// The entries of a row from the first to the last that is not 0.
  func entries(_ row: Int) -> [Double] { Array(values[(row * count + first[row])..<(row * count + end[row])]) }

  /// Replaces the matrix by its square; entries below the threshold at the ends of a row are left out.
  mutating func square(threshold: Double) {
    var product = [Double](repeating: 0, count: count * count)
    band_square(values, &product, &first, &end, count, threshold)
    values = product
  }

  /// Scales every column so that `Σ_i V_i E_ij = V_j`.
  mutating func scaleColumns(toKeep volumes: [Double]) {
    var sums = [Double](repeating: 0, count: count)
    for row in 0..<count {
      for column in first[row]..<end[row] { sums[column] += volumes[row] * values[row * count + column] }
    }
    for row in 0..<count {
      for column in first[row]..<end[row] { values[row * count + column] *= volumes[column] / sums[column] }
    }
  }
}
