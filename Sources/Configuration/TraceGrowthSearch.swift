import Expressions
import Fields
import Glibc
import Models
import Operators

/// The search for what grows.
struct TraceGrowthSearch {
  private let configuration: RunConfiguration
  private let system: FeedingSystem
  private let bounds: FieldBounds
  private let entries: [Entry]
  /// Unknowns that can be empty.
  private let emptiable: [Int]
  /// What stands for conditions that a trace can decide.
  private let conditions: Set<Symbol>
  private let duration: Double
  private var budget = 4000
  private var known: [Problem: Growth] = [:]
  private var growth: TraceGrowth

  /// One number of the Jacobian: how fast `column` feeds `row` where both are empty.
  private struct Entry {
    let row: Int
    let column: Int
    let value: Expression
    /// Whether it is there for a while only.
    let isOptional: Bool
    let gain: Double
    /// What it depends on.
    let symbols: Set<Symbol>
    /// As a sum of numbers times terms.
    let terms: [(coefficient: Double, term: Expression)]

    init(_ row: Int, _ column: Int, _ value: Expression, isOptional: Bool = false, gain: Double = 1) {
      (self.row, self.column, self.value, self.isOptional, self.gain) = (row, column, value, isOptional, gain)
      symbols = value.symbols
      terms = value.linearTerms
    }
  }

  /// The same unknowns with the same others present grow in the same way.
  private struct Problem: Hashable {
    let members: [Int]
    let box: [Symbol: Interval]
  }

  private struct Growth {
    let rate: Double
    let exponent: Double
    /// Of the fields, where it grows fastest.
    let matrix: MetzlerMatrix?
  }

  /// The sum of the wave numbers squared of the grid, where cross-diffusion depends on it.
  private static let wave = Symbol.functional(-1)
  /// With more fields whose presence matters, they count as possibly present also where they are empty.
  private static let mostChoices = 6
  private static let accuracy = 0.05
  /// What rounding leaves, and some more, relative to the largest value.
  private static let trace = 1e-14
  private static let timePieces = 32

  init(_ configuration: RunConfiguration, _ system: FeedingSystem, maxima: [Double]) {
    self.configuration = configuration
    self.system = system
    let bounds = FieldBounds(configuration, system: system, maxima: maxima)
    self.bounds = bounds
    duration = configuration.endTime - configuration.startTime
    let model = configuration.model
    emptiable = system.nodes.indices.filter { node in
      guard node < model.fields.count else { return true }
      return !model.fields[node].isCompartment && !bounds.isMadeFromNothing(node, maximum: maxima[node])
    }
    growth = TraceGrowth(count: model.fields.count)
    let largest = system.nodes.indices.map { node in
      let bound = node < bounds.fields.count && bounds.fields[node].high < .infinity ? bounds.fields[node].high : 0
      return max(bound, node < maxima.count ? maxima[node] : 0)
    }
    let sizes = largest.map { $0 > 0 ? $0 : max(largest.max() ?? 0, 1) }
    let traces = emptiable.map { (system.nodes[$0].symbol, Interval(0, TraceGrowthSearch.trace * sizes[$0])) }
    let known = bounds.symbols()
    (entries, conditions) = TraceGrowthSearch.entries(configuration, system, emptiable) { rate in
      rate.openingConditions(of: Dictionary(uniqueKeysWithValues: traces), others: known)
    }
  }

  private static func entries(
    _ configuration: RunConfiguration, _ system: FeedingSystem, _ emptiable: [Int],
    opening: (Expression) -> (expression: Expression, conditions: [OpenCondition])
  ) -> (entries: [Entry], conditions: Set<Symbol>) {
    var entries: [Entry] = []
    var conditions: Set<Symbol> = []
    for row in emptiable {
      let node = system.nodes[row]
      for column in emptiable {
        let other = system.nodes[column]
        let empty = [node.symbol: Expression.constant(0)].merging([other.symbol: .constant(0)]) { $1 }
        var gain = 1.0
        if case .value(let most) = node.kind { gain = most }
        func add(_ rate: Expression, isOptional: Bool) {
          guard rate.dependsOn(other.symbol) else { return }
          let (open, found) = opening(rate)
          conditions.formUnion(found.map(\.symbol))
          let value = open.derivative(by: other.symbol).substituting(empty)
          if value.constantValue != 0 { entries.append(Entry(row, column, value, isOptional: isOptional, gain: gain)) }
          for condition in found where condition.isDecidedByNothing && condition.fields.contains(other.symbol) {
            let jump = Expression.jump(of: open, by: condition.symbol).substituting(empty)
            // A trace makes at once what does not vanish with it: nothing bounds that.
            if jump.constantValue == 0 { continue }
            let made = row == column ? Expression.combined(.max, jump, .constant(0)) : jump
            entries.append(Entry(row, column, .constant(.infinity) * made, isOptional: isOptional, gain: gain))
          }
        }
        add(node.rate, isOptional: false)
        for rate in node.infusions { add(rate, isOptional: true) }
      }
    }
    return (entries + waves(configuration, emptiable), conditions)
  }

  /// What cross-diffusion passes on and diffusion takes off from a wave, where there is cross-diffusion.
  private static func waves(_ configuration: RunConfiguration, _ emptiable: [Int]) -> [Entry] {
    let diffusivities = configuration.diffusivities
    guard diffusivities.contains(where: { !$0.crossTerms.isEmpty }) else { return [] }
    return emptiable.filter { $0 < diffusivities.count }.flatMap { row in
      let own = diffusivities[row].variable == nil ? diffusivities[row].constants.min() ?? 0 : 0
      let parts = [(row, -own)] + diffusivities[row].crossTerms.map { ($0.field, abs($0.coefficient)) }
      return parts.filter { emptiable.contains($0.0) && $0.1 != 0 }.map { column, factor in
        Entry(row, column, .constant(factor) * .symbol(wave))
      }
    }
  }

  // MARK: States

  mutating func result() -> TraceGrowth {
    let choices = relevant
    if choices.count > TraceGrowthSearch.mostChoices {
      look(present: [], uncertain: Set(choices))
    } else {
      for bits in 0..<(1 << choices.count) {
        look(
          present: Set(choices.enumerated().filter { bits >> $0.offset & 1 == 1 }.map(\.element)), uncertain: [])
      }
    }
    growth.finish()
    return growth
  }

  /// Fields whose presence matters for what others feed each other.
  private var relevant: [Int] {
    emptiable.filter { node in
      node < configuration.model.fields.count
        && entries.contains {
          $0.row != node && $0.column != node && $0.value.dependsOn(system.nodes[node].symbol)
        }
    }
  }

  /// Finds what grows where some fields are present and the others are not.
  ///
  /// - Parameter uncertain: fields that may or may not be present.
  private mutating func look(present: Set<Int>, uncertain: Set<Int>) {
    let empty = emptiable.filter { !present.contains($0) }
    var box = bounds.symbols()
    for node in empty where node < configuration.model.fields.count && !uncertain.contains(node) {
      box[system.nodes[node].symbol] = Interval(0, 0)
    }
    box[TraceGrowthSearch.wave] = Interval(0, largestWave)
    for condition in conditions { box[condition] = Interval(0, 1) }
    let matrix = matrix(empty, box)
    let reaches = matrix.reaches
    var done: Set<Int> = []
    for place in empty.indices where reaches[place][place] && !done.contains(place) {
      let circle = empty.indices.filter { $0 == place || reaches[place][$0] && reaches[$0][place] }
      done.formUnion(circle)
      let members = circle.map { empty[$0] }
      guard members.contains(where: { system.nodes[$0].kind == .field }) else { continue }
      let found = find(members, box)
      guard found.exponent > 0 else { continue }
      // What feeds the circle carries its own rounding into it.
      let sources = empty.indices.filter { $0 == place || reaches[place][$0] }.map { empty[$0] }
        .filter { $0 < configuration.model.fields.count }
      for field in sources { growth.add(found.exponent, of: field) }
      growth.add(
        TraceGrowth.Circle(
          fields: names(members, found), sources: sources, rate: found.rate, exponent: found.exponent))
    }
  }

  /// The fields of a circle in the order in which they feed each other.
  private func names(_ members: [Int], _ found: Growth) -> [Int] {
    let fields = members.filter { system.nodes[$0].kind == .field }
    let order = found.matrix.map { $0.strongestCircle(found.rate).map { fields[$0] } } ?? fields
    // Stages of a delay go without saying.
    let shown = order.filter { configuration.model.fields[$0].stage == nil }
    return shown.isEmpty ? order : shown
  }

  private var largestWave: Double {
    configuration.grid.axes.reduce(0) { $0 + 4 / ($1.spacing * $1.spacing) }
  }

  // MARK: One circle

  private func matrix(_ members: [Int], _ box: [Symbol: Interval]) -> MetzlerMatrix {
    var places: [Int: Int] = [:]
    for (place, node) in members.enumerated() { places[node] = place }
    var rows = members.map { node in
      var row = [Double](repeating: 0, count: members.count)
      if case .value = system.nodes[node].kind { row[places[node] ?? 0] = -1 }
      return row
    }
    for entry in entries {
      guard let row = places[entry.row], let column = places[entry.column] else { continue }
      let interval = entry.value.interval(box)
      if interval.high <= 0, isOwnIntegral(entry, among: places, box) { continue }
      var high = row == column ? interval.high : max(abs(interval.low), abs(interval.high))
      if high.isNaN { high = .infinity }
      if entry.isOptional { high = max(0, high) }
      rows[row][column] += entry.gain * high
    }
    return MetzlerMatrix(rows)
  }

  /// Whether a field reads, by an entry, an integral or mean along an axis of itself and of nothing else that is empty: with
  /// a negative sign that takes from all of a line what any of it has, and lets no trace grow.
  private func isOwnIntegral(_ entry: Entry, among places: [Int: Int], _ box: [Symbol: Interval]) -> Bool {
    guard system.nodes[entry.column].isAlongAxis else { return false }
    return entries.filter { $0.row == entry.column && places[$0.column] != nil }.allSatisfy { other in
      let interval = other.value.interval(box)
      return other.column == entry.row ? interval.isNonNegative : interval == Interval(0, 0)
    }
  }

  /// The growth of some unknowns that feed each other.
  private mutating func find(_ members: [Int], _ box: [Symbol: Interval]) -> Growth {
    let set = Set(members)
    let symbols = entries.filter { set.contains($0.row) && set.contains($0.column) }
      .reduce(into: Set<Symbol>()) { $0.formUnion($1.symbols) }
    let problem = Problem(members: members, box: box.filter { symbols.contains($0.key) })
    if let known = known[problem] { return known }
    let whole = bound(members, problem.box)
    var exponent = whole.rate * duration
    if whole.rate > 0, exponent > FieldDiffusion.largestHarmlessGrowth, symbols.contains(.time) {
      exponent = largestSum(members, problem.box)
    }
    let growth = Growth(rate: whole.rate, exponent: max(exponent, 0), matrix: whole.matrix)
    known[problem] = growth
    return growth
  }

  /// The largest that the integral of the rate over some part of the run is.
  private mutating func largestSum(_ members: [Int], _ box: [Symbol: Interval]) -> Double {
    let (start, end) = (configuration.startTime, configuration.endTime)
    let pieces = (0...TraceGrowthSearch.timePieces).map {
      start + duration * (Double($0) / Double(TraceGrowthSearch.timePieces))
    }
    let jumps = configuration.jumps.times.filter { $0 > start && $0 < end }.prefix(4 * TraceGrowthSearch.timePieces)
    let times = Set(pieces + jumps).sorted()
    var (sum, largest) = (0.0, 0.0)
    for (low, high) in zip(times, times.dropFirst()) {
      var box = box
      // What a jump makes of the rates at its very time holds for no time.
      box[.time] = Interval(low.nextUp, high.nextDown)
      sum = max(0, sum + bound(members, box).rate * (high - low))
      largest = max(largest, sum)
    }
    return largest
  }

  /// The largest eigenvalue for all values in a box, by dividing it where it seems largest.
  private mutating func bound(_ members: [Int], _ box: [Symbol: Interval]) -> (rate: Double, matrix: MetzlerMatrix?) {
    var open = [(box: box, value: value(members, box))]
    var (least, matrix) = (-Double.infinity, open[0].value.matrix)
    for point in TraceGrowthSearch.corners(of: box) {
      let found = value(members, point)
      if found.rate > least { (least, matrix) = found }
    }
    var divisions = 0
    while true {
      let worst = open.indices.max { open[$0].value.rate < open[$1].value.rate } ?? 0
      let most = open[worst].value.rate
      if most <= least + TraceGrowthSearch.accuracy * abs(least) { return (most, matrix) }
      if most * duration < 0.5 * FieldDiffusion.largestHarmlessGrowth { return (most, matrix) }
      guard budget > 0, divisions < 500, let halves = TraceGrowthSearch.halves(of: open[worst].box, whole: box) else {
        return (most, matrix)
      }
      divisions += 1
      budget -= 3
      open.remove(at: worst)
      for half in halves {
        open.append((half, value(members, half)))
        let found = value(members, half.mapValues { Interval($0.middle, $0.middle) })
        if found.rate > least { (least, matrix) = found }
      }
    }
  }

  /// A bound of the largest eigenvalue for all values in a box, and the matrix of the fields that has it.
  private func value(_ members: [Int], _ box: [Symbol: Interval]) -> (rate: Double, matrix: MetzlerMatrix?) {
    let all = matrix(members, box)
    let others = members.indices.filter { system.nodes[members[$0]].kind != .field }
    guard let matrix = all.eliminating(others) else { return (.infinity, nil) }
    let rate = matrix.abscissa
    // At a point nothing is to be gained.
    guard others.isEmpty, members.count > 1, box.contains(where: { $0.value.low < $0.value.high }) else {
      return (rate, matrix)
    }
    let middle = self.matrix(members, box.mapValues { Interval($0.middle, $0.middle) })
    return (min(rate, sumBound(members, box, middle)), matrix)
  }

  /// The largest `Σ_i w_i A_ij / w_j`, or of the same sums of rows, for all values in a box: what one gains is what
  /// another loses, which the entries taken one by one do not show.
  ///
  /// - Parameter middle: the matrix in the middle of the box, of which the weights are taken.
  private func sumBound(_ members: [Int], _ box: [Symbol: Interval], _ middle: MetzlerMatrix) -> Double {
    var places: [Int: Int] = [:]
    for (place, node) in members.enumerated() { places[node] = place }
    let inside = entries.filter { places[$0.row] != nil && places[$0.column] != nil }
    // The sign of a negative entry off the diagonal, which counts with its size, cannot be added up.
    let isPlain = inside.allSatisfy {
      !$0.isOptional && ($0.row == $0.column || $0.value.interval(box).isNonNegative)
    }
    guard isPlain else { return .infinity }
    func largest(_ weights: [Double], byColumn: Bool) -> Double {
      members.indices.map { place in
        var (sums, order) = ([Expression: Double](), [Expression]())
        for entry in inside where places[byColumn ? entry.column : entry.row] == place {
          let other = places[byColumn ? entry.row : entry.column] ?? 0
          for (coefficient, term) in entry.terms {
            if sums[term] == nil { order.append(term) }
            let share = other == place ? 1 : weights[other] / weights[place]
            sums[term, default: 0] += share * entry.gain * coefficient
          }
        }
        let sum = order.reduce(0) { sum, term in
          let factor = sums[term] ?? 0
          return sum + (Interval(factor, factor) * term.interval(box)).high
        }
        return sum.isNaN ? .infinity : sum
      }.max() ?? .infinity
    }
    // Equal weights serve where something goes back and forth without limit.
    return [
      largest(members.map { _ in 1 }, byColumn: true), largest(middle.columnWeights, byColumn: true),
      largest(middle.transposed.columnWeights, byColumn: false),
    ].min() ?? .infinity
  }

  /// The corners of a box, as far as they are finite and few.
  private static func corners(of box: [Symbol: Interval]) -> [[Symbol: Interval]] {
    let open = box.filter { $0.value.low < $0.value.high }
    guard open.count <= 6 else { return [box.mapValues { Interval($0.middle, $0.middle) }] }
    var corners = [box]
    for (symbol, interval) in open {
      let ends = [interval.low, interval.high].filter(\.isFinite)
      let values = ends.isEmpty ? [0] : ends
      corners = corners.flatMap { corner in
        values.map { value in corner.merging([symbol: Interval(value, value)]) { $1 } }
      }
    }
    return corners
  }

  /// A box divided along its relatively longest side; nil if there is none to divide.
  private static func halves(of box: [Symbol: Interval], whole: [Symbol: Interval]) -> [[Symbol: Interval]]? {
    func share(_ symbol: Symbol, _ interval: Interval) -> Double {
      guard interval.low < interval.high, let all = whole[symbol] else { return 0 }
      guard all.low.isFinite, all.high.isFinite else {
        return interval.high.isFinite && interval.low.isFinite ? 0.5 : 1
      }
      return (interval.high - interval.low) / (all.high - all.low)
    }
    // The order of a dictionary is no order.
    let sides = box.map { (symbol: $0.key, name: "\($0.key)", share: share($0.key, $0.value)) }
    guard
      let longest = sides.max(by: { ($0.share, $1.name) < ($1.share, $0.name) }), longest.share > 1e-6,
      let interval = box[longest.symbol]
    else { return nil }
    let middle = interval.middle
    return [Interval(interval.low, middle), Interval(middle, interval.high)].map { half in
      box.merging([longest.symbol: half]) { $1 }
    }
  }
}

extension Expression {
  /// What an expression gains where a condition comes to hold.
  fileprivate static func jump(of expression: Expression, by condition: Symbol) -> Expression {
    let (holds, fails) = (Expression.constant(1), Expression.constant(0))
    return expression.substituting([condition: holds]) - expression.substituting([condition: fails])
  }
}

extension Interval {
  /// A number in it that is not an end, or one of some size where it has none.
  fileprivate var middle: Double {
    switch (low.isFinite, high.isFinite) {
    case (true, true): 0.5 * low + 0.5 * high
    case (true, false): max(1, 10 * low, low + 1)
    case (false, true): min(-1, 10 * high, high - 1)
    case (false, false): 0
    }
  }
}
