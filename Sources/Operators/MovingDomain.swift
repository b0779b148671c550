import Fields
import Glibc

/// The movement of all fields in a domain of one axis whose upper side moves: diffusion, the velocity of the growing
/// tissue, and the movement of the points, in one flow.
///
/// Points keep their share of the length (front-fixing: H. G. Landau, Heat conduction in a melting solid, Quart. Appl.
/// Math. 8 (1950) 81–94). The scale grows exponentially during a step, with one rate for the step; diffusivities,
/// velocities and the scale in `D/scale²` are those of the middle of the step, which a first pass predicts. With these
/// numbers constant, each field that diffuses has an exact propagator (`LineSystem`), so that a step may be as long as
/// the boundary allows. Carried fields that diffuse little are carried by limited fluxes, half before and half after
/// their diffusion. Of second order in the step.
final class MovingDomain: Sendable {
  private let fields: [FieldDiffusion]
  private let boundary: FreeBoundary
  private let axis: Axis
  private let pool: WorkerPool
  private let diffusivities: [LocalDiffusivity?]
  private let start: FieldSet
  private let middle: FieldSet
  private let rates: FieldSet

  init(volumes: PointVolumes, fields: [FieldDiffusion], boundary: FreeBoundary, pool: WorkerPool) throws {
    self.fields = fields
    self.boundary = boundary
    self.pool = pool
    axis = volumes.grid.axes[0]
    precondition(volumes.grid.axes.count == 1 && !volumes.isMasked && axis.origin == 0)
    diffusivities = try fields.enumerated().map { index, field in
      field.moves ? try LocalDiffusivity(index, field, volumes) : nil
    }
    start = try FieldSet(grid: volumes.grid, count: fields.count)
    middle = try FieldSet(grid: volumes.grid, count: fields.count)
    rates = try FieldSet(grid: volumes.grid, count: 1)
  }

  /// Fields that are held to work with.
  var workingFieldCount: Int { start.count + middle.count + rates.count }

  /// The boundary may move by so many times its distance from the origin in one step, as a logarithm.
  private static let largestGrowth = 0.5
  /// The tissue may move by so many spacings in one step.
  private static let farthest = 1e5

  private static let mostIterations = 60
  /// Relative, of the movement of the boundary; rounding in the value next to the boundary is of 1e-11.
  private static let tolerance = 1e-9

  /// Replaces every field by its solution after `step`, and moves the boundary.
  ///
  /// - Parameters:
  ///   - constant: is subtracted from the rates of the fields that diffuse.
  ///   - times: what depends on time goes from its values at the first to those at the second.
  func advance(
    _ state: FieldSet, minus constant: FieldSet?, during times: (Double, Double), by step: Double
  ) throws(DiffusionFailure) {
    start.copy(from: state)
    var pass = Pass(constant: constant, times: times, step: step, sample: start, time: times.0)
    try run(pass, into: state)
    guard isDriven else { return }
    for field in fields.indices { middle.setField(field, toSumOf: [(0.5, start), (0.5, state)]) }
    middle.scale = (start.scale * state.scale).squareRoot()
    pass.sample = middle
    pass.time = 0.5 * (times.0 + times.1)
    try run(pass, into: state)
  }

  /// Whether the coefficients of a step depend on the state or the time.
  private var isDriven: Bool {
    if case .growth = boundary { return true }
    return diffusivities.contains { $0.map { fields[$0.field].variable != nil } ?? false }
      || fields.contains { !$0.permeabilities.isEmpty }
  }

  private struct Pass {
    let constant: FieldSet?
    let times: (Double, Double)
    let step: Double
    /// The state that coefficients are taken from, and its time.
    var sample: FieldSet
    var time: Double
    /// The conditions at the two sides, for each field.
    var sides: [(lower: SideBoundary, upper: SideBoundary)] = []
  }

  /// The conditions at the sides, with the coefficients of exchange of a state at a time.
  private func sides(
    of field: Int, _ sample: FieldSet, _ time: Double
  ) throws(DiffusivityFailure) -> (lower: SideBoundary, upper: SideBoundary) {
    guard var sides = fields[field].boundaries[0].sides else { preconditionFailure("the axis has two sides") }
    for side in fields[field].permeabilities {
      let condition = SideBoundary.robin(coefficient: try side.evaluate(sample, time: time, field: field)[0])
      if side.isUpper { sides.upper = condition } else { sides.lower = condition }
    }
    return sides
  }

  private func run(_ pass: Pass, into state: FieldSet) throws(DiffusionFailure) {
    var pass = pass
    var faces: [[Double]] = []
    do throws(DiffusivityFailure) {
      for (field, diffusivity) in diffusivities.enumerated() {
        faces.append(try diffusivity?.faces(of: pass.sample, time: pass.time) ?? [])
        pass.sides.append(try sides(of: field, pass.sample, pass.time))
      }
    } catch {
      throw .diffusivity(error)
    }
    let motion: Motion
    do throws(FreeBoundaryFailure) {
      motion = try self.motion(pass, faces)
    } catch {
      throw .freeBoundary(error)
    }
    let (found, settled) = (faces, pass)
    pool.forEach(fields.count) { field, _ in
      guard !self.fields[field].isQuasiSteady else { return }
      let line = self.line(motion, field, settled.step)
      let isCarried = motion.carried.contains(field)
      var values = self.start.values(field)
      if !self.fields[field].moves {
        line.carry(&values, isCarried: isCarried, step: settled.step)
      } else if isCarried && !line.isSmooth(found[field]) {
        line.carry(&values, isCarried: true, step: 0.5 * settled.step)
        values = self.diffused(values, field, line.atRest, found[field], settled).values
        line.carry(&values, isCarried: true, step: 0.5 * settled.step)
      } else {
        values = self.diffused(values, field, line, found[field], settled).values
      }
      state.setValues(field, to: values)
    }
    state.scale = start.scale * exp(motion.growth)
  }

  // MARK: The boundary

  private struct Motion {
    /// The logarithm of the scale at the end of the step over that at its beginning.
    let growth: Double
    var carried: Set<Int> = []
    /// Of the carried fields, less that of the points.
    var velocities: [Double] = []
  }

  private func line(_ motion: Motion, _ field: Int, _ step: Double) -> MovingLine {
    let expansion = motion.growth / step
    return MovingLine(
      axis: axis, scale: start.scale * exp(0.5 * motion.growth), expansion: expansion,
      velocities: motion.carried.contains(field)
        ? motion.velocities : (0...axis.points).map { -expansion * axis.facePosition($0) })
  }

  private func motion(_ pass: Pass, _ faces: [[Double]]) throws(FreeBoundaryFailure) -> Motion {
    let motion: Motion
    switch boundary {
    case .stefan(let field, let coefficient): motion = try stefan(field, coefficient, pass, faces[field])
    case .growth(let law): motion = try growth(law, pass)
    }
    guard abs(motion.growth) <= MovingDomain.largestGrowth else {
      throw failure("moves the boundary too far in one step, or by no number at all", pass)
    }
    let fastest = motion.velocities.reduce(0) { max($0, abs($1)) }
    guard fastest * pass.step <= MovingDomain.farthest * axis.spacing else {
      throw failure("moves the tissue too far in one step", pass)
    }
    return motion
  }

  private func failure(_ problem: String, _ pass: Pass) -> FreeBoundaryFailure {
    let field: Int
    switch boundary {
    case .stefan(let index, _): field = index
    case .growth(let law): field = law.carried.min() ?? 0
    }
    return FreeBoundaryFailure(field: field, problem: problem, time: pass.time)
  }

  /// `A v = ∫ g dV` at every face; the domain grows by the mean of `g`.
  private func growth(_ law: FreeBoundary.Growth, _ pass: Pass) throws(FreeBoundaryFailure) -> Motion {
    try law.setRate(pass.sample, pass.time, rates)
    let values = rates.values(0)
    let volumes = values.indices.map { axis.volume($0) }
    let mean = zip(values, volumes).reduce(0) { $0 + $1.0 * $1.1 } / volumes.reduce(0, +)
    var velocities = [Double](repeating: 0, count: axis.points + 1)
    var flow = 0.0
    for face in 1..<axis.points {
      flow += (values[face - 1] - mean) * volumes[face - 1]
      velocities[face] = flow / axis.faceArea(face)
    }
    return Motion(growth: mean * pass.step / Double(axis.dimension), carried: law.carried, velocities: velocities)
  }

  /// The movement with which the boundary follows what leaves through it.
  ///
  /// `s' = (κ/D) · (−D ∂u/∂n)`: over a step, `s₁ − s₀ = (κ/D) ∫ flux dt`, the flux being what leaves with the very
  /// movement that is looked for. Found by the method of secants, and by halving where that leaves the bounds.
  private func stefan(
    _ field: Int, _ coefficient: Double, _ pass: Pass, _ faces: [Double]
  ) throws(FreeBoundaryFailure) -> Motion {
    let values = start.values(field)
    func followed(_ growth: Double) -> Double {
      let flux = diffused(values, field, line(Motion(growth: growth), field, pass.step), faces, pass).outflow
      return 2 * asinh(0.5 * coefficient / faces[axis.points] * flux / (axis.faceArea(axis.points) * axis.length))
    }
    // Outflow lets the boundary advance, and falls the more the faster it does: the movement lies between none and
    // that with the outflow of a boundary at rest. Where it retreats, nothing bounds it.
    let most = 2 * MovingDomain.largestGrowth
    var (before, now) = (0.0, min(followed(0), most))
    var mismatchBefore = -now
    var (low, high) = now > 0 ? (0, now) : (-most, 0)
    for _ in 0..<MovingDomain.mostIterations {
      guard (low...high).contains(now) else { break }
      let mismatch = now - followed(now)
      if mismatch == mismatchBefore { return Motion(growth: now) }
      if mismatch < 0 { low = now } else { high = now }
      let secant = now - mismatch * (now - before) / (mismatch - mismatchBefore)
      let next = (low...high).contains(secant) ? secant : 0.5 * (low + high)
      if abs(next - now) <= MovingDomain.tolerance * abs(next) { return Motion(growth: next) }
      (before, mismatchBefore, now) = (now, mismatch, next)
    }
    throw failure("moves the boundary too far in one step, or by no number at all", pass)
  }

  // MARK: Fields

  /// A field after the step, and what has left through the upper side by diffusion.
  private func diffused(
    _ values: [Double], _ field: Int, _ line: MovingLine, _ faces: [Double], _ pass: Pass
  ) -> (values: [Double], outflow: Double) {
    let sides = pass.sides[field]
    func given(isUpper: Bool) -> (Double, Double) {
      guard let supply = fields[field].supplies.first(where: { $0.isUpper == isUpper }) else { return (0, 0) }
      return (supply.values(pass.times.0)[0], supply.values(pass.times.1)[0])
    }
    let upper = given(isUpper: true)
    var system = line.system(diffusivities: faces, sides: sides, given: (given(isUpper: false), upper))
    if let constant = pass.constant?.values(field) {
      for i in constant.indices {
        system.begin[i] -= constant[i]
        system.end[i] -= constant[i]
      }
    }
    var (result, integral) = system.advanced(values, by: pass.step)
    clearRounding(&result, unless: values + system.begin + system.end)
    let exchange = line.exchange(axis.points, sides.upper, faces[axis.points])
    if exchange.loss == 0 && line.exchange(0, sides.lower, faces[0]).loss == 0 {
      restoreMass(&result, from: values, system, line, pass.step)
    }
    let swept = axis.faceArea(axis.points) * line.velocities[axis.points]
    let outflow = exchange.loss * integral - (exchange.supply + swept) * 0.5 * (upper.0 + upper.1) * pass.step
    return (result, outflow)
  }

  /// Where nothing leaves, the mass is known exactly; rounding, which grows with the diffusivity, is taken out of it.
  ///
  /// `m' = −dρ m + Σ V b(t)`
  private func restoreMass(
    _ values: inout [Double], from before: [Double], _ system: LineSystem, _ line: MovingLine, _ step: Double
  ) {
    func mass(_ values: [Double]) -> Double { values.indices.reduce(0) { $0 + axis.volume($1) * values[$1] } }
    let z = -Double(axis.dimension) * line.expansion * step
    let first = z == 0 ? 1 : expm1(z) / z
    let second = abs(z) < 1e-3 ? 0.5 + z * (1.0 / 6 + z / 24) : (first - 1) / z
    let (begin, end) = (mass(system.begin), mass(system.end))
    let expected = exp(z) * mass(before) + step * (first * begin + second * (end - begin))
    let factor = expected / mass(values)
    if abs(factor - 1) < MovingDomain.largestRounding { for i in values.indices { values[i] *= factor } }
  }

  private static let largestRounding = 1e-6

  /// From non-negative values and sources follow non-negative values: what is below 0 by no more than rounding is 0.
  private func clearRounding(_ values: inout [Double], unless given: [Double]) {
    guard given.allSatisfy({ $0 >= 0 }) else { return }
    let rounding = 1e-12 * values.reduce(0) { max($0, abs($1)) }
    for i in values.indices where values[i] < 0 && values[i] >= -rounding { values[i] = 0 }
  }
}
