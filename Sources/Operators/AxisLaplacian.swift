import Fields

/// `∇·(D ∇u)` along one axis by finite volumes, of second order: a tridiagonal matrix.
///
/// `L_i u = (g_{i+1} (u_{i+1} − u_i) − g_i (u_i − u_{i−1})) / V_i` with the volumes `V_i` of the points and the
/// conductances `g = D A/Δx` of the faces, `A` being their areas. At a side where the value `b` is given, half a cell
/// away, `g = 2 D A/Δx`; where the flux into the domain is `h (b − u at the side)`, the two resistances add up:
/// `g = A / (1/h + Δx/2D)`. What is given, `b`, is left out here: see `supplyWeight`.
struct AxisLaplacian: Hashable, Sendable {
  let volumes: [Double]
  /// Of the faces, one more than points; those at the two sides lead outside.
  let conductances: [Double]
  private let sideAreas: (lower: Double, upper: Double)
  private let sides: (lower: SideBoundary, upper: SideBoundary)

  /// - Parameter boundary: not periodic.
  init(_ axis: Axis, boundary: AxisBoundary, diffusivity: Double) {
    guard let sides = boundary.sides else { preconditionFailure("a periodic axis has no tridiagonal matrix") }
    self.sides = sides
    volumes = (0..<axis.points).map { axis.volume($0) }
    sideAreas = (axis.faceArea(0), axis.faceArea(axis.points))
    conductances = (0...axis.points).map { face in
      let side = face == 0 ? sides.lower : face == axis.points ? sides.upper : nil
      if let side { return side.conductance(of: axis, face: face, diffusivity: diffusivity) }
      return diffusivity * axis.faceArea(face) / axis.spacing
    }
  }

  var count: Int { volumes.count }

  /// The rate at which one unit of a prescribed boundary value changes the point next to the side.
  func supplyWeight(isUpper: Bool) -> Double {
    let (side, area) = isUpper ? (sides.upper, sideAreas.upper) : (sides.lower, sideAreas.lower)
    let volume = isUpper ? volumes[count - 1] : volumes[0]
    if case .flux = side { return area / volume }
    return (isUpper ? conductances[count] : conductances[0]) / volume
  }

  /// Whether nothing crosses the sides.
  var isClosed: Bool { conductances[0] == 0 && conductances[count] == 0 }

  /// `−L_ii`.
  func loss(_ i: Int) -> Double { (conductances[i] + conductances[i + 1]) / volumes[i] }
  /// `L_{i,i−1}`.
  func gainFromBelow(_ i: Int) -> Double { conductances[i] / volumes[i] }
  /// `L_{i,i+1}`.
  func gainFromAbove(_ i: Int) -> Double { conductances[i + 1] / volumes[i] }

  /// `(L u)_i` without what is given at the sides.
  func change(_ i: Int, of value: (Int) -> Double) -> Double {
    var change = -loss(i) * value(i)
    if i > 0 { change += gainFromBelow(i) * value(i - 1) }
    if i < count - 1 { change += gainFromAbove(i) * value(i + 1) }
    return change
  }

  static func == (a: AxisLaplacian, b: AxisLaplacian) -> Bool {
    a.volumes == b.volumes && a.conductances == b.conductances
  }

  func hash(into hasher: inout Hasher) {
    hasher.combine(volumes)
    hasher.combine(conductances)
  }
}

extension SideBoundary {
  /// The condition on the grid of a domain that has grown by a factor.
  func scaled(by factor: Double) -> SideBoundary {
    if case .robin(let coefficient) = self { .robin(coefficient: coefficient * factor) } else { self }
  }

  /// What flows through a side of an axis per difference between what is given there and the value half a cell inside.
  func conductance(of axis: Axis, face: Int, diffusivity: Double) -> Double {
    guard diffusivity > 0 else { return 0 }
    let (area, resistance) = (axis.faceArea(face), axis.spacing / (2 * diffusivity))
    return switch self {
    case .flux: 0
    case .value: area / resistance
    case .robin(let coefficient): coefficient > 0 ? area / (1 / coefficient + resistance) : 0
    }
  }
}
