import CKernels
import Fields

/// The transform of a whole field along all its axes, to real cosine (and sine) coefficients and back, in place.
///
/// In these coefficients every function of the Laplacian is a product. Serves what is no product over axes.
struct CoefficientSpace: Sendable {
  private let transforms: [LineTransform]
  private let blocks: [LineBlocks]
  private let grid: Grid
  /// `λ` of each axis, in the order of its coefficients.
  private let eigenvalues: [[Double]]
  /// The identity, in which coefficients are stored.
  private let naturalOrders: [[Int]]

  init(
    grid: Grid, boundaries: [AxisBoundary], symbol: DiffusionSymbol, transform: (Int, AxisBoundary) -> LineTransform
  ) {
    self.grid = grid
    transforms = grid.axes.indices.map { transform(grid.axes[$0].points, boundaries[$0]) }
    blocks = grid.axes.indices.map { LineBlocks(grid: grid, axis: $0, lanes: Int(TRANSFORM_LANES)) }
    eigenvalues = zip(transforms, grid.axes).map { lines, axis in
      lines.angles.map { symbol.eigenvalue(angle: $0, spacing: axis.spacing) }
    }
    naturalOrders = transforms.map { Array(0..<$0.count) }
  }

  func forward(_ values: FieldPointer, pool: WorkerPool, scratch: [WorkerScratch]) {
    for axis in transforms.indices {
      let (lines, blocks, natural) = (transforms[axis], blocks[axis], naturalOrders[axis])
      pool.forEach(blocks.blockCount) { index, worker in
        blocks.gather(index, from: values.start, order: lines.order, putBack: natural, scratch: scratch[worker]) {
          lines.forward($0)
        }
      }
    }
  }

  /// The values come out multiplied by the number of points.
  func backward(_ values: FieldPointer, pool: WorkerPool, scratch: [WorkerScratch]) {
    for axis in transforms.indices {
      let (lines, blocks, natural) = (transforms[axis], blocks[axis], naturalOrders[axis])
      pool.forEach(blocks.blockCount) { index, worker in
        blocks.gather(index, from: values.start, order: natural, putBack: lines.order, scratch: scratch[worker]) {
          lines.backward($0)
        }
      }
    }
  }

  /// `u ← (e^{hDL} u − h φ₁(hDL) c) / N`, all in coefficients.
  func advance(
    _ u: FieldPointer, minus c: FieldPointer, diffusivity: Double, step: Double, pool: WorkerPool
  ) {
    let norm = 1 / Double(grid.pointCount)
    let first = eigenvalues[0].map { diffusivity * $0 }
    pool.forEach(grid.rowCount) { row, _ in
      var rest = row
      var sum = 0.0
      for axis in self.eigenvalues.indices.dropFirst() {
        sum += diffusivity * self.eigenvalues[axis][rest % self.eigenvalues[axis].count]
        rest /= self.eigenvalues[axis].count
      }
      let offset = row * self.grid.rowStride
      transform_source_row(u.start + offset, c.start + offset, first, sum, step, norm, self.grid.rowLength)
    }
  }
}

/// The values of one field, handed to threads that write different parts of it.
struct FieldPointer: @unchecked Sendable {
  let start: UnsafeMutablePointer<Double>

  init(_ set: FieldSet, _ field: Int) { start = set.pointer(field) }
}
