import CKernels
import Fields

/// One diffusion step of one field along one axis, ready to be carried out: the propagator with its numbers.
struct AxisPass: Sendable {
  private enum Kind: Sendable {
    case kernel(DiffusionKernel)
    case transform(LineTransform, TransformTable)
  }

  private let kind: Kind
  private let isPeriodic: Bool
  let blocks: LineBlocks

  /// - Returns: nil if nothing is to be done.
  init?(
    _ propagator: AxisPropagator, field: FieldDiffusion, boundary: AxisBoundary, grid: Grid, axis: Int, step: Double,
    transform: (Int, AxisBoundary) -> LineTransform
  ) {
    isPeriodic = boundary == .periodic
    switch propagator.method {
    case nil: return nil
    case .kernel:
      kind = .kernel(DiffusionKernel(propagator.shape ?? .secondOrder, strength: propagator.strength))
      blocks = LineBlocks(grid: grid, axis: axis, lanes: axis == 0 ? 8 : Int(KERNEL_LANES))
    case .fourier:
      let lines = transform(grid.axes[axis].points, boundary)
      let exponents = lines.angles.map {
        step * field.diffusivity * field.symbol.eigenvalue(angle: $0, spacing: grid.axes[axis].spacing)
      }
      kind = .transform(lines, TransformTable(transform: lines, exponents: exponents))
      blocks = LineBlocks(grid: grid, axis: axis, lanes: Int(TRANSFORM_LANES))
    }
  }

  /// Works on one block of lines of a field that begins at `values`.
  func run(_ index: Int, values: UnsafeMutablePointer<Double>, scratch: WorkerScratch) {
    switch kind {
    case .kernel(let kernel): convolve(kernel, index, values, scratch)
    case .transform(let lines, let table):
      blocks.gather(index, from: values, order: lines.order, scratch: scratch) { block in
        lines.transform(block)
        table.apply(block)
        lines.transform(block, backward: true)
      }
    }
  }

  private func convolve(
    _ kernel: DiffusionKernel, _ index: Int, _ values: UnsafeMutablePointer<Double>, _ scratch: WorkerScratch
  ) {
    let (offset, lanes) = blocks.block(index)
    let padded = blocks.lineLength + 2 * kernel.radius
    if blocks.axis == 0 {
      let memory = scratch.memory(padded)
      for lane in 0..<lanes {
        kernel_pass_row(
          values + offset + lane * blocks.stride, blocks.lineLength, kernel.weights, kernel.radius,
          isPeriodic ? 1 : 0, memory)
      }
    } else {
      kernel_pass_columns(
        values + offset, blocks.stride, blocks.lineLength, lanes, kernel.weights, kernel.radius, isPeriodic ? 1 : 0,
        scratch.memory(padded * Int(KERNEL_LANES)))
    }
  }
}

extension LineBlocks {
  /// Brings a block of lines into cache, works on it, and puts it back.
  func gather(
    _ index: Int, from values: UnsafeMutablePointer<Double>, order: [Int], putBack: [Int]? = nil,
    scratch: WorkerScratch, _ work: (UnsafeMutablePointer<Double>) -> Void
  ) {
    let (offset, lanes) = block(index)
    let memory = scratch.memory(lineLength * Int(TRANSFORM_LANES))
    let lines = values + offset
    if axis == 0 {
      transform_load_rows(memory, lines, stride, lineLength, lanes, order)
      work(memory)
      transform_store_rows(memory, lines, stride, lineLength, lanes, putBack ?? order)
    } else {
      transform_load_columns(memory, lines, stride, lineLength, lanes, order)
      work(memory)
      transform_store_columns(memory, lines, stride, lineLength, lanes, putBack ?? order)
    }
  }
}
