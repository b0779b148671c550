import Glibc
import Operators
import TimeStepping

/// How fast waves about a uniform steady state grow in the steps of a scheme.
///
/// For each wave a step is a matrix `M` of the fields (and of what a scheme remembers): products of exponentials of the parts of the equations for
/// splittings, stages of the tableau with matrices in place of rates for exponential methods. A mode with the eigenvalue `λ` of
/// `L = diag(Dμ) + J − Xμ` grows at the rate `Re ln(m)/h` and turns with the frequency `Im ln(m)/h`, `m` being an eigenvalue of `M`, in place of the
/// parts of `λ`. The uniform mode is the wave with `μ = 0`.
package struct Amplification: Sendable {
  private let scheme: Scheme
  private let linearization: UniformLinearization
  /// Whether each step is taken in halves to know its error.
  private let isHalved: Bool
  /// What exponential methods take exactly of the loss of each field.
  private let decays: [Double]
  /// `L` of `R = P − L u` at the uniform state, of each field.
  private let losses: [Double]
  /// How splittings integrate the reactions; nil if exactly.
  private let reactions: ReactionMethod.Kind?
  /// The fields whose taxis a splitting takes with their diffusion, and the bound of the Laplacian of both; nil if there are none.
  private let coupled: (fields: Set<Int>, laplacianBound: Double)?

  package init(
    _ scheme: Scheme, _ linearization: UniformLinearization, isHalved: Bool, decays: [Double], losses: [Double],
    reactions: ReactionMethod.Kind? = nil, coupled: (fields: Set<Int>, laplacianBound: Double)? = nil
  ) {
    self.coupled = coupled
    (self.scheme, self.linearization, self.isHalved) = (scheme, linearization, isHalved)
    (self.decays, self.losses, self.reactions) = (decays, losses, reactions)
  }

  /// The rate at which a wave grows in steps of a size; nil where the scheme solves the linearized equations exactly.
  package func rate(of wave: LaplacianWave, step: Double) -> Double? {
    rates(of: wave, step: step).map { $0.rates.reduce(-.infinity) { max($0, $1.real) } }
  }

  /// The complex rates `ln(m)/h` of all modes of a wave in steps of a size, frequencies known but for multiples of `turn`.
  ///
  /// - Returns: nil where the scheme solves the linearized equations exactly.
  private func rates(of wave: LaplacianWave, step: Double) -> (rates: [ComplexNumber], turn: Double)? {
    guard let (matrix, time) = matrix(of: wave, step: step) else { return nil }
    let rates = matrix.eigenvalues.map { ComplexNumber(log($0.size) / time, atan2($0.imaginary, $0.real) / time) }
    return (rates, 2 * .pi / time)
  }

  /// What a step, or the half that is taken, makes of a wave, and its length.
  private func matrix(of wave: LaplacianWave, step: Double) -> (matrix: SmallMatrix, time: Double)? {
    switch scheme.method {
    case .coupledExponential, .automatic: return nil
    case .splitting(let splitting, extrapolates: true):
      let whole = product(splitting.flows, wave, step)
      return (1.0 / 3 * (4 * product(splitting.halves, wave, step) - whole), step)
    case .splitting(let splitting, extrapolates: false) where splitting.isRebalanced:
      let size = isHalved ? 0.5 * step : step
      return (rebalanced(splitting, wave, size), size)
    case .splitting(let splitting, extrapolates: false):
      return (product(isHalved ? splitting.halves : splitting.flows, wave, step), step)
    case .exponential(let tableau): return (exponential(tableau, wave, step), step)
    case .positiveExponential(let tableau):
      let size = isHalved ? 0.5 * step : step
      return (positive(tableau, wave, size), size)
    }
  }

  // MARK: A step

  /// The flow of a part for a time, `e^{τA}`, and `φ₁(τA)`.
  private func flow(
    _ part: SplittingScheme.Part, _ wave: LaplacianWave, during time: Double
  ) -> (exponential: SmallMatrix, phi: SmallMatrix) {
    switch part {
    case .reaction:
      return ReactionAmplification(method: reactions, jacobian: linearization.jacobian, losses: losses)
        .flow(during: time)
    case .taxis: return (time * linearization.taxis(of: wave, except: coupled?.fields ?? [])).exponentialAndPhi1
    case .diffusion:
      if let coupled {
        return linearization.coupledDiffusionFlow(
          of: wave, during: time, coupled: coupled.fields, laplacianBound: coupled.laplacianBound)
      }
      let (factors, phi) = linearization.diffusionFlow(of: wave, during: time)
      return (SmallMatrix(diagonal: factors), SmallMatrix(diagonal: phi))
    }
  }

  /// The flows of the parts, the last one on the left.
  private func product(
    _ flows: [(part: SplittingScheme.Part, fraction: Double)], _ wave: LaplacianWave, _ step: Double
  ) -> SmallMatrix {
    flows.reduce(.identity(decays.count)) { flow($1.part, wave, during: $1.fraction * step).exponential * $0 }
  }

  /// A step of the fields and of the constants of the two steps before, `(u, c, c₋) → (u_new, c_new, c)`.
  ///
  /// With `3/2 c − 1/2 c₋` added to the reactions and taken from diffusion, and the next constant that plus half of what diffusion has changed
  /// less what the others have, per time; only fields that diffuse have one.
  private func rebalanced(_ splitting: SplittingScheme, _ wave: LaplacianWave, _ step: Double) -> SmallMatrix {
    let count = decays.count
    let one = SmallMatrix.identity(count)
    let moves = SmallMatrix(diagonal: linearization.diffusivities.map { $0 > 0 ? 1 : 0 })
    // Solution, constant, and difference of the changes, by what they are of (u, c).
    var (u, source) = (one, SmallMatrix(diagonal: decays.map { _ in 0 }))
    var (difference, differenceOfSource) = (source, source)
    for flow in splitting.flows {
      let size = flow.fraction * step
      let (exponential, phi) = self.flow(flow.part, wave, during: size)
      let sign: Double = flow.part == .diffusion ? 1 : -1
      // Taxis has no source.
      let weight: Double = flow.part == .taxis ? 0 : -sign * size
      let (newU, newSource) = (exponential * u, exponential * source + weight * (phi * moves))
      difference = difference + sign * (newU - u)
      differenceOfSource = differenceOfSource + sign * (newSource - source)
      (u, source) = (newU, newSource)
    }
    let next = 0.5 / step * (moves * difference)
    let nextOfSource = 0.5 / step * (moves * differenceOfSource) + moves
    return SmallMatrix(
      blocks: [
        [u, 1.5 * source, -0.5 * source], [next, 1.5 * nextOfSource, -0.5 * nextOfSource], [nil, one, nil],
      ], of: count)
  }

  /// `Λ = diag(Dμ − decay)`, `N = L − Λ`.
  private func exponential(_ tableau: ExponentialScheme, _ wave: LaplacianWave, _ step: Double) -> SmallMatrix {
    stages(
      of: tableau, linear: zip(linearization.diffusion(of: wave), decays).map { $0 - $1 }, decays: decays, wave, step)
  }

  /// `Λ = diag(Dμ − κ)`, by the Laplacian of neighboring points, `N = J + κ − Xμ`.
  private func positive(_ tableau: ExponentialScheme, _ wave: LaplacianWave, _ step: Double) -> SmallMatrix {
    stages(
      of: tableau, linear: zip(linearization.diffusivities, losses).map { $0 * wave.secondOrder - $1 }, decays: losses,
      wave, step)
  }

  /// `U_i = e^{c_i hΛ} + h Σ_j a_ij(hΛ) N U_j` with `N = J + decay − Xμ`; the last of them.
  private func stages(
    of tableau: ExponentialScheme, linear: [Double], decays: [Double], _ wave: LaplacianWave, _ step: Double
  ) -> SmallMatrix {
    tableau.amplification(
      linear: linear, rest: linearization.jacobian + linearization.taxis(of: wave) + SmallMatrix(diagonal: decays),
      step: step)
  }

  // MARK: Steps that are right

  /// What is wrong with a mode in steps of a size.
  package struct Deviation: Hashable, Sendable {
    package let wave: LaplacianWave
    /// In the steps of the scheme, and right: rate of growth and frequency.
    package let found, right: ComplexNumber
  }

  /// The worst of the modes that grow or turn too fast or too slowly in steps of a size; nil if all are right.
  ///
  /// - Parameter share: by how much the complex rate of a mode may be wrong, relative to its growth, that of the fastest mode, or what changes
  ///   it by a factor of e in the run.
  package func deviation(step: Double, from growth: PatternGrowth, share: Double) -> Deviation? {
    var worst: (excess: Double, Deviation)?
    func note(_ error: Double, _ allowed: Double, _ deviation: Deviation) {
      let excess = error / allowed
      if !(excess <= 1), worst.map({ !(excess <= $0.excess) }) ?? true { worst = (excess, deviation) }
    }
    for witness in growth.witnesses {
      guard let (rates, turn) = rates(of: witness.wave, step: step) else { return nil }
      for mode in witness.modes {
        let candidates = rates.map { rate in
          ComplexNumber(
            rate.real, rate.imaginary + turn * ((mode.imaginary - rate.imaginary) / turn).rounded())
        }
        guard let found = candidates.min(by: { ($0 - mode).size < ($1 - mode).size }) else { continue }
        note(
          (found - mode).size, share * max(growth.scale, abs(mode.real)),
          Deviation(wave: witness.wave, found: found, right: mode))
      }
      // Whatever else there is, it is enough that it does not outgrow the fast modes.
      guard let fastest = rates.first(where: \.real.isNaN) ?? rates.max(by: { $0.real < $1.real }) else { continue }
      note(
        fastest.real - max(growth.rate, witness.largestRate), share * growth.scale,
        Deviation(wave: witness.wave, found: fastest, right: ComplexNumber(witness.largestRate, 0)))
    }
    return worst?.1
  }

  /// The longest step for which, and for all shorter ones down to a hundredth of the fastest time, growth is right; infinite if that is so for
  /// steps up to `most`, nil if no step is right.
  ///
  /// Sizes are those of the controller, `2^{j/4}`, so that rounding does not decide.
  package func longestStep(for growth: PatternGrowth, share: Double, upTo most: Double) -> Double? {
    func isRight(_ level: Int) -> Bool {
      deviation(step: StepSizeController.size(level), from: growth, share: share) == nil
    }
    let last = StepSizeController.level(below: most)
    // Of the order of the reciprocal of the fastest rate.
    let fastest = linearization.matrix(of: growth.wave).norm
    var right = min(last, StepSizeController.level(below: 0.1 / max(fastest, 1 / most)))
    let least = right - 4 * Amplification.mostHalvings
    while !isRight(right) {
      right -= 4
      if right < least { return nil }
    }
    while right < last {
      if !isRight(right + 1) { return StepSizeController.size(right) }
      right += 1
    }
    return .infinity
  }

  private static let mostHalvings = 20
}
