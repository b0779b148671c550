import CFFTW
import Fields

/// The convolution of a field with a kernel over the domain, `∫ K(x − x′) u(x′) dx′`, by Fourier transforms.
///
/// Beyond sides that are not periodic, and outside the tissue, there is nothing: lines are padded with zeros. Along
/// periodic axes the nearest image counts. The integral is the sum over points times their volumes.
package final class FieldConvolution: @unchecked Sendable {
  private let volumes: PointVolumes
  private let grid: Grid
  /// Points along each axis with padding, x first.
  private let sizes: [Int]
  private let values: UnsafeMutablePointer<Double>
  private let spectrum: UnsafeMutablePointer<fftw_complex>
  /// Of the kernel, over the number of points.
  private let factors: [(Double, Double)]
  private let forward: fftw_plan
  private let backward: fftw_plan

  /// A grid of the distances at which the kernel is needed: `2c + 1` points along each axis, which stand for `−c` to `c` spacings.
  package static func offsets(_ grid: Grid, isPeriodic: [Bool]) -> Grid {
    Grid(
      axes: zip(grid.axes, isPeriodic).map { axis, isPeriodic in
        let points = 2 * (isPeriodic ? axis.points / 2 : axis.points - 1) + 1
        return Axis(
          name: axis.name, origin: -0.5 * axis.spacing * Double(points), length: axis.spacing * Double(points),
          points: points)
      })
  }

  /// - Parameter kernel: one field, on the grid of `offsets`; what stands for two images has half its weight in each.
  package init(volumes: PointVolumes, isPeriodic: [Bool], kernel: FieldSet) {
    self.volumes = volumes
    grid = volumes.grid
    sizes = zip(grid.axes, isPeriodic).map { $1 ? $0.points : 2 * $0.points }
    let count = sizes.reduce(1, *)
    let spectrumCount = (sizes[0] / 2 + 1) * sizes.dropFirst().reduce(1, *)
    let lengths = sizes.reversed().map(Int32.init)
    let values = fftw_alloc_real(count)!
    let spectrum = fftw_alloc_complex(spectrumCount)!
    (self.values, self.spectrum) = (values, spectrum)
    (forward, backward) = PlanningLock.shared.withLock {
      let flags = UInt32(FFTW_ESTIMATE)
      return (
        fftw_plan_dft_r2c(Int32(lengths.count), lengths, values, spectrum, flags)!,
        fftw_plan_dft_c2r(Int32(lengths.count), lengths, spectrum, values, flags)!
      )
    }
    values.update(repeating: 0, count: count)
    let centers = zip(kernel.grid.axes, sizes).map { $0.points / 2 - $1 }
    for row in 0..<kernel.grid.rowCount {
      for column in 0..<kernel.grid.rowLength {
        let position = FieldConvolution.position(row: row, column: column, in: kernel.grid.axes.map(\.points))
        let wrapped = zip(zip(position, centers), sizes).map { ($0.0 - $0.1) % $1 }
        values[FieldConvolution.index(wrapped, sizes)] += kernel.pointer(0, row: row)[column]
      }
    }
    fftw_execute(forward)
    factors = (0..<spectrumCount).map { (spectrum[$0].0 / Double(count), spectrum[$0].1 / Double(count)) }
  }

  deinit {
    PlanningLock.shared.withLock {
      fftw_destroy_plan(forward)
      fftw_destroy_plan(backward)
    }
    fftw_free(values)
    fftw_free(spectrum)
  }

  private static func position(row: Int, column: Int, in points: [Int]) -> [Int] {
    var rest = row
    return [column]
      + points.dropFirst().map { count in
        defer { rest /= count }
        return rest % count
      }
  }

  private static func index(_ position: [Int], _ sizes: [Int]) -> Int {
    zip(position, sizes).reversed().reduce(0) { $0 * $1.1 + $1.0 }
  }

  /// Replaces a field by its convolution; not to be called by two threads at a time.
  package func apply(to set: FieldSet, field: Int) {
    values.update(repeating: 0, count: sizes.reduce(1, *))
    forEachRow { row, start in
      let (source, weights) = (set.pointer(field, row: row), volumes.values(ofRow: row))
      for column in 0..<grid.rowLength {
        values[start + column] = source[column] * (weights?[column] ?? volumes.uniform ?? 1)
      }
    }
    fftw_execute(forward)
    for index in factors.indices {
      let (a, b) = (spectrum[index], factors[index])
      spectrum[index] = (a.0 * b.0 - a.1 * b.1, a.0 * b.1 + a.1 * b.0)
    }
    fftw_execute(backward)
    forEachRow { row, start in set.pointer(field, row: row).update(from: values + start, count: grid.rowLength) }
    volumes.clearOutside(set, field: field)
    // What is nothing but the rounding of the transforms.
    set.clear(field, below: FieldConvolution.noise * max(set.maximum(field), -set.minimum(field)))
  }

  /// Relative to the largest value.
  private static let noise = 1e-14

  /// Calls with each row and where it begins in the padded values.
  private func forEachRow(_ body: (_ row: Int, _ start: Int) -> Void) {
    for row in 0..<grid.rowCount {
      let position = FieldConvolution.position(row: row, column: 0, in: grid.axes.map(\.points))
      body(row, FieldConvolution.index(position, sizes))
    }
  }
}
