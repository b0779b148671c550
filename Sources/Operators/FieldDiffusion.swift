import Fields

/// How one field diffuses.
package struct FieldDiffusion: Sendable {
  /// `D ≥ 0` along each axis, length² / time in the model's units, where it is constant along each.
  package let diffusivities: [Double]
  /// The diffusivity, where it is not.
  package let variable: VariableDiffusivity?
  /// Gradients of other fields that drive the field.
  package let crossTerms: [CrossTerm]
  /// Movement up gradients that is advanced together with the diffusion; see `CoupledTaxis`.
  package private(set) var coupledTaxis: CoupledTaxis?
  /// Of each axis.
  package let boundaries: [AxisBoundary]
  /// What is given at the sides; no-flux sides have nothing.
  package let supplies: [SideSupply]
  /// Coefficients of exchange that are not constant, at sides whose boundary is `.robin`.
  package let permeabilities: [SidePermeability]
  /// The logarithm of the most that a trace of the field, or of what it feeds, is multiplied with in the run where there
  /// is nothing else of it; 0 if it does not grow.
  package let traceExponent: Double
  /// Whether growth from next to nothing takes no time, so that it does not matter how little that is.
  package let growsAtOnce: Bool
  /// Whether the field is always in balance, and moved by no flow.
  package let isQuasiSteady: Bool
  /// How far a transform would take the field out of what its equations allow, relative to its largest value; 0 where it
  /// would not.
  package let ringing: Double
  /// Asked for by the user.
  package let requestedMethod: PropagatorMethod?
  private let requestedSymbol: DiffusionSymbol
  /// Whether steps of different sizes must use the same discrete Laplacian, because they are compared with each other.
  let keepsSymbol: Bool

  /// - Parameter variable: a diffusivity that is not constant; `diffusivities` are not used then.
  package init(
    diffusivities: [Double], variable: VariableDiffusivity? = nil, crossTerms: [CrossTerm] = [],
    boundaries: [AxisBoundary], supplies: [SideSupply] = [], permeabilities: [SidePermeability] = [],
    traceExponent: Double = 0, growsAtOnce: Bool = false, isQuasiSteady: Bool = false, ringing: Double = 0,
    requestedMethod: PropagatorMethod? = nil, symbol: DiffusionSymbol = .spectral, keepsSymbol: Bool = false
  ) {
    self.ringing = ringing
    self.growsAtOnce = growsAtOnce
    self.isQuasiSteady = isQuasiSteady
    self.diffusivities = diffusivities
    self.variable = variable
    self.crossTerms = crossTerms
    self.boundaries = boundaries
    self.supplies = supplies
    self.permeabilities = permeabilities
    self.traceExponent = traceExponent
    self.requestedMethod = requestedMethod
    requestedSymbol = symbol
    self.keepsSymbol = keepsSymbol
  }

  /// The same diffusivity along all axes, and nothing given at the sides.
  package init(
    diffusivity: Double, boundaries: [AxisBoundary], traceExponent: Double = 0,
    requestedMethod: PropagatorMethod? = nil, symbol: DiffusionSymbol = .spectral, keepsSymbol: Bool = false
  ) {
    self.init(
      diffusivities: boundaries.map { _ in diffusivity }, boundaries: boundaries, traceExponent: traceExponent,
      requestedMethod: requestedMethod, symbol: symbol, keepsSymbol: keepsSymbol)
  }

  /// Whether it diffuses along some axis.
  package var moves: Bool {
    !isQuasiSteady
      && (variable != nil || !crossTerms.isEmpty || coupledTaxis != nil || diffusivities.contains { $0 > 0 })
  }

  /// Whether no exact propagator serves.
  package func needsFiniteVolumes(_ volumes: PointVolumes) -> Bool {
    variable != nil || !crossTerms.isEmpty || coupledTaxis != nil || !permeabilities.isEmpty
      || moves && volumes.isMasked
  }

  /// Why no exact propagator serves.
  func localReason(isMasked: Bool) -> String {
    if coupledTaxis != nil { return "it and other fields follow each other's gradients" }
    if let variable {
      return variable.dependencies.isEmpty ? "its diffusivity varies" : "its diffusivity depends on fields"
    }
    if !crossTerms.isEmpty { return "it is driven by other fields" }
    if !permeabilities.isEmpty { return "its exchange at a side varies" }
    return isMasked ? "the tissue has a shape" : "it drives other fields"
  }

  /// The same with movement up gradients that is advanced together with the diffusion.
  package func with(coupledTaxis: CoupledTaxis?) -> FieldDiffusion {
    var result = self
    result.coupledTaxis = coupledTaxis
    return result
  }

  /// The same with another discrete Laplacian.
  func with(symbol: DiffusionSymbol) -> FieldDiffusion {
    FieldDiffusion(
      diffusivities: diffusivities, variable: variable, crossTerms: crossTerms, boundaries: boundaries,
      supplies: supplies, permeabilities: permeabilities, traceExponent: traceExponent,
      growsAtOnce: growsAtOnce, isQuasiSteady: isQuasiSteady, ringing: ringing, requestedMethod: requestedMethod,
      symbol: symbol, keepsSymbol: keepsSymbol
    ).with(coupledTaxis: coupledTaxis)
  }

  /// A field that stays where it is.
  static func immobile(_ boundaries: [AxisBoundary]) -> FieldDiffusion {
    FieldDiffusion(diffusivity: 0, boundaries: boundaries)
  }

  /// The discrete Laplacian along an axis: that of neighboring points with prescribed boundary data, where a side
  /// mixes value and flux, along a radius, and where a kernel or a positive propagator is needed for steps of any size.
  package func symbol(axis: Int, of grid: Grid) -> DiffusionSymbol {
    let isPlain = TransformBasis(boundaries[axis], axis: grid.axes[axis]) != nil
    if keepsSymbol, staysLocal || keepsSign { return .secondOrder }
    return isPlain && !supplies.contains { $0.axis == axis } ? requestedSymbol : .secondOrder
  }

  /// `e` to this power is how much the rounding of a transform can grow in empty tissue: from 1e-16 to 1e-5 at 25.
  package static let largestHarmlessGrowth = 25.0

  /// Whether it must not be transformed, or shall not be.
  package var staysLocal: Bool { isSpoiltByRounding && requestedMethod != .fourier || requestedMethod == .kernel }

  /// Whether its propagators must be positive: each new value a mean of the old ones.
  package var keepsSign: Bool { ringing > 0 && requestedMethod == nil }

  /// Whether the rounding of a transform would grow into a false invasion.
  package var isSpoiltByRounding: Bool {
    !growsAtOnce && traceExponent > FieldDiffusion.largestHarmlessGrowth
  }
}

extension [FieldDiffusion] {
  /// The fields that go by super-time-stepping: those that no exact propagator serves, and those that drive others.
  func locals(on volumes: PointVolumes) -> Set<Int> {
    let driving = flatMap { $0.crossTerms.map(\.field) }
    return Set(indices.filter { self[$0].needsFiniteVolumes(volumes) }).union(driving)
      .filter { !self[$0].isQuasiSteady }
  }
}

/// A part `∇·(coefficient ∇v)` of the movement of a field, `v` being another field.
package struct CrossTerm: Hashable, Sendable {
  /// Number of the other field.
  package let field: Int
  package let coefficient: Double

  package init(field: Int, coefficient: Double) {
    self.field = field
    self.coefficient = coefficient
  }
}

/// What is given at one side of the domain for one field: a value, a flux into the domain, or a value outside of it.
package struct SideSupply: Sendable {
  package let axis: Int
  package let isUpper: Bool
  /// Whether it is the same at all times.
  package let isSteady: Bool
  /// At a time: one number for each line of points that ends at the side, in the order of the points of the other
  /// axes (x fastest).
  package let values: @Sendable (_ time: Double) -> [Double]

  package init(axis: Int, isUpper: Bool, isSteady: Bool, values: @escaping @Sendable (_ time: Double) -> [Double]) {
    self.axis = axis
    self.isUpper = isUpper
    self.isSteady = isSteady
    self.values = values
  }
}

/// The coefficient of a robin condition at one side, where it is not constant.
package struct SidePermeability: Sendable {
  package let axis: Int
  package let isUpper: Bool
  /// The fields that it depends on.
  package let dependencies: Set<Int>
  /// Whether it depends on time itself.
  package let changesInTime: Bool
  /// For a state at a time: one number, length / time, for each line of points that ends at the side, as in `SideSupply`.
  package let values: @Sendable (_ state: FieldSet, _ time: Double) -> [Double]

  package init(
    axis: Int, isUpper: Bool, dependencies: Set<Int>, changesInTime: Bool,
    values: @escaping @Sendable (_ state: FieldSet, _ time: Double) -> [Double]
  ) {
    self.axis = axis
    self.isUpper = isUpper
    self.dependencies = dependencies
    self.changesInTime = changesInTime
    self.values = values
  }

  /// The values, none of which may be negative.
  func evaluate(_ state: FieldSet, time: Double, field: Int) throws(DiffusivityFailure) -> [Double] {
    let found = values(state, time)
    if let line = found.firstIndex(where: { !($0 >= 0 && $0.isFinite) }) {
      let (row, column) = state.grid.point(isUpper ? state.grid.axes[axis].points - 1 : 0, ofLine: line, along: axis)
      throw DiffusivityFailure(
        field: field, row: row, column: column, value: found[line], time: time, quantity: "robin coefficient")
    }
    return found
  }
}
