import Documents
import Fields
import Models
import Operators
import Rates
import Simulations
import Stability

/// A mode of the equations about the uniform steady state in whose neighborhood a run begins, a wave or what is the same everywhere, that grows,
/// turns, or decays so slowly that this is a small difference of larger rates: how fast it does is what such runs are made for, and what a scheme
/// can get wrong without any error that a tolerance sees.
struct PatternOnset {
  let growth: PatternGrowth
  /// Whether a linear part of all fields together serves better than one of each: not where one field alone departs, whose growth other schemes get
  /// right with steps of about its time.
  let needsCoupledScheme: Bool
  /// Of the fields of which it is a mode.
  private let linearization: UniformLinearization
  private let subject: [Int]
  private let decays: [Double]
  private let losses: [Double]
  private let hasExactReactions: Bool
  /// The fields that must not depart by more, so that the equations are nearly linear: the one that the mode changes most, and those that a tolerance
  /// sees.
  private let ranges: [GrowthLimit.Range]
  /// Of the run.
  private let duration: Double

  /// By how much growth may be wrong in the steps that are chosen, relative to it, or if that is less to what changes a mode by a factor of e in the
  /// run.
  private let largestError: Double

  /// That of waves that outgrow the uniform mode, that of all others, which pass through more turns and powers of e, and that of fixed steps before
  /// there is a warning.
  private static let (largestErrorOfWaves, largestErrorOfOthers, largestErrorOfFixed) = (0.05, 0.02, 0.1)
  /// Relative to the largest element of the Jacobian: what decays faster is no small difference.
  private static let slowDecay = 0.05
  /// Relative to the norm of the matrix: rates below are rounding.
  private static let rounding = 1e-10

  /// - Parameters:
  ///   - uniform: the steady state.
  ///   - hasExactReactions: whether flows of the reactions are exact.
  /// - Returns: nil where no mode counts.
  init?(
    _ configuration: RunConfiguration, about uniform: [Double], fields: [FieldDiffusion], hasSpectralTaxis: Bool,
    hasExactReactions: Bool, volumes: PointVolumes
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
      let waves = LaplacianWave.all(of: grid, boundaries: boundaries, isMasked: volumes.isMasked)
    else { return nil }
    // Whatever is asked for, that scheme has the Laplacian of neighboring points.
    var isLocal = volumes.isMasked
    if case .positiveExponential = configuration.askedScheme.method { isLocal = true }
    let coupled = configuration.fieldsWithCoupledFluxes
    let all = UniformLinearization(
      jacobian: jacobian, coupling: coupling, diffusivities: fields.map { $0.diffusivities[0] },
      symbols: fields.enumerated().map {
        isLocal || coupled.contains($0) ? .secondOrder : $1.symbol(axis: 0, of: grid)
      },
      taxisSymbol: hasSpectralTaxis ? .spectral : .secondOrder,
      stagesBound: volumes.isMasked ? grid.axes.reduce(0) { $0 + 4 / ($1.spacing * $1.spacing) } : nil)
    duration = configuration.endTime - configuration.startTime
    let hidden = PatternOnset.hiddenFields(all, about: steady)
    if let growth = PatternOnset.fastWave(all, waves, duration) {
      (self.growth, subject, needsCoupledScheme) = (growth, Array(fields.indices), true)
      largestError = PatternOnset.largestErrorOfWaves
    } else if !hidden.isEmpty, let growth = PatternOnset.slowMode(all.restricted(to: hidden), waves, duration) {
      (self.growth, subject, needsCoupledScheme) = (growth, hidden, hidden.count > 1)
      largestError = PatternOnset.largestErrorOfOthers
    } else {
      return nil
    }
    linearization = all.restricted(to: subject)
    var shape = steady.map { _ in 0.0 }
    for (field, value) in zip(subject, linearization.matrix(of: growth.wave).leadingVector) { shape[field] = value }
    let range = rates.linearRange(of: shape, about: steady)
    let others = Set(fields.indices).subtracting(subject).sorted().map { field in
      rates.linearRange(of: fields.indices.map { $0 == field ? 1 : 0 }, about: steady)
    }
    ranges = ([range] + others.filter { $0.amplitude > 0 }).map {
      GrowthLimit.Range(field: $0.field, steady: steady[$0.field], amplitude: $0.amplitude)
    }
    let constantDecays = configuration.constantDecays
    decays = subject.map { constantDecays[$0] }
    self.losses = subject.map { losses[$0] }
    self.hasExactReactions = hasExactReactions
  }

  /// The fields whose departure from the steady state no tolerance sees: not those that are 0 there, whose departure is all that there is of them,
  /// and whose rates the others do not change; nor those that only diffuse, which is exact.
  private static func hiddenFields(_ all: UniformLinearization, about steady: [Double]) -> [Int] {
    func isDriven(_ field: Int, by other: Int) -> Bool {
      all.jacobian[field, other] != 0 || all.coupling[field, other] != 0
    }
    var seen = Set(steady.indices.filter { steady[$0] == 0 })
    while let field = seen.first(where: { field in
      steady.indices.contains { !seen.contains($0) && isDriven(field, by: $0) }
    }) {
      seen.remove(field)
    }
    return steady.indices.filter { field in
      !seen.contains(field) && steady.indices.contains { isDriven(field, by: $0) }
    }
  }

  /// A wave that grows faster than the uniform mode, or decays more slowly, and slowly.
  private static func fastWave(
    _ linearization: UniformLinearization, _ waves: [LaplacianWave], _ duration: Double
  ) -> PatternGrowth? {
    let growth = PatternGrowth(of: linearization, waves: waves, duration: duration)
    let rounding = PatternOnset.rounding * linearization.matrix(of: growth.wave).norm
    guard growth.rate > growth.uniformRate + rounding,
      growth.rate > -PatternOnset.slowDecay * linearization.jacobian.largestSize, abs(growth.rate) > rounding
    else { return nil }
    return growth
  }

  /// A mode of any wave number that grows, turns by a radian before it has decayed by a factor of e, or decays slowly.
  private static func slowMode(
    _ linearization: UniformLinearization, _ waves: [LaplacianWave], _ duration: Double
  ) -> PatternGrowth? {
    let growth = PatternGrowth(of: linearization, waves: waves, duration: duration)
    return growth.oscillates || growth.rate > -PatternOnset.slowDecay * linearization.jacobian.largestSize
      ? growth : nil
  }

  private func longestStep(_ amplification: Amplification) -> Double? {
    amplification.longestStep(for: growth, share: largestError, upTo: duration)
  }

  private func amplification(_ configuration: RunConfiguration) -> Amplification {
    let scheme = configuration.scheme
    var isExact = hasExactReactions
    // With a source flows are not exact.
    if case .splitting(let splitting, _) = scheme.method, splitting.isRebalanced { isExact = false }
    if case .automatic = configuration.reactionMethod.kind {} else { isExact = false }
    let fields = configuration.fieldsWithCoupledFluxes
    let coupled = Set(subject.indices.filter { fields.contains(subject[$0]) })
    return Amplification(
      scheme, linearization, isHalved: configuration.isControlled, decays: decays, losses: losses,
      reactions: isExact ? nil : configuration.reactionMethod.kind,
      coupled: coupled.isEmpty
        ? nil : (coupled, configuration.grid.axes.reduce(0) { $0 + 4 / ($1.spacing * $1.spacing) }))
  }

  /// The longest step with which the modes grow and turn rightly, while the state is in the range in which the equations are nearly linear; nil if
  /// steps of any size do.
  func limit(_ configuration: RunConfiguration, volumes: PointVolumes, pool: WorkerPool) -> GrowthLimit? {
    guard configuration.isControlled else { return nil }
    guard let longest = longestStep(amplification(configuration)), longest < duration else { return nil }
    return GrowthLimit(longestStep: longest, ranges: ranges, volumes: volumes, pool: pool)
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
    let found = amplification.deviation(step: step, from: growth, share: PatternOnset.largestErrorOfFixed)
    guard let found else { return nil }
    let unit = configuration.timeUnit.map { $0 == "1" ? "" : "/" + $0 } ?? ""
    let subject =
      found.wave == .uniform
      ? "uniform departures from the steady state"
      : "waves of length \(Float(found.wave.length))\(RunConfiguration.suffix(configuration.lengthUnit)) about the uniform state"
    let hasPeriod = found.right.imaginary != 0
    func course(_ mode: ComplexNumber, _ name: String = "") -> String {
      let verb = mode.real > 0 ? "grow" : "decay"
      let period =
        !hasPeriod ? "" : mode.imaginary == 0 ? " without a turn" : " with " + period(mode.imaginary, configuration)
      return mode.real == -.infinity ? "vanish" : "\(verb) at\(name) \(Float(abs(mode.real)))\(unit)\(period)"
    }
    return (
      "\(subject) \(course(found.right, " a rate of")), and with steps of \(Float(step)) of "
        + "\(configuration.scheme.name) they \(course(found.found))",
      (longest.map { "take steps of at most \(Float($0)), or leave" } ?? "leave")
        + " out time.step\(configuration.isControlled ? ", time.smallest_step" : "") and time.scheme"
    )
  }

  private func period(_ frequency: Double, _ configuration: RunConfiguration) -> String {
    "a period of \(Float(2 * .pi / abs(frequency)))\(RunConfiguration.suffix(configuration.timeUnit))"
  }

  func output(limit: GrowthLimit?) -> JSONText {
    .object([
      "rate": .number(growth.rate),
      "period": growth.frequency == 0 ? nil : .number(2 * .pi / growth.frequency),
      "wave_length": growth.wave == .uniform ? nil : .number(growth.wave.length),
      "uniform_rate": .number(growth.uniformRate),
      "longest_step": limit.map { .number($0.longestStep) },
    ])
  }

  /// As `plan` says it.
  func description(_ configuration: RunConfiguration) -> String {
    let unit = configuration.timeUnit.map { $0 == "1" ? "" : "/" + $0 } ?? ""
    let subject =
      growth.wave == .uniform
      ? "a uniform departure from the steady state"
      : "a wave of length \(Float(growth.wave.length))\(RunConfiguration.suffix(configuration.lengthUnit)) about the uniform state"
    let period = growth.frequency == 0 ? "" : " with " + period(growth.frequency, configuration)
    return "\(subject) \(growth.rate > 0 ? "grows" : "decays") at a rate of \(Float(abs(growth.rate)))\(unit)\(period)"
  }
}
