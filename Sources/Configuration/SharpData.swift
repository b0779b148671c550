import Expressions
import Fields
import Glibc
import Operators
import Rates

/// Finds the fields that spectral transforms would take out of what their equations allow, because the data are too sharp for the
/// grid: below 0, or to where a rate is not defined.
///
/// It looks at the initial values, at what every dose and infusion makes of them and of empty tissue, at the effects of prescribed boundary data and white
/// noise, and at what all of these lead to by the rates. Each field is moved by transforms over two short steps (`Ringing`), and what
/// comes out is compared with what was there: a field that was nowhere negative must not become so, nor an argument of `sqrt`, `log`,
/// `^` or a denominator. What a transform leaves in empty tissue grows there, by `e^E` in the run (`TraceGrowth`): a field may fall below 0 by
/// `1e-4 e^{−E}` of its largest value.
struct SharpData {
  let configuration: RunConfiguration
  let diffusions: [FieldDiffusion]
  let taxis: (any TaxisRates)?
  let kernels: ConvolutionKernels
  let volumes: PointVolumes
  let pool: WorkerPool
  /// Fields that a transform may move.
  let candidates: Set<Int>
  /// Those of them that nothing can make negative.
  let proven: Set<Int>
  /// Those of them that would grow from what a transform leaves in empty tissue.
  private let growing: Set<Int>
  /// Arguments that must not be negative, and the candidates that each depends on.
  private let arguments: [(expression: Expression, fields: [Int])]
  private(set) var found: [Double]
  /// What counts of each field, relative to its largest value: `threshold`, less where it would grow in empty tissue.
  private let thresholds: [Double]

  /// What counts, relative to the largest value of the field or the argument.
  static let threshold = 1e-4
  /// Less cannot be told from rounding.
  private static let rounding = 2e-15

  /// What counts of a field whose traces grow by `e^growth`: so much that it grows to `threshold`, but not less than rounding.
  static func limit(growth: Double) -> Double { max(threshold * exp(-max(growth, 0)), rounding) }

  /// - Returns: of each field how far a transform takes it out of what is allowed, relative to its largest value; 0 where it does
  ///   not, or where no transform can move it.
  static func ringing(
    _ configuration: RunConfiguration, state: FieldSet, diffusions: [FieldDiffusion], traceGrowth: TraceGrowth,
    taxis: (any TaxisRates)?, kernels: ConvolutionKernels, volumes: PointVolumes, pool: WorkerPool
  ) throws -> [Double] {
    var data = try SharpData(configuration, diffusions, traceGrowth, taxis, kernels, volumes, pool)
    guard !data.open.isEmpty else { return data.found }
    try data.look(at: state)
    try data.lookAtFlows(of: state)
    try data.lookAtSwitches(of: state)
    try data.lookAtTreatments(of: state)
    try data.lookAtNoise(of: state)
    try data.lookAtStart(state)
    return data.found
  }

  private init(
    _ configuration: RunConfiguration, _ diffusions: [FieldDiffusion], _ traceGrowth: TraceGrowth,
    _ taxis: (any TaxisRates)?, _ kernels: ConvolutionKernels, _ volumes: PointVolumes, _ pool: WorkerPool
  ) throws {
    (self.configuration, self.diffusions, self.taxis) = (configuration, diffusions, taxis)
    (self.kernels, self.volumes, self.pool) = (kernels, volumes, pool)
    found = diffusions.map { _ in 0 }
    thresholds = diffusions.indices.map { field in
      SharpData.limit(growth: diffusions[field].growsAtOnce ? 0 : traceGrowth.exponents[field])
    }
    guard configuration.model.freeBoundary == nil else {
      (candidates, proven, growing, arguments) = ([], [], [], [])
      return
    }
    let names = configuration.model.fieldNames
    let candidates = Set(diffusions.indices.filter { Ringing.isPossible(diffusions[$0], on: volumes) })
    self.candidates = candidates
    let intervals = candidates.isEmpty ? [:] : configuration.solutionIntervals
    proven = candidates.filter { intervals[.field(names[$0])]?.isNonNegative ?? false }
    let thresholds = thresholds
    growing = candidates.filter { thresholds[$0] < SharpData.threshold }
    let restricted = candidates.isEmpty ? [] : configuration.restrictedRates.map(\.part.argument)
    arguments = restricted.reduce(into: [Expression]()) { if !$0.contains($1) { $0.append($1) } }
      .filter { !$0.hasDistributions && Expression.extractingFunctionals([$0]).functionals.isEmpty }
      .filter {
        $0.symbols.allSatisfy { symbol in if case .field(let name) = symbol { names.contains(name) } else { true } }
      }
      .map { argument in (argument, candidates.filter { argument.dependsOn(.field(names[$0])) }.sorted()) }
      .filter { !$0.fields.isEmpty }
  }

  /// The fields of which something may yet be found.
  var open: Set<Int> {
    candidates.filter { field in
      found[field] == 0
        && (proven.contains(field) || growing.contains(field) || arguments.contains { $0.fields.contains(field) })
    }
  }

  /// Moves all candidates and notes which leave what is allowed.
  mutating func look(at state: FieldSet, time: Double? = nil) throws {
    let limits = state.count == 0 ? [] : arguments
    let before = try values(of: limits.map(\.expression), state, time)
    let count = 2
    let moved = try (0..<count).map { _ in
      let copy = try FieldSet(grid: state.grid, count: state.count)
      copy.copy(from: state, pool: pool)
      return copy
    }
    for field in candidates.sorted() {
      let (low, high) = (state.minimum(field, pool: pool), state.maximum(field))
      guard low.isFinite, high.isFinite, low < high else { continue }
      let isRelevant = limits.contains { $0.fields.contains(field) } || mayFallBelowZero(field, low, high)
      guard isRelevant else { continue }
      var step = 0
      var worst = 0.0
      try Ringing.afterSteps(of: state, field: field, as: diffusions[field], volumes: volumes, pool: pool) { result in
        moved[step].setField(field, toSumOf: [(1, result)], field: 0, pool: pool)
        step += 1
        worst = max(worst, -result.minimum(0, pool: pool) / high)
      }
      if mayFallBelowZero(field, low, high), worst > thresholds[field] { found[field] = max(found[field], worst) }
    }
    for (index, limit) in limits.enumerated() {
      guard let (low, high) = before[index], low >= 0, high > 0 else { continue }
      for copy in moved {
        guard let after = try values(of: [limit.expression], copy, time)[0] else { continue }
        let negativityError = -after.low / high
        guard negativityError > SharpData.threshold || after.low.isNaN else { continue }
        for field in limit.fields { found[field] = max(found[field], negativityError.isNaN ? 1 : negativityError) }
      }
    }
  }

  /// Looks at flows that meet a side, or turn: what they carry piles up there, in a layer of width `D/v`.
  ///
  /// Where the layer is thinner than half of the spacing, values beside it have the wrong sign: with `P = v Δx/D` those of central
  /// differences are `(2 − P)/(2 + P)` of their neighbors (P. J. Roache, Computational Fluid Dynamics, 1972). Limited fluxes then
  /// carry the negative ones together, and they grow.
  private mutating func lookAtFlows(of state: FieldSet) throws {
    let model = configuration.model
    for field in candidates.intersection(proven).sorted() {
      for (index, axis) in volumes.grid.axes.enumerated() where axis.points > 1 {
        let diffusivity = diffusions[field].diffusivities[index]
        guard diffusivity > 0, let velocity = model.fields[field].advection[axis.name],
          Expression.extractingFunctionals([velocity]).functionals.isEmpty,
          let (low, high) = try values(of: configuration.keptInDomain([velocity]), state, nil)[0]
        else { continue }
        // What always runs on in a period piles up nowhere.
        if diffusions[field].boundaries[index] == .periodic, low * high > 0 { continue }
        let number = max(-low, high) * axis.spacing / diffusivity
        if number > 2 { found[field] = max(found[field], 1 - 4 / (number + 2)) }
      }
    }
  }

  /// A transform falls short by a small part of the range: not below 0 where the least value is a good part of the largest.
  func mayFallBelowZero(_ field: Int, _ low: Double, _ high: Double) -> Bool {
    low >= 0 && low < 0.2 * high
  }

  /// The smallest and the largest value of some expressions in the tissue; nil for one that is nowhere a number.
  private func values(
    of expressions: [Expression], _ state: FieldSet, _ time: Double?
  ) throws -> [(low: Double, high: Double)?] {
    if expressions.isEmpty { return [] }
    let model = configuration.model
    let result = try FieldSet(grid: state.grid, count: expressions.count)
    GridEvaluator(
      try PointwiseFunctions(
        expressions, fields: model.fieldNames, parameters: model.parameterValues, grid: state.grid),
      volumes: volumes, pool: pool
    ).evaluate(state, time: time ?? configuration.startTime, into: result)
    return expressions.indices.map { index in
      let (low, high) = (result.minimum(index, pool: pool), result.maximum(index))
      return high.isNaN && low.isNaN ? nil : (low, high)
    }
  }
}
