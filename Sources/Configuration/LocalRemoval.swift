import Expressions
import Fields
import Glibc
import Models
import Operators
import Simulations

/// Finds the field that processes or doses remove in a part of the domain for a while, so that it grows again there from what is left.
///
/// The loss of field `i` per unit of it is `−s`, `s = ∂R_i/∂u_i` at `u_i = 0`. It counts where it varies in space and ceases, because of
/// positions and times in the rate, of parameters that treatments change, or of *prescribed* fields. These are fields that nothing
/// makes but the run file (initial values, doses, sides, times and other prescribed fields) and that cannot grow by
/// themselves, such as a drug or a map of tissue. Predators are none: whether they kill to next to nothing follows from the solution only.
struct LocalRemoval {
  private let configuration: RunConfiguration
  private let system: FeedingSystem
  private let duration: Double
  /// Largest value of each field at the start, or that it can reach from next to nothing.
  private let sizes: [Double]
  /// Times between which rates are bounded.
  private let times: [Double]
  /// What does not depend on the fields.
  private let common: [Symbol: Interval]
  private let coordinates: Set<Symbol>
  /// The time, and parameters that treatments change.
  private let changing: Set<Symbol>
  private var isPrescribed: [Bool]
  private var variesInSpace: [Bool]
  private var ceases: [Bool]
  /// Of prescribed fields the most that doses, infusions and production make of them.
  private var peaks: [Double]
  /// Of prescribed fields that nothing but doses makes, the rate at which they are lost at least; 0 for all others.
  private var losses: [Double]

  /// Of the size of a field.
  private static let little = 1e-3
  private static let timePieces = 64
  /// The sizes of a chain of prescribed fields follow from each other in so many rounds.
  private static let mostRounds = 8

  /// - Parameter maxima: largest absolute value of each field at the start.
  init(_ configuration: RunConfiguration, _ system: FeedingSystem, maxima: [Double]) {
    self.configuration = configuration
    self.system = system
    let (start, end) = (configuration.startTime, configuration.endTime)
    duration = end - start
    sizes = zip(maxima, configuration.startingSizes(maxima: maxima)).map(max)
    let pieces = (0...LocalRemoval.timePieces).map {
      start + (end - start) * (Double($0) / Double(LocalRemoval.timePieces))
    }
    let jumps = configuration.jumps.times.filter { $0 > start && $0 < end }.prefix(4 * LocalRemoval.timePieces)
    times = Set(pieces + jumps).sorted()
    common = configuration.knownIntervals.merging(system.parameters) { $1 }
    coordinates = Set(configuration.grid.axes.map { .coordinate($0.name) })
    changing = Set(system.parameters.keys).union([.time])
    isPrescribed = system.nodes.map { _ in true }
    variesInSpace = system.nodes.map { _ in false }
    ceases = variesInSpace
    peaks = sizes + system.nodes.dropFirst(sizes.count).map { _ in 0 }
    losses = system.nodes.map { _ in 0 }
    findPrescribed()
    findCourses()
    for _ in 0..<LocalRemoval.mostRounds { findPeaks() }
  }

  // MARK: Prescribed fields

  private func isField(_ node: Int) -> Bool { system.nodes[node].kind == .field }
  private func isValue(_ node: Int) -> Bool { node >= configuration.model.fields.count }

  private func nodes(in symbols: Set<Symbol>) -> [Int] {
    system.nodes.indices.filter { symbols.contains(system.nodes[$0].symbol) }
  }

  /// What a rate depends on, functionals being replaced by what they are of.
  private func symbols(of rate: Expression) -> Set<Symbol> {
    var found = rate.symbols
    for value in system.values where found.contains(value.symbol) {
      if case .functional = value.symbol { found.formUnion(value.argument.symbols) }
    }
    return found
  }

  /// All values that the fields can have, some of them given.
  private func anyValues(_ given: [Symbol: Interval] = [:]) -> [Symbol: Interval] {
    var known = common
    for (index, name) in configuration.model.fieldNames.enumerated() where known[.field(name)] == nil {
      known[.field(name)] = index < sizes.count ? .nonNegative : .all
    }
    return withValues(known.merging(given) { $1 })
  }

  /// With the intervals of functionals, integrals, convolutions and delayed values.
  private func withValues(_ known: [Symbol: Interval]) -> [Symbol: Interval] {
    var known = known
    for value in system.values { known[value.symbol] = value.interval(known.merging([.time: .all]) { $1 }) }
    return known
  }

  /// What makes a field where there is none of it; nil if nothing does.
  private func production(of node: Int) -> Expression? {
    let (symbol, rate) = (system.nodes[node].symbol, system.nodes[node].rate)
    if isValue(node) { return rate }
    let none = rate.interval(anyValues([symbol: Interval(0, 0)]))
    return none == Interval(0, 0) ? nil : rate.substituting([symbol: .constant(0)])
  }

  private mutating func findPrescribed() {
    let productions = system.nodes.indices.map { production(of: $0) }
    for node in system.nodes.indices where !isValue(node) {
      let slope = system.nodes[node].rate.derivative(by: system.nodes[node].symbol).interval(anyValues())
      isPrescribed[node] = slope.high <= 0
    }
    var isStable = false
    while !isStable {
      isStable = true
      for node in system.nodes.indices where isPrescribed[node] {
        guard let production = productions[node] else { continue }
        let made = nodes(in: symbols(of: production))
        if made.contains(where: { !isPrescribed[$0] }) {
          isPrescribed[node] = false
          isStable = false
        }
      }
    }
  }

  /// Where prescribed fields differ from point to point, and which of them change.
  private mutating func findCourses() {
    let model = configuration.model
    let changes = configuration.treatments.flatMap(\.changes)
    let productions = system.nodes.indices.map { production(of: $0) }
    for _ in system.nodes {
      for node in system.nodes.indices where isPrescribed[node] {
        let rates = [system.nodes[node].rate] + system.nodes[node].infusions
        let found = rates.map { symbols(of: $0) }
        let all = found.reduce(into: Set<Symbol>()) { $0.formUnion($1) }
        let others = nodes(in: all).filter { $0 != node && isPrescribed[$0] }
        let dependsOnTime = !all.isDisjoint(with: changing)
        ceases[node] = ceases[node] || dependsOnTime || others.contains { ceases[$0] }
        variesInSpace[node] = variesInSpace[node] || others.contains { variesInSpace[$0] }
        guard !isValue(node) else { continue }
        let field = model.fields[node]
        let doses = changes.filter { $0.target == .field(field.name) }.map(\.value)
        let given = configuration.sides[node].given.map(\.expression)
        let changesAtSide = given.contains { !$0.symbols.isDisjoint(with: changing) }
        ceases[node] =
          ceases[node] || changesAtSide || !doses.isEmpty || found.count > 1
          || productions[node] == nil && given.isEmpty && isLostOrMoves(node)
        // A drug that comes from the blood reaches all tissue: what a map of vessels makes of it is no removal of a part.
        let isLocalSupply =
          isLocal(rates[0]) && (dependsOnTime || !others.contains { !isValue($0) && model.fields[$0].isCompartment })
        variesInSpace[node] =
          !field.isCompartment
          && (variesInSpace[node] || !isUniform(configuration.initial[node]) || changesAtSide || isLocalSupply
            || (doses + system.nodes[node].infusions).contains { isLocal($0) })
      }
    }
  }

  private func isLostOrMoves(_ node: Int) -> Bool {
    let slope = system.nodes[node].rate.derivative(by: system.nodes[node].symbol).interval(anyValues())
    let field = configuration.model.fields[node]
    return slope.high < 0 || !field.taxis.isEmpty || !field.advection.isEmpty
      || configuration.diffusivities[node].moves.contains(true)
  }

  private func isUniform(_ value: InitialValue) -> Bool {
    guard case .expression(let expression) = value else { return false }
    return expression.symbols.allSatisfy { symbol in
      switch symbol {
      case .coordinate, .random, .normal: false
      case .field, .parameter, .time, .functional: true
      }
    }
  }

  private func isLocal(_ expression: Expression) -> Bool {
    let found = symbols(of: expression)
    return !found.isDisjoint(with: coordinates) || nodes(in: found).contains { variesInSpace[$0] }
  }

  /// Most of each prescribed field: what it starts with, all its doses, and what is made of it within the time in which it is lost.
  private mutating func findPeaks() {
    let model = configuration.model
    let known = box(others: 1)
    for node in model.fields.indices where isPrescribed[node] {
      let symbol = system.nodes[node].symbol
      let rate = system.nodes[node].rate
      let loss = max(0, -rate.derivative(by: symbol).interval(known).high)
      let made = max(0, rate.interval(known.merging([symbol: Interval(0, 0)]) { $1 }).high)
      let lasting = loss > 0 ? min(duration, 1 / loss) : duration
      var peak = sizes[node] + (system.nodes[node].kind == .balance ? made / loss : made * lasting)
      let given = configuration.sides[node].given.map(\.expression)
      for number in given where number.interval(known).high > 0 {
        peak = number.symbols.isDisjoint(with: changing) ? peak + number.interval(known).high : .infinity
      }
      var isFed = made > 0 || !given.isEmpty
      for treatment in configuration.treatments {
        let count = Double(configuration.mostDoses(of: treatment))
        for change in treatment.changes where change.target == .field(model.fieldNames[node]) {
          let value = change.value.interval(known.merging([symbol: Interval(0, sizes[node])]) { $1 })
          peak += count * max(0, value.high - sizes[node])
        }
        for infused in treatment.infusion?.rates ?? [] where infused.field == model.fieldNames[node] {
          let length = min(treatment.infusion?.duration ?? 0, duration)
          isFed = true
          peak += count * length * max(0, infused.rate.interval(known).high)
        }
      }
      peaks[node] = peak.isNaN ? .infinity : peak
      losses[node] = isFed ? 0 : loss
    }
  }

  // MARK: Losses

  /// Prescribed fields between 0 and a share of their peaks, the others at a multiple of their sizes.
  private func box(others: Double, share: (Int) -> Double = { _ in 1 }) -> [Symbol: Interval] {
    var known = common
    for node in configuration.model.fields.indices {
      known[system.nodes[node].symbol] =
        isPrescribed[node]
        ? Interval(0, peaks[node] * share(node)) : Interval(others * sizes[node], others * sizes[node])
    }
    return withValues(known)
  }

  /// By how many powers of e a field is removed at most, in a part of the domain and for a while; 0 if it is not.
  func removal(of field: Int) -> Double {
    let own = system.nodes[field].symbol
    let rates = [system.nodes[field].rate] + system.nodes[field].infusions
    // Where a rate has no slope at 0, as `u log u`, it has one a little above.
    let slopes = rates.flatMap { rate in
      [0, LocalRemoval.little * sizes[field]].map { rate.derivative(by: own).substituting([own: .constant($0)]) }
    }
    return slopes.reduce(removalByDoses(of: field)) { most, slope in
      let found = symbols(of: slope)
      let direct = nodes(in: found).filter { isPrescribed[$0] }
      guard !found.isDisjoint(with: coordinates) || direct.contains(where: { variesInSpace[$0] }),
        !found.isDisjoint(with: changing) || direct.contains(where: { ceases[$0] })
      else { return most }
      // What is lost and not made again acts for the time in which it is lost.
      func lasting(_ node: Int) -> Double { losses[node] > 0 ? min(1, 1 / (losses[node] * duration)) : 1 }
      let acting = fields(behind: direct)
      let isTimed = !found.isDisjoint(with: changing) || acting.contains { losses[$0] == 0 && ceases[$0] }
      let longest = isTimed ? 1 : acting.map(lasting).max() ?? 1
      return [0, 1].reduce(most) { most, others in
        let atPeak = box(others: others)
        guard slope.interval(atPeak).low < 0 else { return most }
        // Of a rate that is concave in what acts the mean is at most that of the mean.
        let spread =
          acting.contains { lasting($0) < 1 } ? variation(slope, box(others: others, share: lasting)) * duration : 0
        return max(most, spread, removal(slope, atPeak) * longest)
      }
    }
  }

  /// By how many powers of e the doses of a field take more from it at some points than at others, without taking all.
  private func removalByDoses(of field: Int) -> Double {
    let own = system.nodes[field].symbol
    return configuration.treatments.reduce(0) { sum, treatment in
      let count = Double(configuration.mostDoses(of: treatment))
      return treatment.changes.filter { $0.target == .field(configuration.model.fieldNames[field]) }
        .reduce(sum) { sum, change in
          let share = change.value.derivative(by: own).substituting([own: .constant(0)]).interval(box(others: 1))
          guard share.low > 0, min(share.high, 1) > share.low else { return sum }
          return sum + count * log(min(share.high, 1) / share.low)
        }
    }
  }

  /// Fields, and those that values at other places or times are made of.
  private func fields(behind nodes: [Int]) -> [Int] {
    var found = Set(nodes)
    for node in system.nodes.indices.reversed() where isValue(node) && found.contains(node) {
      found.formUnion(self.nodes(in: symbols(of: system.nodes[node].rate)))
    }
    return found.filter { !isValue($0) && isPrescribed[$0] }.sorted()
  }

  private func variation(_ slope: Expression, _ known: [Symbol: Interval]) -> Double {
    let whole = slope.interval(known)
    return whole.high - whole.low
  }

  /// The integral over the run of the loss, as far as it varies.
  private func removal(_ slope: Expression, _ known: [Symbol: Interval]) -> Double {
    let whole = slope.interval(known)
    guard slope.dependsOn(.time) else { return min(-whole.low, whole.high - whole.low) * duration }
    return zip(times, times.dropFirst()).reduce(0) { sum, piece in
      var known = known
      // What a jump makes of the rates at its very time holds for no time.
      known[.time] = Interval(piece.0.nextUp, piece.1.nextDown)
      let low = slope.interval(known).low
      return sum + max(0, min(-low, whole.high - low)) * (piece.1 - piece.0)
    }
  }
}
