import CKernels
import Fields
import Glibc

/// The movement of one field along the axis of a domain whose upper side moves, in coordinates `ξ` that stay with the
/// domain: position = scale · ξ.
///
/// `u_t = ∇_ξ·(D̃ ∇_ξ u) − ∇_ξ·(a u) − d ρ u`: `ρ` is the rate at which the scale grows, `d` the dimension, `a` the velocity
/// of the field less that of the points, and `D̃ = D/scale²`. All of them hold for the whole step.
struct MovingLine {
  let axis: Axis
  /// At the middle of the step.
  let scale: Double
  /// `ρ`.
  let expansion: Double
  /// `a` at the faces, one more than points; 0 at the lower side.
  let velocities: [Double]

  /// The same line, standing still.
  var atRest: MovingLine {
    MovingLine(axis: axis, scale: scale, expansion: 0, velocities: velocities.map { _ in 0 })
  }

  // MARK: Diffusion

  /// Whether diffusion smooths more between two points than the velocity sharpens: `|a| Δ ≤ D̃` at all faces.
  func isSmooth(_ diffusivities: [Double]) -> Bool {
    (1..<max(axis.points, 1)).allSatisfy {
      abs(velocities[$0]) * axis.spacing * scale * scale <= diffusivities[$0]
    }
  }

  /// The equations of a field that diffuses.
  ///
  /// Fluxes with exponential weights, `F = D̃/Δ (B(−p) u_before − B(p) u_behind)` with `p = a Δ/D̃` and `B(p) = p/(e^p − 1)`:
  /// of second order, and positive at all velocities.
  ///
  /// - Parameters:
  ///   - diffusivities: `D` at the faces; at the sides that of the points next to them.
  ///   - given: what is given at the sides, at the beginning and the end of the step.
  ///
  /// Source: D. L. Scharfetter & H. K. Gummel, Large-signal analysis of a silicon Read diode oscillator, IEEE Trans.
  /// Electron Devices 16 (1969) 64–77.
  func system(
    diffusivities: [Double], sides: (lower: SideBoundary, upper: SideBoundary),
    given: (lower: (Double, Double), upper: (Double, Double))
  ) -> LineSystem {
    let last = axis.points - 1
    var system = LineSystem(count: axis.points)
    for i in 0...last { system.diagonal[i] = -Double(axis.dimension) * expansion }
    for face in 1..<max(axis.points, 1) {
      let (before, behind) = weights(face, diffusivities[face], axis.spacing)
      system.diagonal[face - 1] -= before / axis.volume(face - 1)
      system.above[face - 1] = behind / axis.volume(face - 1)
      system.below[face] = before / axis.volume(face)
      system.diagonal[face] -= behind / axis.volume(face)
    }
    for (end, face, side, values) in [(0, 0, sides.lower, given.lower), (last, last + 1, sides.upper, given.upper)] {
      let exchange = exchange(face, side, diffusivities[face])
      system.diagonal[end] -= exchange.loss / axis.volume(end)
      system.begin[end] += exchange.supply * values.0 / axis.volume(end)
      system.end[end] += exchange.supply * values.1 / axis.volume(end)
    }
    return system
  }

  /// The flux through a face, `before · u_before − behind · u_behind`.
  private func weights(_ face: Int, _ diffusivity: Double, _ distance: Double) -> (before: Double, behind: Double) {
    let (area, velocity) = (axis.faceArea(face), velocities[face])
    let conductance = diffusivity / (scale * scale * distance)
    guard conductance > 0 else { return (area * max(velocity, 0), area * max(-velocity, 0)) }
    let p = velocity / conductance
    return (area * conductance * MovingLine.bernoulli(-p), area * conductance * MovingLine.bernoulli(p))
  }

  private static func bernoulli(_ p: Double) -> Double { abs(p) < 1e-300 ? 1 : p / expm1(p) }

  /// What leaves through a side: `loss · u − supply · given`, `u` being the value of the point next to it.
  ///
  /// What flows with the velocity has the value at the side, which follows from what is prescribed.
  func exchange(_ face: Int, _ side: SideBoundary, _ diffusivity: Double) -> (loss: Double, supply: Double) {
    let area = axis.faceArea(face)
    let outward = face == 0 ? -velocities[face] : velocities[face]
    let conductance = 2 * diffusivity / (scale * scale * axis.spacing)
    switch side {
    case .flux:
      let shift = conductance > 0 ? outward / conductance : 0
      return (area * outward, area * (1 - shift) / scale)
    case .value:
      let (before, behind) = weights(face, diffusivity, 0.5 * axis.spacing)
      return face == 0 ? (behind, before) : (before, behind)
    case .robin(let coefficient):
      let h = coefficient / scale
      guard h > 0, conductance > 0 else { return (area * outward, 0) }
      return (
        area * (outward + h) * conductance / (h + conductance), area * h * (conductance - outward) / (h + conductance)
      )
    }
  }

  // MARK: Fields that do not diffuse

  /// Moves a field that does not diffuse: limited values at the faces, no new extrema.
  ///
  /// What the domain takes in at its upper side is as it is next to it.
  ///
  /// - Parameter isCarried: whether the field keeps its mass; else it stays where it is while the points pass by.
  func carry(_ u: inout [Double], isCarried: Bool, step: Double) {
    let count = u.count
    let dilution = Double(axis.dimension) * expansion
    let areas = (0...count).map { axis.faceArea($0) }
    let volumes = (0..<count).map { axis.volume($0) }
    let rate = (0..<count).reduce(0.0) { rate, i in
      let out = areas[i + 1] * max(velocities[i + 1], 0) + areas[i] * max(-velocities[i], 0)
      return max(rate, 2 * out / volumes[i] + max(dilution, 0))
    }
    let parts = StrongStabilityPreserving.parts(step: step, outflow: rate)
    for _ in 0..<Int(parts) {
      let start = u
      for (old, new, _) in StrongStabilityPreserving.stages {
        let fluxes = fluxes(u)
        for i in 0..<count {
          var change = fluxes[i] * areas[i] - fluxes[i + 1] * areas[i + 1]
          if !isCarried { change -= dilution * volumes[i] * u[i] }
          let next = u[i] + step / parts / volumes[i] * change
          u[i] = old == 0 ? next : old * start[i] + new * next
        }
      }
    }
    if isCarried {
      let share = exp(-dilution * step)
      for i in 0..<count { u[i] *= share }
    }
  }

  /// Of each face, those at the sides included.
  private func fluxes(_ u: [Double]) -> [Double] {
    guard let first = u.first, let last = u.last else { return [] }
    let padded = [first, first] + u + [last, last]
    var fluxes = [Double](repeating: 0, count: u.count + 1)
    padded.withUnsafeBufferPointer { values in
      let start = values.baseAddress!
      var rows = FaceRows()
      rows.values = (start, start + 1, start + 2, start + 3)
      taxis_fluxes(&fluxes, &rows, velocities, velocities, u.count)
    }
    fluxes[0] = 0
    fluxes[u.count] = velocities[u.count] * last
    return fluxes
  }
}
