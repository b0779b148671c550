import Operators
import TimeStepping

/// The equations linearized about a uniform steady state: `δu_t = (D∇² + J − X∇²) δu`, for a wave of the grid with the eigenvalues
/// `μ ≤ 0` of the Laplacian a matrix `diag(D_i μ_i) + J − X μ`.
package struct UniformLinearization: Hashable, Sendable {
  /// `J_ij = ∂R_i/∂u_j`.
  package let jacobian: SmallMatrix
  /// `X_ij = u_i S_ij`, `S` being the sensitivities of taxis.
  package let coupling: SmallMatrix
  package let diffusivities: [Double]
  /// Of each field the discrete Laplacian by which it diffuses.
  package let symbols: [DiffusionSymbol]
  /// That by which taxis is computed.
  package let taxisSymbol: DiffusionSymbol
  /// Of the absolute values of the eigenvalues of the Laplacian, where fields diffuse by super-time-stepping; nil where that is exact.
  package let stagesBound: Double?

  package init(
    jacobian: SmallMatrix, coupling: SmallMatrix, diffusivities: [Double], symbols: [DiffusionSymbol],
    taxisSymbol: DiffusionSymbol = .secondOrder, stagesBound: Double? = nil
  ) {
    self.stagesBound = stagesBound
    (self.jacobian, self.coupling, self.diffusivities) = (jacobian, coupling, diffusivities)
    (self.symbols, self.taxisSymbol) = (symbols, taxisSymbol)
  }

  /// `D_i μ_i` of each field.
  func diffusion(of wave: LaplacianWave) -> [Double] {
    zip(diffusivities, symbols).map { $0 * wave.eigenvalue($1) }
  }

  /// The flow of diffusion as splittings compute it for a time: the factor `e^{τDμ}` of each field, and `φ₁(τDμ)`.
  func diffusionFlow(of wave: LaplacianWave, during time: Double) -> (factors: [Double], phi: [Double]) {
    let strengths = diffusion(of: wave).map { time * $0 }
    guard let stagesBound else {
      let functions = strengths.map { PhiFunctions($0) }
      return (functions.map(\.exponential), functions.map { $0.values[0] })
    }
    let factors = zip(strengths, diffusivities).map { strength, diffusivity in
      StabilizedDiffusion.factor(strength, bound: time * diffusivity * stagesBound)
    }
    // Of `y' = λ y + c` a Runge–Kutta method with the factor R makes R y + τ c (R − 1)/τλ.
    return (factors, zip(factors, strengths).map { $1 == 0 ? 1 : ($0 - 1) / $1 })
  }

  /// `−X μ`.
  func taxis(of wave: LaplacianWave) -> SmallMatrix { -wave.eigenvalue(taxisSymbol) * coupling }

  /// The same without the taxis of some fields.
  func taxis(of wave: LaplacianWave, except fields: Set<Int>) -> SmallMatrix {
    var result = taxis(of: wave)
    for row in fields {
      for column in diffusivities.indices { result[row, column] = 0 }
    }
    return result
  }

  /// The flow of diffusion where the taxis of some fields is a part of it: `e^{τA}` and `φ₁(τA)` with `A = diag(Dμ) − Xμ`, as
  /// super-time-stepping computes them for these fields.
  ///
  /// - Parameters:
  ///   - coupled: the fields; the others diffuse by themselves.
  ///   - laplacianBound: of the absolute values of the eigenvalues of their Laplacian.
  func coupledDiffusionFlow(
    of wave: LaplacianWave, during time: Double, coupled: Set<Int>, laplacianBound: Double
  ) -> (exponential: SmallMatrix, phi: SmallMatrix) {
    let fields = coupled.sorted()
    let count = fields.count
    let (factors, phi) = diffusionFlow(of: wave, during: time)
    let norms = SmallMatrix(
      fields.flatMap { row in
        fields.map { column in
          laplacianBound * ((row == column ? diffusivities[row] : 0) + abs(coupling[row, column]))
        }
      }, count: count)
    // With `c` of `u' = A u + c` as a further part of the solution.
    let one = SmallMatrix.identity(count)
    let own = SmallMatrix(
      fields.flatMap { row in
        fields.map { column in
          time * wave.eigenvalue(.secondOrder) * ((row == column ? diffusivities[row] : 0) - coupling[row, column])
        }
      }, count: count)
    let rates = SmallMatrix(blocks: [[own, time * one], [nil, nil]], of: count)
    let (part, parts) = StabilizedDiffusion.part(
      of: SmallMatrix.identity(2 * count), bound: time * StabilizedDiffusion.margin * norms.spectralRadius,
      rate: { rates * $0 },
      sum: { terms in terms.dropFirst().reduce(terms[0].factor * terms[0].value) { $0 + $1.factor * $1.value } })
    let whole = part.power(parts)
    var (exponential, integral) = (SmallMatrix(diagonal: factors), SmallMatrix(diagonal: phi))
    for (row, field) in fields.enumerated() {
      for (column, other) in fields.enumerated() {
        exponential[field, other] = whole[row, column]
        integral[field, other] = whole[row, count + column] / time
      }
    }
    return (exponential, integral)
  }

  package func matrix(of wave: LaplacianWave) -> SmallMatrix {
    SmallMatrix(diagonal: diffusion(of: wave)) + jacobian + taxis(of: wave)
  }

  /// The rate at which a wave grows, the largest real part of an eigenvalue; that of a decay is negative.
  package func rate(of wave: LaplacianWave) -> Double { matrix(of: wave).spectralAbscissa }

  /// The rate at which the uniform mode grows.
  package var uniformRate: Double { jacobian.spectralAbscissa }

  /// The equations of some fields alone.
  package func restricted(to fields: [Int]) -> UniformLinearization {
    UniformLinearization(
      jacobian: jacobian.restricted(to: fields), coupling: coupling.restricted(to: fields),
      diffusivities: fields.map { diffusivities[$0] }, symbols: fields.map { symbols[$0] }, taxisSymbol: taxisSymbol,
      stagesBound: stagesBound)
  }
}

/// The mode that grows fastest, or decays slowest, about a uniform steady state: a wave, or the uniform mode, and an eigenvalue of its matrix.
package struct PatternGrowth: Hashable, Sendable {
  package let wave: LaplacianWave
  /// The real part of the eigenvalue, per time.
  package let rate: Double
  /// The absolute value of the imaginary part, per time.
  package let frequency: Double
  /// The rate at which the uniform mode grows.
  package let uniformRate: Double
  /// What errors of rates are relative to: the size of the rate, or if that is more what changes a mode by a factor of e in the run.
  let scale: Double
  /// Whether a mode turns by a radian before it has decayed by a factor of e.
  package let oscillates: Bool
  /// The waves with modes that a scheme must get right, and some of all others, which must not outgrow them.
  let witnesses: [Witness]

  struct Witness: Hashable, Sendable {
    let wave: LaplacianWave
    /// Eigenvalues that must be right, of each pair one.
    let modes: [ComplexNumber]
    /// The largest real part of an eigenvalue.
    let largestRate: Double
  }

  /// - Parameters:
  ///   - waves: those of the grid that are not constant, by rising wave number.
  ///   - duration: of the run.
  package init(of linearization: UniformLinearization, waves: [LaplacianWave], duration: Double = .infinity) {
    let waves = [LaplacianWave.uniform] + waves
    let negligible = PatternGrowth.rounding * linearization.jacobian.norm
    var known: [Int: [ComplexNumber]] = [:]
    func modes(_ index: Int) -> [ComplexNumber] {
      if let found = known[index] { return found }
      let found = linearization.matrix(of: waves[index]).eigenvalues.filter { $0.imaginary >= 0 }
      known[index] = found
      return found
    }
    // What is conserved neither grows nor decays in any scheme.
    func fastest(_ index: Int) -> ComplexNumber {
      modes(index).filter { $0.size > negligible }.max { $0.real < $1.real } ?? ComplexNumber(-.infinity, 0)
    }
    // All of them where they are few; else a part of them, and more and more around the best one.
    var stride = max(1, waves.count / PatternGrowth.mostAtOnce)
    var best = 0
    for index in Swift.stride(from: 0, to: waves.count, by: stride) where fastest(index).real > fastest(best).real {
      best = index
    }
    while stride > 1 {
      let next = max(1, stride / PatternGrowth.refinement)
      let range = max(0, best - stride)...min(waves.count - 1, best + stride)
      for index in Swift.stride(from: range.lowerBound, through: range.upperBound, by: next)
      where fastest(index).real > fastest(best).real {
        best = index
      }
      stride = next
    }
    let leading = fastest(best)
    (wave, rate, frequency) = (waves[best], leading.real, leading.imaginary)
    uniformRate = linearization.uniformRate
    scale = max(abs(leading.real), 1 / duration)
    func turns(_ mode: ComplexNumber) -> Bool { mode.imaginary > negligible && mode.imaginary >= abs(mode.real) }
    oscillates = known.values.contains { $0.contains(where: turns) }
    func mustBeRight(_ mode: ComplexNumber, of index: Int) -> Bool {
      guard mode.size > negligible else { return false }
      let isNearLeading = mode.real >= leading.real - max(0.5 * abs(leading.real), 1 / duration)
      // Of the waves that grow more slowly the uniform mode and the longest one: what most data depart by.
      return isNearLeading || index <= 1 && mode.real > 0 || leading.real <= 0 && turns(mode)
    }
    func modesThatMustBeRight(_ index: Int) -> [ComplexNumber] { modes(index).filter { mustBeRight($0, of: index) } }
    func some(_ all: [Int]) -> [Int] {
      let stride = max(1, all.count / PatternGrowth.mostWitnesses)
      return all.indices.filter { $0 % stride == 0 }.map { all[$0] }
    }
    let withModes = known.keys.filter { !modesThatMustBeRight($0).isEmpty }.sorted()
    let chosen = Set(some(withModes) + some(known.keys.sorted()) + [0, min(1, waves.count - 1), best])
    witnesses = chosen.sorted().map { index in
      Witness(
        wave: waves[index], modes: modesThatMustBeRight(index),
        largestRate: modes(index).reduce(-.infinity) { max($0, $1.real) })
    }
  }

  private static let (mostAtOnce, refinement) = (256, 8)
  private static let mostWitnesses = 6
  /// Relative to the norm of the Jacobian: rates below are none.
  private static let rounding = 1e-10
}
