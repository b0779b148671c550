import CKernels
import Fields

/// One diffusion step of one field along one axis, ready to be carried out: the propagator with its numbers.
struct AxisPass: Sendable {
  private enum Kind: Sendable {
    /// Symmetric weights, from the middle on.
    case kernel([Double], LineContinuation)
    case filter(any LineFilter, order: [Int])
    case matrix(LineMatrix, order: [Int])
    /// Over a step, with its reach.
    case line(LineDiffusion, step: Double, reach: Int)
  }

  private let kind: Kind
  let blocks: LineBlocks

  /// - Parameter transforms: those that have been made; more are made where they are needed.
  /// - Returns: nil if nothing is to be done.
  init?(
    _ propagator: AxisPropagator, field: FieldDiffusion, grid: Grid, axis: Int, step: Double,
    transforms: inout TransformCache
  ) {
    let line = grid.axes[axis]
    switch propagator.method {
    case nil: return nil
    case .kernel:
      kind = .kernel(
        DiffusionKernel(propagator.shape ?? .secondOrder, strength: propagator.strength).weights,
        LineContinuation(field.boundaries[axis]))
      blocks = LineBlocks(grid: grid, axis: axis, lanes: axis == 0 ? 8 : Int(KERNEL_LANES))
    case .fourier:
      let spectrum = transforms.spectrum(of: field, axis: axis, grid: grid)
      kind = .filter(
        spectrum.transform.filter(spectrum.exponentials(step: step)), order: spectrum.transform.order)
      blocks = LineBlocks(grid: grid, axis: axis, lanes: grid.transformLanes)
    case .tridiagonal:
      guard let own = transforms.line(of: field, grid: grid) else {
        preconditionFailure("there is more than one line")
      }
      kind = .line(own, step: step, reach: propagator.radius)
      blocks = LineBlocks(grid: grid, axis: axis, lanes: grid.transformLanes)
    case .matrix:
      let exponential = AxisExponential(
        AxisLaplacian(line, boundary: field.boundaries[axis], diffusivity: field.diffusivities[axis]), step: step,
        lanes: grid.transformLanes)
      kind = .matrix(exponential.matrix, order: Array(0..<line.points))
      blocks = LineBlocks(grid: grid, axis: axis, lanes: grid.transformLanes)
    }
  }

  /// A symmetric stencil in place of a propagator.
  ///
  /// - Parameter stencil: its weights, from the middle on.
  init(stencil: [Double], boundary: AxisBoundary, grid: Grid, axis: Int) {
    kind = .kernel(stencil, LineContinuation(boundary))
    blocks = LineBlocks(grid: grid, axis: axis, lanes: axis == 0 ? 8 : Int(KERNEL_LANES))
  }

  /// The weight of the point itself in a stencil.
  var center: Double {
    if case .kernel(let weights, _) = kind { weights[0] } else { 0 }
  }

  /// The stencil with weight 0 for the point itself.
  var withoutCenter: AxisPass {
    guard case .kernel(let weights, let beyond) = kind else { return self }
    return AxisPass(kind: .kernel([0] + weights.dropFirst(), beyond), blocks: blocks)
  }

  private init(kind: Kind, blocks: LineBlocks) {
    self.kind = kind
    self.blocks = blocks
  }

  /// What it takes to do it once.
  var work: Work {
    var work = Work()
    switch kind {
    case .kernel(let weights, _):
      work.kernelPasses = 1
      work.kernelReach = weights.count - 1
    case .filter: work.transforms = 2
    case .matrix(let matrix, _):
      work.kernelPasses = 1
      work.kernelReach = matrix.widest / 2
    case .line: break  // which counts its work itself
    }
    return work
  }

  /// Works on one block of lines of a field that begins at `values`.
  func run(_ index: Int, values: UnsafeMutablePointer<Double>, scratch: WorkerScratch) {
    switch kind {
    case .kernel(let weights, let beyond): convolve(weights, beyond, index, values, scratch)
    case .filter(let filter, let order):
      blocks.gather(index, from: values, order: order, scratch: scratch) { filter.apply($0, spare: $1) }
    case .matrix(let matrix, let order):
      blocks.gather(index, from: values, order: order, scratch: scratch) { matrix.apply($0, spare: $1) }
    case .line(let line, let step, let reach): line.propagate(values, step: step, reach: reach, scratch: scratch)
    }
  }

  private func convolve(
    _ weights: [Double], _ beyond: LineContinuation, _ index: Int, _ values: UnsafeMutablePointer<Double>,
    _ scratch: WorkerScratch
  ) {
    let (offset, lanes) = blocks.block(index)
    let radius = weights.count - 1
    let padded = blocks.lineLength + 2 * radius
    if blocks.axis == 0 {
      let memory = scratch.memory(padded)
      for lane in 0..<lanes {
        kernel_pass_row(
          values + offset + lane * blocks.stride, blocks.lineLength, weights, radius, beyond, memory)
      }
    } else {
      kernel_pass_columns(
        values + offset, blocks.stride, blocks.lineLength, lanes, weights, radius, beyond,
        scratch.memory(padded * Int(KERNEL_LANES)))
    }
  }
}

extension LineContinuation {
  /// Values go on with the same sign beyond a side that nothing crosses, with the opposite one where they are 0.
  init(_ boundary: AxisBoundary) {
    func sign(_ side: SideBoundary) -> Double { side == .value ? -1 : 1 }
    switch boundary {
    case .periodic: self.init(is_periodic: 1, lower: 1, upper: 1)
    case .sides(let lower, let upper): self.init(is_periodic: 0, lower: sign(lower), upper: sign(upper))
    }
  }
}

extension LineBlocks {
  /// Brings a block of lines into cache, works on it with a spare one as large, and puts back what `work` says.
  func gather(
    _ index: Int, from values: UnsafeMutablePointer<Double>, to target: UnsafeMutablePointer<Double>? = nil,
    order: [Int], putBack: [Int]? = nil, scratch: WorkerScratch,
    _ work: (LineBlock, LineBlock) -> LineBlock
  ) {
    let memory = scratch.memory(2 * blockSize)
    load(index, from: values, into: memory, order: order)
    store(work(memory, memory + blockSize), index, to: target ?? values, order: putBack ?? order)
  }

  /// Doubles of a block of lines in cache.
  var blockSize: Int { lineLength * lanes }

  /// Brings a block of lines into cache.
  func load(_ index: Int, from values: UnsafePointer<Double>, into memory: LineBlock, order: [Int]) {
    let (offset, filled) = block(index)
    let load = axis == 0 ? transform_load_rows : transform_load_columns
    load(memory, lanes, values + offset, stride, lineLength, filled, order)
  }

  /// Puts it back.
  func store(_ memory: LineBlock, _ index: Int, to values: UnsafeMutablePointer<Double>, order: [Int]) {
    let (offset, filled) = block(index)
    let store = axis == 0 ? transform_store_rows : transform_store_columns
    store(memory, lanes, values + offset, stride, lineLength, filled, order)
  }

  /// Sets to 0 what a block in cache holds beyond its lines.
  func clearUnused(_ index: Int, of memory: LineBlock) {
    let filled = block(index).lanes
    guard filled < lanes else { return }
    for value in 0..<lineLength { (memory + value * lanes + filled).update(repeating: 0, count: lanes - filled) }
  }
}
