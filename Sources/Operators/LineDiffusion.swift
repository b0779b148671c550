import CKernels
import Fields
import Glibc
import Synchronization

/// The diffusion operator `L = ∇·D∇` of a field along the only line of a grid, by finite volumes of second order: functions of
/// it, applied to the values at the points in a time that goes as their number.
///
/// Serves the sides and the radii that no fast transform knows.
final class LineDiffusion: Sendable {
  let count: Int
  /// `L_{i,i−1}` and `L_{i,i+1}`, including what leads outside.
  private let below, above: Numbers
  let volumes: Numbers
  /// Their sum.
  private let measure: Double
  /// Whether nothing crosses the sides.
  let isClosed: Bool
  /// `max |L_ii|`.
  private let largestLoss: Double
  private let conductances: [Double]
  private let meter = WorkMeter()
  /// The latest first.
  private let known = Mutex<[LineFunctions]>([])

  /// Functions for so many steps are kept, because steps of a few sizes and their parts follow each other.
  private static let keptSteps = 8

  init(_ laplacian: AxisLaplacian) {
    count = laplacian.count
    below = Numbers((0..<count).map { laplacian.gainFromBelow($0) })
    above = Numbers((0..<count).map { laplacian.gainFromAbove($0) })
    volumes = Numbers(laplacian.volumes)
    measure = laplacian.volumes.reduce(0, +)
    conductances = laplacian.conductances
    isClosed = laplacian.isClosed
    largestLoss = (0..<count).map { laplacian.loss($0) }.max() ?? 0
  }

  var work: Work { meter.work }

  /// nil where something crosses the sides.
  private var closedVolumes: UnsafePointer<Double>? { isClosed ? UnsafePointer(volumes.start) : nil }
  private var line: LineOperator { LineOperator(below: below.start, above: above.start, count: count) }

  /// Doubles that the functions below need to work with.
  var scratchCount: Int { (Int(line_pole_numbers) + 3) * count + 16 }

  /// `out ← h L u − h μ u`, `μ` being the decay; for another set of values.
  func apply(to u: UnsafePointer<Double>, into out: UnsafeMutablePointer<Double>, step: Double, decay: Double = 0) {
    line_apply(out, u, line, step, step * decay)
  }

  /// Functions of `h (L − μ)`.
  func functions(step: Double, decay: Double = 0) -> LineFunctions {
    known.withLock { known in
      if let index = known.firstIndex(where: { $0.step == step && $0.decay == decay }) {
        let found = known.remove(at: index)
        known.insert(found, at: 0)
        return found
      }
      meter.add { $0.tridiagonalFactors += 1 }
      let inverses = Numbers(count: Int(line_pole_numbers) * count)
      line_factor(inverses.start, line, step, step * decay, RationalPhi.poles)
      let made = LineFunctions(step: step, decay: decay, inverses: inverses)
      known.insert(made, at: 0)
      known.removeLast(max(0, known.count - LineDiffusion.keptSteps))
      return made
    }
  }

  /// A term of a sum: numbers at the points, and the weights of `φ₁`, `φ₂` and `φ₃`.
  typealias Term = (values: UnsafePointer<Double>, weights: SIMD3<Double>)

  /// `out ← factor(z) base + Σ (w₁ φ₁ + w₂ φ₂ + w₃ φ₃)(z) term` with `z = h (L − μ)`.
  ///
  /// The exponential is found as `1 + z φ₁(z)`: constants stay what they are, and so do steady states. Where nothing crosses the sides, the
  /// mass is that of the same functions of `−h μ`, to rounding.
  ///
  /// - Parameters:
  ///   - out: may be `base` or a term.
  ///   - memory: of `scratchCount` doubles.
  func combine(
    _ functions: LineFunctions, into out: UnsafeMutablePointer<Double>, base: UnsafePointer<Double>,
    times factor: BaseFactor,
    _ terms: [Term], memory: UnsafeMutablePointer<Double>
  ) {
    let mass = isClosed ? massOfSum(functions, base, factor, terms) : 0
    var all = terms
    if factor == .exponential || factor == .exponentialLessOne {
      apply(to: base, into: memory, step: functions.step, decay: functions.decay)
      all.append((UnsafePointer(memory), SIMD3(1, 0, 0)))
    }
    let kept = factor == .exponential || factor == .one ? base : nil
    guard !all.isEmpty else { return out.update(repeating: 0, count: count) }
    meter.add {
      $0.tridiagonalSolves += 1
      $0.tridiagonalTerms += all.count
    }
    let weights = all.flatMap { term in
      (0..<Int(line_pole_numbers)).map { pole in
        (0..<3).reduce(0) { $0 + term.weights[$1] * RationalPhi.weights[$1][pole] }
      }
    }
    line_solve(
      out, kept, all.map { $0.values as UnsafePointer<Double>? }, weights, all.count, functions.inverses.start, line,
      functions.step, memory + count)
    if isClosed { line_set_mass(out, volumes.start, count, mass) }
  }

  /// `Σ V u` of what `combine` finds where nothing crosses the sides.
  private func massOfSum(
    _ functions: LineFunctions, _ base: UnsafePointer<Double>, _ factor: BaseFactor, _ terms: [Term]
  ) -> Double {
    let phi = PhiFunctions(-functions.step * functions.decay)
    let start = factor == .zero ? 0 : phi.value(factor) * line_mass(base, volumes.start, count)
    return terms.reduce(start) { $0 + phi.sum($1.weights) * line_mass($1.values, volumes.start, count) }
  }

  /// `Σ V u²/Σ V`, the volumes of the points being the weights.
  func meanSquare(_ u: UnsafePointer<Double>) -> Double {
    let weights = volumes.start
    var sum = 0.0
    for i in 0..<count { sum += weights[i] * u[i] * u[i] }
    return sum / measure
  }

  // MARK: Positive steps

  /// A series of more terms than these takes longer than solving the equations.
  private static let mostTerms = 32
  /// Weights of a series below this are left out.
  private static let threshold = 1e-18

  /// Replaces values by `e^{hL}` of them.
  ///
  /// Short steps are a series of positive numbers, `e^{−qh} Σ (qh)^k/k! (1 + L/q)^k` with `q = max |L_ii|`. Of longer ones the
  /// rational functions leave errors of 1e-15 relative to the values nearby; they are taken off so that what is not
  /// negative stays so, what is empty stays empty beyond the reach, and nothing is lost where nothing crosses the sides.
  ///
  /// - Parameters:
  ///   - reach: points to either side beyond which a value has no influence.
  func propagate(_ values: UnsafeMutablePointer<Double>, step: Double, reach: Int, scratch: WorkerScratch) {
    let memory = scratch.memory(scratchCount + count)
    let (before, rest) = (memory, memory + count)
    before.update(from: values, count: count)
    if let weights = series(step) {
      meter.add { $0.seriesTerms += weights.count }
      line_series(values, line, largestLoss, weights, weights.count, rest)
    } else {
      combine(functions(step: step), into: values, base: before, times: .exponential, [], memory: rest)
    }
    line_restore(values, before, closedVolumes, count, reach, rest)
  }

  /// The weights of the series of a step; nil if they are too many.
  private func series(_ step: Double) -> [Double]? {
    let mean = largestLoss * step
    guard mean < Double(LineDiffusion.mostTerms) else { return nil }
    var weights = [exp(-mean)]
    while weights[weights.count - 1] >= LineDiffusion.threshold || Double(weights.count) <= mean {
      guard weights.count < LineDiffusion.mostTerms else { return nil }
      weights.append(weights[weights.count - 1] * mean / Double(weights.count))
    }
    let sum = weights.reversed().reduce(0, +)
    return weights.map { $0 / sum }
  }
}

extension FieldDiffusion {
  /// Whether the functions of its diffusion, where that is constant, are found by tridiagonal systems: along the only line of a grid, with sides
  /// that no fast transform knows.
  ///
  /// Their rounding goes with the values within a few diffusion lengths of a step, and not, as that of a transform, with the largest one.
  package func isTridiagonal(on grid: Grid) -> Bool {
    grid.axes.count == 1 && TransformBasis(boundaries[0], axis: grid.axes[0]) == nil
  }
}

/// The functions of `z = h (L − μ)` of a line: the pivots of `p − z` for the poles `p` of the rational functions.
final class LineFunctions: Sendable {
  let step, decay: Double
  let inverses: Numbers

  init(step: Double, decay: Double, inverses: Numbers) {
    (self.step, self.decay, self.inverses) = (step, decay, inverses)
  }
}

extension LineDiffusion: DiffusionFunctions {
  var transformCount: Int { 0 }

  func advance(
    _ u: FieldPointer, minus c: FieldPointer, by step: Double, pool: WorkerPool, scratch: [WorkerScratch]
  ) {
    combine(
      functions(step: step), into: u.start, base: u.start, times: .exponential,
      [(UnsafePointer(c.start), SIMD3(-step, 0, 0))],
      memory: scratch[0].memory(scratchCount))
  }

  func respond(
    _ b: FieldPointer, growingBy d: FieldPointer, during step: Double, pool: WorkerPool, scratch: [WorkerScratch]
  ) {
    combine(
      functions(step: step), into: b.start, base: b.start, times: .zero,
      [(UnsafePointer(b.start), SIMD3(step, 0, 0)), (UnsafePointer(d.start), SIMD3(0, step, 0))],
      memory: scratch[0].memory(scratchCount))
  }

  func applyOperator(to u: FieldPointer, pool: WorkerPool, scratch: [WorkerScratch]) {
    let copy = scratch[0].memory(count)
    copy.update(from: u.start, count: count)
    apply(to: copy, into: u.start, step: 1)
  }

  /// By elimination, or, where the mean has no inverse, by adding up what flows through each face.
  func resolve(_ b: FieldPointer, shift: Double, pool: WorkerPool, scratch: [WorkerScratch]) {
    let u = b.start
    guard shift > 0 || !isClosed else { return integrate(u) }
    let factors = scratch[0].memory(count)
    // What leads outside at the sides is lost.
    let isSolved = RowSumElimination.solve(
      u, count: count, below: below.start, above: above.start, factors: factors
    ) { [below, above, count] i in
      shift + (i == count - 1 ? above[i] : 0) + (i == 0 ? below[i] : 0)
    }
    precondition(isSolved, "a line that loses nothing has no inverse")
  }

  /// `u ← (−L)⁻¹ (u − mean)` with mean 0, nothing being exchanged at the sides.
  private func integrate(_ u: UnsafeMutablePointer<Double>) {
    func mean() -> Double { (0..<count).reduce(0) { $0 + volumes[$1] * u[$1] } / measure }
    let source = mean()
    var (flux, value) = (0.0, 0.0)
    for i in 0..<count {
      flux += volumes[i] * (u[i] - source)
      u[i] = value
      if conductances[i + 1] > 0 { value -= flux / conductances[i + 1] }
    }
    let shift = mean()
    for i in 0..<count { u[i] -= shift }
  }
}
