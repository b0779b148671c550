import Documents
import Expressions
import Fields
import Models
import Rates
import Simulations

extension RunConfiguration {
  /// What is known of the symbols of the rates in the exact solution: fields that nothing can make negative are at least 0.
  ///
  /// Besides the processes these are prescribed boundary data and values that a dose sets.
  var solutionIntervals: [Symbol: Interval] {
    var known = knownIntervals
    let proven = model.knownIntervals(known)
    for (field, sides) in zip(model.fields, sides)
    where sides.given.contains(where: { !$0.expression.interval(proven).isNonNegative }) {
      known[.field(field.name)] = .all
    }
    for case (.field(let name), let value) in treatments.flatMap(\.changes).map({ ($0.target, $0.value) })
    where !value.interval(proven).isNonNegative {
      known[.field(name)] = .all
    }
    return model.knownIntervals(known)
  }

  /// The expressions as they are computed: defined also where the error of a step or rounding has taken a field slightly below 0
  /// that cannot be negative in the exact solution.
  func keptInDomain(_ expressions: [Expression]) -> [Expression] {
    let (intervals, errors) = (solutionIntervals, errorsBelowZero)
    return expressions.map { $0.keptInDomain(intervals, tolerance: domainTolerance, errors: errors) }
  }

  /// By how much fields that cannot be negative may be computed below 0.
  ///
  /// The tolerance is one of the mean over the points; at single points errors are several times as large.
  var errorsBelowZero: [Symbol: Double] {
    Dictionary(
      uniqueKeysWithValues: zip(model.fieldNames, sizesAtStart).map { (.field($0), 4 * domainTolerance * $1) })
  }

  /// The size of each field at the start, from the largest absolute values; 0 for one that starts empty or follows from the others.
  func sizesAtStart(maxima: [Double]) -> [Double] {
    zip(model.fields, maxima).map { $0.isQuasiSteady || $0.stage != nil ? 0 : $1 }
  }

  /// By how much, relative to its terms, an argument may leave its domain before that counts: the tolerance of the run, or with a
  /// fixed step, whose error nobody knows and none is asked for, 1e-3.
  var domainTolerance: Double {
    switch steps {
    case .fixed: max(reactionTolerance, 1e-3)
    case .controlled(let tolerance, _): tolerance.relative.min() ?? reactionTolerance
    }
  }

  /// Fields that grow from next to nothing in no time, whose rate goes to 0 more slowly than they do, as in `u' = sqrt(u)`.
  ///
  /// However little there is, after a while there is the same; where the growth rate is but the logarithm of a density, as in
  /// Gompertz's law, that is not so. Other fields count as 1, and as 0.
  var fieldsThatGrowAtOnce: Set<Int> {
    let least = 1e-200
    var values: [Symbol: Double] = [.time: startTime]
    for (name, value) in model.parameterValues { values[.parameter(name)] = value }
    for axis in grid.axes { values[.coordinate(axis.name)] = axis.origin + 0.5 * axis.length }
    return Set(
      model.fieldNames.enumerated().filter { index, name in
        // What depends on the whole domain or on the past counts like the other fields.
        let rate = model.ratesWithoutInfusions[index]
        let plain = Expression.extractingFunctionals(Expression.extractingDistributions([rate]).expressions)
          .expressions[0]
        // What others make of the field is no growth of what is there.
        let slope = plain.derivative(by: .field(name))
        return [1.0, 0].contains { other in
          let others = Dictionary(uniqueKeysWithValues: plain.symbols.map { ($0, other) })
          func growth(_ value: Double) -> Double? {
            slope.value(at: others.merging(values) { $1 }.merging([.field(name): value]) { $1 })
          }
          guard let few = growth(least), let many = growth(0.01) else { return false }
          return few > 1e5 * max(many, 1 / (endTime - startTime))
        }
      }.map(\.offset))
  }

  /// A part of the rate of a process that is a number for some values only.
  struct RestrictedRate {
    let process: String
    let part: RestrictedPart
  }

  /// Those of all processes.
  var restrictedRates: [RestrictedRate] {
    let intervals = solutionIntervals
    return (model.processes + model.infusions).flatMap { process in
      process.changes.flatMap { ($0.amount * process.rate).restrictedParts(intervals) }
        .map { RestrictedRate(process: process.name, part: $0) }
    }
  }

  /// Names of the fields that have negative values at the start, more than by rounding: nothing is promised of their signs.
  func fieldsBelowZero(in state: FieldSet) -> Set<String> {
    let found = model.fields.enumerated().filter { index, field in
      let (low, high) = (state.minimum(index), state.maximum(index))
      return field.stage == nil && !field.isQuasiSteady && low < -1e-12 * max(-low, high)
    }
    return Set(found.map(\.element.name))
  }

  /// Refuses negative initial values for which a rate, a diffusivity, a velocity or an amplitude of noise is no number.
  ///
  /// Looked at are the first point where a field is negative, and that where it is lowest.
  func checkDomains(of state: FieldSet) throws {
    var found = Diagnostics()
    let terms = negativeAtStart.isEmpty ? [] : termsAtPoints
    for (index, name) in model.fieldNames.enumerated() where negativeAtStart.contains(name) {
      let lowest = state.minimum(index)
      let points = [state.firstPoint(index) { $0 < 0 }, state.firstPoint(index) { $0 == lowest }]
      let dependent = terms.filter { $0.term.dependsOn(.field(name)) }
      let undefined = points.compactMap { $0 }.lazy.compactMap { point in
        firstUndefinedPart(of: dependent, where: name, in: state, at: point).map { (point, $0) }
      }.first
      guard let (point, (owner, part)) = undefined else { continue }
      refuse(
        index, "\(Float(state.pointer(index, row: point.row)[point.column])) at \(description(ofPoint: point))", part,
        of: owner,
        &found)
    }
    try found.throwIfErrors()
  }

  private func refuse(
    _ field: Int, _ value: String, _ part: Expression, of owner: String, _ found: inout Diagnostics
  ) {
    let name = model.fieldNames[field]
    found.error(
      "the initial value of field \(name) is \(value), where \(spelling(of: part, in: owner)) of \(owner) is not defined",
      at: document["initial"]?[name]?.place ?? document.place,
      remedy: "begin with values of at least 0, or write max(\(name), 0) there")
  }

  /// What is no number where a field begins with a negative number everywhere; nil if nothing is.
  ///
  /// - Parameter numbers: initial values of the fields that begin with one number everywhere; others are not known.
  func undefinedAtStart(_ field: Int, _ numbers: [Double?]) -> Diagnostics? {
    var values: [Symbol: Double] = [.time: startTime]
    for (name, number) in zip(model.fieldNames, numbers) { values[.field(name)] = number }
    for (parameter, value) in model.parameterValues { values[.parameter(parameter)] = value }
    let name = model.fieldNames[field]
    for (owner, term) in termsAtPoints where term.dependsOn(.field(name)) {
      guard keptInDomain([term])[0].undefinedPart(at: values) != nil, let part = term.undefinedPart(at: values),
        part.dependsOn(.field(name))
      else { continue }
      var found = Diagnostics()
      refuse(field, JSONText.text(numbers[field] ?? .nan), part, of: owner, &found)
      return found
    }
    return nil
  }

  /// All that is evaluated at points, and what it is of.
  private var termsAtPoints: [(owner: String, term: Expression)] {
    let noise = model.noise.flatMap { source in source.changes.map { (source.name, $0.amplitude) } }
    return rateTerms.map { ($0.process, $0.term) } + movementTerms.map { ($0.owner, $0.term) } + noise
  }

  /// What each process and infusion does to each field that it changes.
  private var rateTerms: [(field: String, process: String, term: Expression)] {
    (model.processes + model.infusions).flatMap { process in
      process.changes.map { ($0.field, process.name, $0.amount * process.rate) }
    }
  }

  private var movementTerms: [(field: String, owner: String, term: Expression)] {
    zip(model.fields, diffusivities).flatMap { field, diffusivity in
      (diffusivity.variable ?? []).map { (field.name, "the diffusivity of \(field.name)", $0) }
        + field.taxis.map { (field.name, "the sensitivity of \(field.name) to \($0.toward)", $0.sensitivity) }
        + grid.axes.compactMap { axis in
          field.advection[axis.name].map { (field.name, "the velocity of \(field.name)", $0) }
        }
    }
  }

  /// Finds steps that pass a pole of a rate, a diffusivity, a sensitivity or a velocity; nil if none can have one.
  func poleCheck(
    delays: DelayedFields?, kernels: ConvolutionKernels, volumes: PointVolumes, pool: WorkerPool
  ) throws -> PoleCheck? {
    let terms = ratePoles + poles(movementTerms)
    if terms.isEmpty { return nil }
    let (found, expressions) = Expression.extractingDistributions(
      terms.map(\.pole.divisor) + terms.map(\.pole.whole))
    let isDelayed = expressions.contains { !$0.symbols.isDisjoint(with: delayedSymbols) }
    let distributions = try distributionFields(
      found, delays: isDelayed ? delays : nil, kernels: kernels, volumes: volumes, pool: pool)
    return try PoleCheck(
      terms, divisors: Array(expressions[..<terms.count]), wholes: Array(expressions[terms.count...]),
      fields: distributions?.names ?? model.fieldNames, distributions: distributions, parameters: model.parameterValues,
      volumes: volumes, pool: pool)
  }

  /// Where the rates of processes and infusions may have poles.
  private var ratePoles: [RatePole] { poles(rateTerms.map { ($0.field, "process \($0.process)", $0.term) }) }

  /// The same as it is seen at a point alone.
  var pointwiseRatePoles: [RatePole] {
    ratePoles.compactMap { term in term.pole.atPoint(delayed: delayedSymbols).map(term.with) }
  }

  private var delayedSymbols: Set<Symbol> { Set(model.constantDelays.map { .field($0.delay.name) }) }

  private func poles(_ terms: [(field: String, owner: String, term: Expression)]) -> [RatePole] {
    let intervals = solutionIntervals
    return terms.flatMap { name, owner, term -> [RatePole] in
      guard let field = model.fieldNames.firstIndex(of: name) else { return [] }
      return term.poles(intervals).map { pole in
        RatePole(
          field: field, pole: pole, part: "\(spelling(of: pole.part, in: owner)) of \(owner)",
          divisor: spelling(of: pole.divisor, in: owner))
      }
    }
  }

  private func firstUndefinedPart(
    of terms: [(owner: String, term: Expression)], where name: String, in state: FieldSet,
    at point: (row: Int, column: Int)
  ) -> (owner: String, part: Expression)? {
    var values: [Symbol: Double] = [.time: startTime]
    for (field, value) in zip(model.fieldNames, state.values(row: point.row, column: point.column)) {
      values[.field(field)] = value
    }
    for (parameter, value) in model.parameterValues { values[.parameter(parameter)] = value }
    for (axis, value) in zip(grid.axes, position(ofPoint: point)) { values[.coordinate(axis.name)] = value }
    for (owner, term) in terms {
      guard keptInDomain([term])[0].undefinedPart(at: values) != nil, let part = term.undefinedPart(at: values),
        part.dependsOn(.field(name))
      else { continue }
      return (owner, part)
    }
    return nil
  }
}
