import Glibc
import Operators

/// How fast waves about a uniform steady state grow in the steps of a scheme.
///
/// For each wave a step is a matrix `M` of the fields (and of what a scheme remembers): products of exponentials of the parts of the equations for
/// splittings, stages of the tableau with matrices in place of rates for exponential methods. Waves grow at the rate `ln ρ(M)/h`, in place of the
/// largest real part of an eigenvalue of `L = diag(Dμ) + J − Xμ`.
package struct Amplification: Sendable {
  private let scheme: Scheme
  private let linearization: UniformLinearization
  /// Whether each step is taken in halves to know its error.
  private let isHalved: Bool
  /// What exponential methods take exactly of the loss of each field.
  private let decays: [Double]
  /// `L` of `R = P − L u` at the uniform state, of each field.
  private let losses: [Double]
  /// The fields whose taxis a splitting takes with their diffusion, and the bound of the Laplacian of both; nil if there are none.
  private let coupled: (fields: Set<Int>, laplacianBound: Double)?

  package init(
    _ scheme: Scheme, _ linearization: UniformLinearization, isHalved: Bool, decays: [Double], losses: [Double],
    coupled: (fields: Set<Int>, laplacianBound: Double)? = nil
  ) {
    self.coupled = coupled
    (self.scheme, self.linearization, self.isHalved) = (scheme, linearization, isHalved)
    (self.decays, self.losses) = (decays, losses)
  }

  /// The rate at which a wave grows in steps of a size; nil where the scheme solves the linearized equations exactly.
  package func rate(of wave: LaplacianWave, step: Double) -> Double? {
    switch scheme.method {
    case .coupledExponential, .automatic: return nil
    case .splitting(let splitting, extrapolates: true):
      let whole = product(splitting.flows, wave, step)
      let half = product(splitting.flows, wave, 0.5 * step)
      return (1.0 / 3 * (4 * (half * half) - whole)).logarithmOfSpectralRadius / step
    case .splitting(let splitting, extrapolates: false):
      let size = isHalved ? 0.5 * step : step
      let matrix = splitting.isRebalanced ? rebalanced(splitting, wave, size) : product(splitting.flows, wave, size)
      return matrix.logarithmOfSpectralRadius / size
    case .exponential(let tableau): return exponential(tableau, wave, step).logarithmOfSpectralRadius / step
    case .positiveExponential(let tableau):
      let size = isHalved ? 0.5 * step : step
      return positive(tableau, wave, size).logarithmOfSpectralRadius / size
    }
  }

  // MARK: A step

  /// The flow of a part for a time, `e^{τA}`, and `φ₁(τA)`.
  private func flow(
    _ part: SplittingScheme.Part, _ wave: LaplacianWave, during time: Double
  ) -> (exponential: SmallMatrix, phi: SmallMatrix) {
    switch part {
    case .reaction: return (time * linearization.jacobian).exponentialAndPhi1
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
    let rest = linearization.jacobian + linearization.taxis(of: wave) + SmallMatrix(diagonal: decays)
    let whole = linear.map { PhiFunctions(step * $0) }
    var rates = [rest]
    func stage(_ node: Double, _ weights: [PhiWeights]) -> SmallMatrix {
      let own = linear.map { PhiFunctions(node * step * $0) }
      return zip(weights, rates).reduce(SmallMatrix(diagonal: own.map(\.exponential))) { sum, term in
        let factors = zip(own, whole).map { $0.sum(term.0.own) + $1.sum(term.0.whole) }
        return sum + step * (SmallMatrix(diagonal: factors) * term.1)
      }
    }
    for next in tableau.stages { rates.append(rest * stage(next.node, next.weights)) }
    return stage(1, tableau.weights)
  }

  // MARK: Steps that are right

  /// What is wrong with the growth in steps of a size.
  package struct Deviation: Hashable, Sendable {
    package let wave: LaplacianWave
    /// In the steps of the scheme, and right.
    package let found, right: Double
  }

  /// The worst of the waves that grow too fast or too slowly in steps of a size; nil if all are right.
  ///
  /// - Parameter allowed: by how much a rate may be wrong, per time.
  package func deviation(step: Double, from growth: PatternGrowth, allowed: Double) -> Deviation? {
    var worst: (excess: Double, Deviation)?
    for witness in growth.witnesses {
      guard let found = rate(of: witness.wave, step: step) else { return nil }
      // Of other waves it is enough that they do not outgrow the fast ones.
      let excess = witness.isFast ? abs(found - witness.rate) : found - max(growth.rate, witness.rate)
      guard !(excess <= allowed), worst.map({ !(excess <= $0.excess) }) ?? true else { continue }
      worst = (excess, Deviation(wave: witness.wave, found: found, right: witness.rate))
    }
    return worst?.1
  }

  /// The longest step for which, and for all shorter ones down to a hundredth of the fastest time, growth is right; infinite if that is so for
  /// steps up to `most`, nil if no step is right.
  ///
  /// Sizes are those of the ladder of steps, `2^{j/4}`, so that rounding does not decide.
  package func longestStep(for growth: PatternGrowth, allowed: Double, upTo most: Double) -> Double? {
    func isRight(_ rung: Int) -> Bool {
      deviation(step: StepSizeController.size(rung), from: growth, allowed: allowed) == nil
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
