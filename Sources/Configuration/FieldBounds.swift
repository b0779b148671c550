import Expressions
import Models
import Simulations

/// What a run file says beforehand of the values that parameters and fields can have.
struct FieldBounds {
  private let configuration: RunConfiguration
  /// What is known of all symbols besides fields and what stands for other places and times.
  private let common: [Symbol: Interval]
  private let system: FeedingSystem
  /// Of each field, in the whole run.
  private(set) var fields: [Interval]
  /// Of each field what doses make of it.
  private let doses: [Int: [Expression]]

  /// - Parameter maxima: largest initial value of each field.
  init(_ configuration: RunConfiguration, system: FeedingSystem, maxima: [Double]) {
    self.configuration = configuration
    self.system = system
    common = configuration.knownIntervals.merging(system.parameters) { $1 }
    let model = configuration.model
    let isAnySign = Set(configuration.fieldsOfAnySign)
    fields = zip(model.fields, maxima).map { isAnySign.contains($0.name) ? .all : Interval(0, $1) }
    let infused = Set(configuration.treatments.flatMap { $0.infusion?.rates.map(\.field) ?? [] })
    var doses: [Int: [Expression]] = [:]
    for change in configuration.treatments.flatMap(\.changes) {
      guard case .field(let name) = change.target, let index = model.fieldNames.firstIndex(of: name) else { continue }
      doses[index, default: []].append(change.value)
    }
    self.doses = doses
    let isBound = model.fields.indices.map { index in
      let field = model.fields[index]
      return field.taxis.isEmpty && field.advection.isEmpty && field.crossDiffusion.isEmpty
        && configuration.sides[index].given.isEmpty && !infused.contains(field.name)
        && model.noise(of: field.name).isEmpty && !isAnySign.contains(field.name) && model.freeBoundary == nil
    }
    for index in fields.indices where !isBound[index] && !isAnySign.contains(model.fieldNames[index]) {
      fields[index] = .nonNegative
    }
    findBounds(isBound)
  }

  /// Raises the bounds until no field can pass its own.
  ///
  /// Where a field has the value of its bound, its rate is not positive, whatever the others are within theirs: an
  /// invariant box.
  ///
  /// Source: K. N. Chueh, C. C. Conley and J. A. Smoller, Positively invariant regions for systems of nonlinear diffusion
  /// equations, Indiana University Mathematics Journal 26 (1977) 373–392.
  private mutating func findBounds(_ isBound: [Bool]) {
    for round in 0...FieldBounds.mostRounds {
      var isStable = true
      for index in fields.indices where isBound[index] && fields[index].high < .infinity {
        let bound = round == FieldBounds.mostRounds ? (canPass(index) ? .infinity : fields[index].high) : bound(index)
        if bound > fields[index].high {
          fields[index] = Interval(0, bound)
          isStable = false
        }
      }
      if isStable { return }
    }
    // What was raised in the last round may have lifted others.
    for index in fields.indices where isBound[index] && canPass(index) { fields[index] = .nonNegative }
    if fields.indices.contains(where: { isBound[$0] && fields[$0].high < .infinity && canPass($0) }) {
      for index in fields.indices where isBound[index] { fields[index] = .nonNegative }
    }
  }

  private static let mostRounds = 20

  private func canPass(_ index: Int) -> Bool { !isKept(index, below: fields[index].high) }

  /// Whether a field that is below a bound stays so, by its rate and by what doses make of it.
  private func isKept(_ index: Int, below bound: Double) -> Bool {
    guard rate(index, at: bound).high <= 0 else { return false }
    guard let doses = doses[index] else { return true }
    let known = symbols(fixing: [index: Interval(0, bound)])
    return doses.allSatisfy { $0.interval(known).high <= bound }
  }

  /// The least power of 2 times the present bound that the field cannot pass; infinite if none is found.
  private func bound(_ index: Int) -> Double {
    var bound = fields[index].high
    if isKept(index, below: bound) { return bound }
    if bound == 0 { bound = max(FieldBounds.smallestShare * (fields.map(\.high).filter(\.isFinite).max() ?? 0), 1e-30) }
    for _ in 0..<FieldBounds.mostDoublings {
      bound *= 2
      if isKept(index, below: bound) { return bound }
    }
    return .infinity
  }

  private static let smallestShare = 1e-12
  private static let mostDoublings = 160

  /// The rate of change of a field where it has some value.
  private func rate(_ index: Int, at value: Double) -> Interval {
    system.nodes[index].rate.interval(symbols(fixing: [index: Interval(value, value)]))
  }

  /// Whether a field is made everywhere and always, also where there is none of it, so fast that it is nowhere a mere trace.
  ///
  /// - Parameter maximum: its largest initial value.
  func isMadeFromNothing(_ index: Int, maximum: Double) -> Bool {
    let least = rate(index, at: 0).low
    let size = fields[index].high < .infinity ? fields[index].high : maximum
    return least > 0 && least * (configuration.endTime - configuration.startTime) > FieldBounds.traceShare * size
  }

  /// Less than this share of the largest value is a trace.
  private static let traceShare = 1e-6

  /// What is known of all symbols, some fields having given values.
  func symbols(fixing given: [Int: Interval] = [:]) -> [Symbol: Interval] {
    var known = common
    for (index, interval) in fields.enumerated() { known[system.nodes[index].symbol] = interval }
    // What stands for other places and times has what fields have anywhere and at any time.
    for value in system.values {
      let past = known.merging([.time: .all]) { $1 }
      known[value.symbol] = value.interval(past)
    }
    for (index, interval) in given { known[system.nodes[index].symbol] = interval }
    return known
  }
}

extension RunConfiguration {
  /// The values that each parameter can have in the run, treatments included.
  var parameterIntervals: [String: Interval] {
    var known = model.parameterValues.mapValues { Interval($0, $0) }
    let changes = treatments.flatMap { treatment in
      treatment.changes.compactMap { change -> (name: String, value: Expression, doses: Int)? in
        guard case .parameter(let name) = change.target else { return nil }
        return (name, change.value, mostDoses(of: treatment))
      }
    }
    let rounds = changes.reduce(0) { min($0 + $1.doses, RunConfiguration.mostRounds + 1) }
    for round in 0..<rounds {
      var symbols: [Symbol: Interval] = [.time: Interval(startTime, endTime)]
      for (name, interval) in known { symbols[.parameter(name)] = interval }
      for name in model.fieldNames { symbols[.field(name)] = .nonNegative }
      var isStable = true
      for change in changes {
        guard let before = known[change.name] else { continue }
        let found = change.value.interval(symbols)
        var (low, high) = (min(before.low, found.low), max(before.high, found.high))
        if round == RunConfiguration.mostRounds {
          if low < before.low { low = low >= 0 ? 0 : -.infinity }
          if high > before.high { high = high <= 0 ? 0 : .infinity }
        }
        // A dose that would leave the range ends the run.
        if let range = model.parameters.first(where: { $0.name == change.name })?.range {
          (low, high) = (max(low, min(range.lowerBound, before.low)), min(high, max(range.upperBound, before.high)))
        }
        if low < before.low || high > before.high { isStable = false }
        known[change.name] = Interval(low, high)
      }
      if isStable { break }
    }
    return known
  }

  private static let mostRounds = 64

  /// How many doses of a treatment can be given in the run, at most `mostRounds + 1`.
  func mostDoses(of treatment: Treatment) -> Int {
    let isTimed = treatment.trigger == nil
    let most = RunConfiguration.mostRounds + 1
    if let trigger = treatment.trigger, !trigger.isOnce { return most }
    let first = treatment.times.firstDose(notBefore: isTimed ? startTime : 0, from: 0)
    var count = 0
    while count < most, let time = treatment.times.time(ofDose: first + count, from: 0),
      time < (isTimed ? endTime : endTime - startTime)
    {
      count += 1
    }
    return count
  }
}
