import Documents
import Fields
import Models
import Operators
import Simulations
import TimeStepping

/// A wave about the uniform steady state in whose neighborhood a run begins that grows, or decays so slowly that this is a small difference of
/// larger rates: how fast it does is what such runs are made for, and what a scheme can get wrong without any error that a tolerance sees.
struct PatternOnset {
  let growth: PatternGrowth
  private let linearization: UniformLinearization
  private let decays: [Double]
  private let losses: [Double]
  /// The field that departs most, and the amplitude up to which the equations are nearly linear.
  private let range: (field: Int, amplitude: Double)
  /// Of the run.
  private let duration: Double

  /// By how much growth may be wrong, relative to it, or if that is less to what changes a wave by a factor of e in the run: in the steps that
  /// are chosen, and in fixed ones before there is a warning.
  private static let (largestError, largestErrorOfFixed) = (0.05, 0.1)
  /// Relative to the largest element of the Jacobian: what decays faster is no small difference.
  private static let slowDecay = 0.05
  /// Relative to the norm of the matrix: rates below are rounding.
  private static let rounding = 1e-10

  /// - Parameter uniform: the steady state.
  /// - Returns: nil where no wave grows or decays slowly, faster than the uniform mode grows or more slowly than it decays.
  init?(
    _ configuration: RunConfiguration, about uniform: [Double], fields: [FieldDiffusion], hasSpectralTaxis: Bool,
    volumes: PointVolumes
  ) {
    let grid = configuration.grid
    guard let rates = UniformRates(configuration), let boundaries = fields.first?.boundaries,
      fields.allSatisfy({
        $0.variable == nil && $0.supplies.isEmpty && $0.permeabilities.isEmpty && $0.boundaries == boundaries
          && Set($0.diffusivities).count == 1
      }),
      // Of equations that have changed since the start.
      let steady = rates.steadyState(near: uniform, scales: uniform.map { $0 == 0 ? 1 : abs($0) }),
      let jacobian = rates.jacobian(at: steady), let coupling = rates.coupling(at: steady),
      let losses = rates.losses(at: steady),
      let waves = LaplacianWave.all(of: grid, boundaries: boundaries, isMasked: volumes.isMasked), !waves.isEmpty
    else { return nil }
    // Whatever is asked for, that scheme has the Laplacian of neighboring points.
    var isLocal = volumes.isMasked
    if case .positiveExponential = configuration.askedScheme.method { isLocal = true }
    let coupled = configuration.fieldsWithCoupledFluxes
    linearization = UniformLinearization(
      jacobian: jacobian, coupling: coupling, diffusivities: fields.map { $0.diffusivities[0] },
      symbols: fields.enumerated().map {
        isLocal || coupled.contains($0) ? .secondOrder : $1.symbol(axis: 0, of: grid)
      },
      taxisSymbol: hasSpectralTaxis ? .spectral : .secondOrder,
      stagesBound: volumes.isMasked ? grid.axes.reduce(0) { $0 + 4 / ($1.spacing * $1.spacing) } : nil)
    growth = PatternGrowth(of: linearization, waves: waves)
    duration = configuration.endTime - configuration.startTime
    let size = jacobian.values.reduce(0) { max($0, abs($1)) }
    let rounding = PatternOnset.rounding * linearization.matrix(of: growth.wave).norm
    guard growth.rate > growth.uniformRate + rounding, growth.rate > -PatternOnset.slowDecay * size,
      abs(growth.rate) > rounding
    else { return nil }
    range = rates.linearRange(of: linearization.matrix(of: growth.wave).leadingVector, about: steady)
    decays = configuration.constantDecays
    self.losses = losses
  }

  private func allowed(_ share: Double) -> Double { share * max(abs(growth.rate), 1 / duration) }

  private func longestStep(_ amplification: Amplification) -> Double? {
    amplification.longestStep(for: growth, allowed: allowed(PatternOnset.largestError), upTo: duration)
  }

  private func amplification(_ configuration: RunConfiguration) -> Amplification {
    let coupled = configuration.fieldsWithCoupledFluxes
    return Amplification(
      configuration.scheme, linearization, isHalved: configuration.isControlled, decays: decays, losses: losses,
      coupled: coupled.isEmpty
        ? nil : (coupled, configuration.grid.axes.reduce(0) { $0 + 4 / ($1.spacing * $1.spacing) }))
  }

  /// The longest step with which waves grow rightly, while the state is in the range in which the equations are nearly linear; nil if steps of any
  /// size do.
  func limit(_ configuration: RunConfiguration, volumes: PointVolumes, pool: WorkerPool) -> GrowthLimit? {
    guard configuration.isControlled else { return nil }
    guard let longest = longestStep(amplification(configuration)), longest < duration else { return nil }
    return GrowthLimit(
      longestStep: longest, field: range.field, amplitude: range.amplitude, volumes: volumes, pool: pool)
  }

  /// Of the growth that fixed steps are wrong about, or the steps that a lower limit of the user keeps as long.
  func warning(_ configuration: RunConfiguration) -> (message: String, remedy: String)? {
    let amplification = amplification(configuration)
    let longest = longestStep(amplification)
    let step: Double
    switch configuration.steps {
    case .fixed(let size): step = size
    case .controlled(_, let bounds):
      if longest ?? 0 >= bounds.smallest { return nil }
      step = bounds.smallest
    }
    let allowed = allowed(PatternOnset.largestErrorOfFixed)
    guard let found = amplification.deviation(step: step, from: growth, allowed: allowed) else { return nil }
    let unit = configuration.timeUnit.map { $0 == "1" ? "" : "/" + $0 } ?? ""
    let length = "\(Float(found.wave.length))" + RunConfiguration.suffix(configuration.lengthUnit)
    return (
      "waves of length \(length) about the uniform state \(found.right > 0 ? "grow" : "decay") at a rate of "
        + "\(Float(abs(found.right)))\(unit), and with steps of \(Float(step)) of \(configuration.scheme.name) they "
        + (found.found == -.infinity
          ? "vanish" : "\(found.found > 0 ? "grow" : "decay") at \(Float(abs(found.found)))\(unit)"),
      (longest.map { "take steps of at most \(Float($0)), or leave" } ?? "leave")
        + " out time.step\(configuration.isControlled ? ", time.smallest_step" : "") and time.scheme"
    )
  }

  func output(limit: GrowthLimit?) -> JSONText {
    .object([
      "rate": .number(growth.rate),
      "wave_length": .number(growth.wave.length),
      "uniform_rate": .number(growth.uniformRate),
      "longest_step": limit.map { .number($0.longestStep) },
    ])
  }

  /// As `plan` says it.
  func description(_ configuration: RunConfiguration) -> String {
    let unit = configuration.timeUnit.map { $0 == "1" ? "" : "/" + $0 } ?? ""
    return
      "a wave of length \(Float(growth.wave.length))\(RunConfiguration.suffix(configuration.lengthUnit)) about the "
      + "uniform state \(growth.rate > 0 ? "grows" : "decays") at a rate of \(Float(abs(growth.rate)))\(unit)"
  }
}
