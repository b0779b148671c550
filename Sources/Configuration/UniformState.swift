import Expressions
import Fields
import Operators

/// The rates of the equations as functions of the densities alone, where they are: the same at all points and times.
struct UniformRates {
  private let names: [String]
  private let rates: [Expression]
  /// `∂R_i/∂u_j`, row by row.
  private let derivatives: [Expression]
  /// `u_i S_ij`, with the places of the pairs.
  private let couplings: [(row: Int, column: Int, value: Expression)]
  private let losses: [Expression]

  var count: Int { names.count }

  /// - Returns: nil where a uniform state does not stay uniform, or waves about one do not follow from its densities: rates that depend on
  ///   place, time, the past or the whole domain, flows, noise, diffusivities that are not constant, quasi-steady fields.
  init?(_ configuration: RunConfiguration) {
    let model = configuration.model
    let isPlain = model.fields.allSatisfy {
      !$0.isQuasiSteady && !$0.isCompartment && $0.stage == nil && $0.crossDiffusion.isEmpty
        && $0.advection.values.allSatisfy { $0 == .constant(0) }
    }
    guard isPlain, model.delays.isEmpty, model.noise.isEmpty, model.freeBoundary == nil else { return nil }
    names = model.fieldNames
    let parameters = Dictionary(
      uniqueKeysWithValues: model.parameterValues.map { (Symbol.parameter($0.key), Expression.constant($0.value)) })
    rates = configuration.keptInDomain(model.rates).map { $0.substituting(parameters) }
    couplings = names.indices.flatMap { [names] row in
      configuration.taxisTargets(of: row).map { target in
        (row, target.field, (target.sensitivity * .symbol(.field(names[row]))).substituting(parameters))
      }
    }
    let others =
      configuration.grid.axes.map { Symbol.coordinate($0.name) } + [.time, .coordinate("r")]
    let all = rates + couplings.map(\.value)
    guard !all.contains(where: { rate in others.contains { rate.dependsOn($0) } }) else { return nil }
    derivatives = rates.flatMap { [names] rate in names.map { rate.derivative(by: .field($0)) } }
    losses = configuration.productionLoss.map { $0.loss.substituting(parameters) }
  }

  private func symbols(_ values: [Double]) -> [Symbol: Double] {
    Dictionary(uniqueKeysWithValues: zip(names, values).map { (.field($0), $1) })
  }

  /// Of a density of each field; nil if one is no number.
  private func values(_ expressions: [Expression], at densities: [Double]) -> [Double]? {
    let symbols = symbols(densities)
    var found: [Double] = []
    for expression in expressions {
      guard let value = expression.value(at: symbols), value.isFinite else { return nil }
      found.append(value)
    }
    return found
  }

  func rates(at densities: [Double]) -> [Double]? { values(rates, at: densities) }
  func losses(at densities: [Double]) -> [Double]? { values(losses, at: densities) }
  func jacobian(at densities: [Double]) -> SmallMatrix? {
    values(derivatives, at: densities).map { SmallMatrix($0, count: count) }
  }
  func coupling(at densities: [Double]) -> SmallMatrix? {
    values(couplings.map(\.value), at: densities).map { values in
      var matrix = SmallMatrix(diagonal: names.map { _ in 0 })
      for (place, value) in zip(couplings, values) { matrix[place.row, place.column] += value }
      return matrix
    }
  }

  // MARK: A steady state

  /// The steady state near some densities, by Newton's method with the shortest steps that serve, so that densities that the equations leave as
  /// they are stay so; nil if there is none.
  ///
  /// A state that is steady to `accuracy` is returned as it is.
  ///
  /// - Parameter scales: the size of each field.
  func steadyState(near densities: [Double], scales: [Double]) -> [Double]? {
    var state = densities
    for _ in 0..<UniformRates.mostIterations {
      guard let rates = rates(at: state), let jacobian = jacobian(at: state) else { return nil }
      // Unknowns and equations of size 1.
      var scaled = jacobian
      var right: [Double] = []
      for row in 0..<count {
        let size = (0..<count).reduce(0) { max($0, abs(jacobian[row, $1]) * scales[$1]) }
        guard size > 0 || rates[row] == 0 else { return nil }
        for column in 0..<count { scaled[row, column] = size > 0 ? jacobian[row, column] * scales[column] / size : 0 }
        right.append(size > 0 ? -rates[row] / size : 0)
      }
      let normal =
        scaled.transposed * scaled
        + SmallMatrix(diagonal: names.map { _ in UniformRates.regularization })
      guard let step = normal.solution(of: scaled.transposed * right), step.allSatisfy({ abs($0) <= 1 }) else {
        return nil
      }
      if step.allSatisfy({ abs($0) <= UniformRates.accuracy }) {
        return right.allSatisfy { abs($0) <= UniformRates.largestResidual } ? state : nil
      }
      for index in state.indices { state[index] += scales[index] * step[index] }
    }
    return nil
  }

  private static let (mostIterations, accuracy, largestResidual, regularization) = (60, 1e-9, 1e-7, 1e-14)

  /// Whether densities change by more than rounding.
  ///
  /// - Parameter scales: the size of each field.
  func change(_ densities: [Double], scales: [Double]) -> Bool {
    guard let rates = rates(at: densities), let jacobian = jacobian(at: densities) else { return true }
    return rates.indices.contains { row in
      let size = (0..<count).reduce(0) { max($0, abs(jacobian[row, $1]) * scales[$1]) }
      return abs(rates[row]) > UniformRates.roundingOfRates * size
    }
  }

  private static let roundingOfRates = 1e-13

  // MARK: The range in which the equations are nearly linear

  /// By how much rates and taxis may differ from the linearized ones, relative to the latter.
  private static let largestShare = 0.2

  /// Whether the rates of densities follow the linearization about a steady state.
  func areNearlyLinear(_ states: [[Double]], about steady: [Double]) -> Bool {
    guard let jacobian = jacobian(at: steady), let coupling = coupling(at: steady) else { return false }
    var (rests, sizes) = (steady.map { _ in 0.0 }, steady.map { _ in 0.0 })
    for state in states {
      let departure = zip(state, steady).map { $0 - $1 }
      guard let rates = rates(at: state), let other = self.coupling(at: state) else { return false }
      let linear = jacobian * departure
      for row in 0..<count {
        rests[row] = max(rests[row], abs(rates[row] - linear[row]))
        sizes[row] = max(sizes[row], (0..<count).reduce(0) { $0 + abs(jacobian[row, $1] * departure[$1]) })
      }
      let isNear = zip(other.values, coupling.values).allSatisfy {
        abs($0 - $1) <= UniformRates.largestShare * abs($1)
      }
      guard isNear else { return false }
    }
    return zip(rests, sizes).allSatisfy { $0 <= UniformRates.largestShare * $1 + UniformRates.rounding }
  }

  private static let rounding = 1e-300

  /// Whether the Jacobian at some densities is about that at the steady state, so that the way from one to the other is governed by it.
  ///
  /// - Parameter scales: the size of each field.
  func isSimilar(at densities: [Double], to steady: [Double], scales: [Double]) -> Bool {
    guard let here = jacobian(at: densities), let there = jacobian(at: steady) else { return false }
    return (0..<count).allSatisfy { row in
      func largest(_ value: (Int) -> Double) -> Double {
        (0..<count).reduce(0) { max($0, abs(value($1)) * scales[$1]) }
      }
      return largest { here[row, $0] - there[row, $0] } <= UniformRates.largestShare * largest { there[row, $0] }
    }
  }

  /// The amplitude up to which the equations are nearly linear for a wave of some shape about a steady state: of the field that departs most,
  /// relative to its size.
  func linearRange(of shape: [Double], about steady: [Double]) -> (field: Int, amplitude: Double) {
    let scales = steady.map { $0 == 0 ? 1 : abs($0) }
    let shares = zip(shape, scales).map { abs($0) / $1 }
    let field = shares.indices.max { shares[$0] < shares[$1] } ?? 0
    var amplitude = 0.0
    var next = UniformRates.leastAmplitude
    while next <= UniformRates.largestAmplitude {
      let states = [next, -next].map { factor in
        zip(steady, shape).map { $0 + factor / max(shares[field], .leastNormalMagnitude) * $1 }
      }
      guard areNearlyLinear(states, about: steady) else { break }
      amplitude = next
      next *= 1.25
    }
    return (field, amplitude * scales[field])
  }

  private static let (leastAmplitude, largestAmplitude) = (1e-6, 10.0)
}

extension RunConfiguration {
  /// The uniform steady state near which a run begins: it departs from it, at some point, and by so little everywhere that the rates are nearly
  /// linear; nil if there is none.
  func uniformState(near state: FieldSet, volumes: PointVolumes) -> [Double]? {
    let samples = samples(of: state, volumes)
    guard let first = samples.first else { return nil }
    let (lowest, highest) = samples.reduce(into: (first, first)) { ends, sample in
      for field in sample.indices {
        (ends.0[field], ends.1[field]) = (min(ends.0[field], sample[field]), max(ends.1[field], sample[field]))
      }
    }
    let ranges = zip(lowest, highest).map { $1 - $0 }
    // What is empty somewhere and not elsewhere is no uniform state.
    guard !zip(lowest, highest).contains(where: { $0 != $1 && ($0 == 0 || $1 == 0) }), let rates = UniformRates(self)
    else { return nil }
    let means = first.indices.map { field in
      samples.reduce(0) { $0 + $1[field] } / Double(samples.count)
    }
    let scales = zip(means, ranges).map { max(abs($0), $1) }.map { $0 > 0 ? $0 : 1 }
    guard ranges.contains(where: { $0 > 0 }) || rates.change(means, scales: scales),
      let steady = rates.steadyState(near: means, scales: scales),
      rates.isSimilar(at: means, to: steady, scales: scales), rates.areNearlyLinear(samples, about: steady)
    else { return nil }
    return steady
  }

  /// The densities at some points of the tissue.
  private func samples(of state: FieldSet, _ volumes: PointVolumes) -> [[Double]] {
    let stride = max(1, grid.pointCount / RunConfiguration.mostSamples)
    var (samples, number) = ([[Double]](), 0)
    for row in 0..<grid.rowCount {
      let tissue = volumes.values(ofRow: row)
      for column in 0..<grid.rowLength {
        defer { number += 1 }
        guard number % stride == 0, tissue.map({ $0[column] > 0 }) ?? true else { continue }
        samples.append((0..<state.count).map { state.pointer($0, row: row)[column] })
      }
    }
    return samples
  }

  private static let mostSamples = 512
}
