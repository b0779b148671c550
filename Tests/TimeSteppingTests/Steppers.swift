import Expressions
import Fields
import Operators
import Rates
import TimeStepping

/// Two fields on a line, `u_t = D_u u_xx + R_u(u, v, x, t)` and the same of `v`, without anything of a run file.
struct LineProblem {
  static let fields = ["u", "v"]
  let rates: [Expression]
  let diffusivities: [Double]
  /// What `etdrk4` takes exactly of the loss of each field.
  var decays = [0.0, 0.0]
  var points = 24
  var initial: [(Double) -> Double] = [{ 0.5 + 0.3 * $0 }, { 0.4 - 0.2 * $0 }]

  init(_ rates: [String], diffusivities: [Double], decays: [Double] = [0, 0]) throws {
    let scope = Scope(
      fields: Self.fields, parameters: [], coordinates: ["x"], functions: [:],
      allows: [.fields, .position, .time, .functionals])
    self.rates = try rates.map { try Expression($0, in: scope) }
    self.diffusivities = diffusivities
    self.decays = decays
  }

  /// A predator and its prey.
  static func cycle() throws -> LineProblem {
    try LineProblem(["u*(1 - u) - u*v", "u*v - 0.5*v"], diffusivities: [0.02, 0.05])
  }

  var grid: Grid { Grid(axes: [Axis(name: "x", length: 3, points: points)]) }
  var volumes: PointVolumes { get throws { try PointVolumes(grid) } }

  private var diffusions: [FieldDiffusion] {
    diffusivities.map { FieldDiffusion(diffusivity: $0, boundaries: [.noFlux], symbol: .secondOrder) }
  }

  /// The initial values are functions of the cosine of one wave.
  func start() throws -> FieldSet {
    let set = try FieldSet(grid: grid, count: 2)
    for field in 0..<2 {
      set.setValues(
        field,
        to: (0..<points).map { initial[field](cosine(Double.pi * (Double($0) + 0.5) / Double(points))) })
    }
    return set
  }

  private func cosine(_ angle: Double) -> Double {
    // Few terms are enough for initial values.
    let x = angle - .pi / 2
    return -(x - x * x * x / 6 + x * x * x * x * x / 120)
  }

  /// Methods by the names that users know.
  struct Method: CaseIterable, CustomStringConvertible, Equatable, Sendable {
    enum Kind: Sendable {
      case splitting(SplittingScheme, extrapolates: Bool)
      case exponential(ExponentialScheme)
      case coupled(ExponentialScheme)
      case positive
    }

    let name: String
    let order: Int
    let kind: Kind

    var description: String { name }

    private init(_ name: String, order: Int, _ kind: Kind) { (self.name, self.order, self.kind) = (name, order, kind) }
    init(_ scheme: ExponentialScheme) { self.init(scheme.name, order: scheme.order, .exponential(scheme)) }
    init(coupled scheme: ExponentialScheme) {
      self.init(scheme.name + "-coupled", order: scheme.order, .coupled(scheme))
    }

    static func == (a: Method, b: Method) -> Bool { a.name == b.name }

    static let lie = Method("lie", order: 1, .splitting(.lie, extrapolates: false))
    static let strang = Method("strang", order: 2, .splitting(.strang, extrapolates: false))
    static let strang4 = Method("strang4", order: 4, .splitting(.strang, extrapolates: true))
    static let rebalancedStrang = Method(
      "rebalanced-strang", order: 2, .splitting(.rebalancedStrang, extrapolates: false))
    static let etdrk4 = Method(ExponentialScheme.krogstad)
    static let coupled = Method(coupled: .krogstad)
    static let positive = Method("etd2-positive", order: 2, .positive)
    static let exponential = ExponentialScheme.all.flatMap { [Method($0), Method(coupled: $0)] }
    static let allCases = [lie, strang, strang4, rebalancedStrang] + exponential + [positive]
  }

  /// - Parameter isAdaptive: whether it estimates the errors of its steps.
  func stepper(
    _ method: Method, isAdaptive: Bool = false, profiler: StepProfiler? = nil, threads: Int = 1
  ) throws -> any TimeStepper {
    let (pool, volumes) = (WorkerPool(threads: threads), try volumes)
    func splitting(_ scheme: SplittingScheme, extrapolates: Bool = false) throws -> any TimeStepper {
      let base = try SplittingStepper(
        scheme: scheme,
        reactions: ReactionIntegrator(
          ReactionSystem(rates: rates, fields: Self.fields, parameters: [:], grid: grid), method: .automatic,
          tolerance: 1e-11, scales: [1, 1], volumes: volumes, pool: pool),
        diffusion: Diffusion(volumes: volumes, fields: diffusions, pool: pool), volumes: volumes,
        isDivided: isAdaptive || extrapolates, profiler: profiler, pool: pool)
      guard isAdaptive || extrapolates else { return base }
      return try DoublingStepper(
        base, extrapolates: extrapolates, calibrates: isAdaptive && (extrapolates || scheme.isRebalanced),
        estimatesGlobalError: isAdaptive, grid: grid, pool: pool)
    }
    func fieldRates(_ rates: [Expression]) throws -> FieldRates {
      try FieldRates(
        rates, fields: Self.fields, parameters: [:], taxis: nil, distributions: nil, profiler: profiler,
        volumes: volumes, pool: pool)
    }
    switch method.kind {
    case .splitting(let scheme, let extrapolates): return try splitting(scheme, extrapolates: extrapolates)
    case .exponential(let scheme):
      let others = zip(zip(rates, Self.fields), decays).map { $0.0 + .constant($1) * .symbol(.field($0.1)) }
      return try ExponentialStepper(
        scheme,
        parts: LinearParts(
          volumes: volumes, fields: diffusions, decays: decays, shares: scheme.shareCount, stability: scheme.stability,
          pool: pool),
        rates: fieldRates(others), quasiSteady: nil, nonNegative: [], profiler: profiler, grid: grid, count: 2)
    case .coupled(let scheme):
      return try CoupledExponentialStepper(
        scheme,
        part: CoupledLinearPart(volumes: volumes, fields: diffusions, functions: scheme.functions, pool: pool),
        rates: fieldRates(rates), ratesOfTime: nil,
        linearization: Linearization(
          rates: rates, taxis: [[], []], fields: Self.fields, parameters: [:], distributions: nil, volumes: volumes,
          pool: pool),
        nonNegative: [], account: nil, profiler: profiler, volumes: volumes)
    case .positive:
      let parts = zip(Self.fields, rates).map {
        $1.split(by: .field($0), intervals: [.field("u"): .nonNegative, .field("v"): .nonNegative])
      }
      let base = try PositiveExponentialStepper(
        .coxMatthews,
        parts: LinearParts(volumes: volumes, fields: diffusions, decays: [0, 0], symbol: .secondOrder, pool: pool),
        rates: ProductionLossRates(
          productions: parts.map(\.production), losses: parts.map(\.loss), fields: Self.fields, parameters: [:],
          taxis: nil, distributions: nil, volumes: volumes, pool: pool), quasiSteady: nil, profiler: profiler,
        grid: grid, count: 2, pool: pool)
      return isAdaptive
        ? try DoublingStepper(base, estimatesGlobalError: true, grid: grid, count: 2, pool: pool) : base
    }
  }

  /// By which steps are measured.
  func norm(relative: Double = 1e-4, duration: Double = 100) throws -> ErrorNorm {
    ErrorNorm(
      Tolerance(relative: [relative, relative], absolute: [nil, nil]), duration: duration, startingSizes: [0, 0],
      volumes: try volumes, pool: WorkerPool(threads: 1))
  }

  /// The solution after some steps of one size.
  func solution(_ method: Method, steps: Int, until end: Double) throws -> FieldSet {
    let (state, stepper) = (try start(), try stepper(method))
    var memory = StepperMemory()
    let size = end / Double(steps)
    for step in 0..<steps {
      memory = try stepper.step(state, from: Double(step) * size, by: size, memory: memory, goesOn: true).memory
    }
    return state
  }
}

/// The largest difference between two states.
func distance(_ a: FieldSet, _ b: FieldSet) -> Double {
  (0..<a.count).reduce(0) { worst, field in
    zip(a.values(field), b.values(field)).reduce(worst) { max($0, abs($1.0 - $1.1)) }
  }
}

/// Whether two states are the same to the bit.
func isSame(_ a: FieldSet, _ b: FieldSet) -> Bool {
  (0..<a.count).allSatisfy { a.values($0).map(\.bitPattern) == b.values($0).map(\.bitPattern) }
}
