import Fields
import Foundation

/// Means over control volumes, of which only a part may hold values.
///
/// Along one axis the mean over the coarse interval `V_i` is
/// `Σ_j w_j |V_i ∩ V_j| (u_j + s_j (c_ij − c_j)) / Σ_j w_j |V_i ∩ V_j|`: `w_j` the part of the fine interval `V_j` that holds values, `c_ij`
/// and `c_j` the centroids of `V_i ∩ V_j` and `V_j`, `s_j` the slope between the neighbors of `j` that hold values. Integrals are
/// kept, and linear profiles are exact at any ratio of the numbers of points.
struct PartialMeans {
  /// `[z][y][x]`, x fastest; NaN where there is no value.
  let values: [Double]
  /// Which part of each control volume holds values, 0 to 1.
  private let parts: [Double]
  /// Number of points along each axis, x first.
  private let shape: [Int]

  init(values: [Double], shape: [Int]) {
    self.init(values: values, parts: values.map { $0.isNaN ? 0 : 1 }, shape: shape)
  }

  private init(values: [Double], parts: [Double], shape: [Int]) {
    (self.values, self.parts, self.shape) = (values, parts, shape)
  }

  /// What a fine interval shares with a coarse one.
  private struct Overlap {
    let index: Int
    /// Of the coarse interval.
    let share: Double
    /// From the centroid of the fine interval to that of the overlap.
    let offset: Double
  }

  func averaged(from fine: Axis, to coarse: Axis, along axis: Int) -> PartialMeans {
    let overlaps = (0..<coarse.points).map { PartialMeans.overlaps(fine, coarse, $0) }
    let inner = shape[..<axis].reduce(1, *)
    let outer = shape[(axis + 1)...].reduce(1, *)
    var newShape = shape
    newShape[axis] = coarse.points
    var (means, covered) = ([Double](), [Double]())
    means.reserveCapacity(inner * coarse.points * outer)
    covered.reserveCapacity(inner * coarse.points * outer)
    for block in 0..<outer {
      for overlap in overlaps {
        for column in 0..<inner {
          var (sum, weight) = (0.0, 0.0)
          for part in overlap {
            let place = (block * fine.points + part.index) * inner + column
            guard parts[place] > 0 else { continue }
            let share = part.share * parts[place]
            let slope = part.offset == 0 ? 0 : slope(part.index, at: place, stride: inner, of: fine)
            sum += share * (values[place] + slope * part.offset)
            weight += share
          }
          means.append(weight > 0 ? sum / weight : .nan)
          covered.append(weight)
        }
      }
    }
    return PartialMeans(values: means, parts: covered, shape: newShape)
  }

  /// The slope at a point between its neighbors along an axis, as far as they hold values.
  private func slope(_ index: Int, at place: Int, stride: Int, of axis: Axis) -> Double {
    let lower = index > 0 && parts[place - stride] > 0 ? 1 : 0
    let upper = index < axis.points - 1 && parts[place + stride] > 0 ? 1 : 0
    guard lower + upper > 0 else { return 0 }
    return (values[place + upper * stride] - values[place - lower * stride])
      / (axis.centroid(index + upper) - axis.centroid(index - lower))
  }

  private static func overlaps(_ fine: Axis, _ coarse: Axis, _ point: Int) -> [Overlap] {
    let (low, high) = (coarse.facePosition(point), coarse.facePosition(point + 1))
    let first = max(0, Int((low - fine.origin) / fine.spacing - 1e-9))
    let last = min(fine.points - 1, Int((high - fine.origin) / fine.spacing + 1e-9))
    return (first...max(first, last)).compactMap { index in
      let (start, end) = (fine.facePosition(index), fine.facePosition(index + 1))
      let (lower, upper) = (max(low, start), min(high, end))
      // A rest by rounding is none.
      guard upper - lower > 1e-9 * fine.spacing else { return nil }
      let isWhole = upper - lower > (1 - 1e-9) * fine.spacing
      let part = Axis(name: "x", origin: lower, length: upper - lower, points: 1, geometry: fine.geometry)
      return Overlap(
        index: index, share: part.measure / coarse.volume(point),
        offset: isWhole ? 0 : part.centroid(0) - fine.centroid(index))
    }
  }
}

extension Axis {
  /// The mean position within an interval by its measure: the middle, or of a shell `d/(d+1) (b^(d+1) − a^(d+1))/(b^d − a^d)`.
  fileprivate func centroid(_ index: Int) -> Double {
    if dimension == 1 { return coordinate(index) }
    let (inner, outer, power) = (facePosition(index), facePosition(index + 1), Double(dimension))
    return power / (power + 1) * (pow(outer, power + 1) - pow(inner, power + 1))
      / (pow(outer, power) - pow(inner, power))
  }
}
