import Fields

/// Functions of the diffusion operator `L` of a field, applied to its values at the points.
///
/// They are for one thread, which may use others.
protocol DiffusionFunctions: Sendable {
  /// Transforms along an axis that a field takes to coefficients, or back; 0 if there are none.
  var transformCount: Int { get }

  /// `u ← e^{hL} u − h φ₁(hL) c`; `c` is lost.
  func advance(_ u: FieldPointer, minus c: FieldPointer, by step: Double, pool: WorkerPool, scratch: [WorkerScratch])

  /// `b ← h (φ₁(hL) b + φ₂(hL) d)`: what a source adds in a step that is `b` at its start and `b + d` at its end; `d` is lost.
  func respond(
    _ b: FieldPointer, growingBy d: FieldPointer, during step: Double, pool: WorkerPool, scratch: [WorkerScratch])

  /// `b ← (shift − L)⁻¹ b`; the mean is dropped where it has no inverse.
  func resolve(_ b: FieldPointer, shift: Double, pool: WorkerPool, scratch: [WorkerScratch])

  /// `u ← L u`.
  func applyOperator(to u: FieldPointer, pool: WorkerPool, scratch: [WorkerScratch])
}

extension CoefficientSpace: DiffusionFunctions {
  func advance(
    _ u: FieldPointer, minus c: FieldPointer, by step: Double, pool: WorkerPool, scratch: [WorkerScratch]
  ) {
    forward(u, pool: pool, scratch: scratch)
    forward(c, pool: pool, scratch: scratch)
    advance(u, minus: c, step: step, pool: pool)
    backward(u, pool: pool, scratch: scratch)
  }

  func respond(
    _ b: FieldPointer, growingBy d: FieldPointer, during step: Double, pool: WorkerPool, scratch: [WorkerScratch]
  ) {
    forward(b, pool: pool, scratch: scratch)
    forward(d, pool: pool, scratch: scratch)
    respond(b, growingBy: d, step: step, pool: pool)
    backward(b, pool: pool, scratch: scratch)
  }

  func resolve(_ b: FieldPointer, shift: Double, pool: WorkerPool, scratch: [WorkerScratch]) {
    forward(b, pool: pool, scratch: scratch)
    resolve(b, shift: shift, pool: pool)
    backward(b, pool: pool, scratch: scratch)
  }

  func applyOperator(to u: FieldPointer, pool: WorkerPool, scratch: [WorkerScratch]) {
    forward(u, pool: pool, scratch: scratch)
    applyOperator(u, pool: pool)
    backward(u, pool: pool, scratch: scratch)
  }
}
