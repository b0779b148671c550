import Expressions
import Operators

/// The search for fields whose traces grow, over all choices of fields that are present.
struct TraceGrowthSearch {
  private let configuration: RunConfiguration
  private let system: FeedingSystem
  private let bounds: FieldBounds
  private let jacobian: TraceJacobian
  /// Unknowns that can be empty.
  private let emptiable: [Int]
  private let duration: Double
  private var budget = 4000
  private var known: [Problem: Growth] = [:]
  private var growth: TraceGrowth

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
    jacobian = TraceJacobian(configuration, system, emptiable: emptiable) { rate in
      rate.openingConditions(of: Dictionary(uniqueKeysWithValues: traces), others: known)
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
        && jacobian.entries.contains {
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
    box[TraceJacobian.wave] = Interval(0, largestWave)
    for condition in jacobian.conditions { box[condition] = Interval(0, 1) }
    let reaches = jacobian.matrix(empty, box).reaches
    var done: Set<Int> = []
    for place in empty.indices where reaches[place][place] && !done.contains(place) {
      let cycle = empty.indices.filter { $0 == place || reaches[place][$0] && reaches[$0][place] }
      done.formUnion(cycle)
      let members = cycle.map { empty[$0] }
      guard members.contains(where: { system.nodes[$0].kind == .field }) else { continue }
      let found = find(members, box)
      guard found.exponent > 0 else { continue }
      // What feeds the cycle carries its own rounding into it.
      let sources = empty.indices.filter { $0 == place || reaches[place][$0] }.map { empty[$0] }
        .filter { $0 < configuration.model.fields.count }
      for field in sources { growth.add(found.exponent, of: field) }
      growth.add(
        TraceGrowth.Cycle(
          fields: names(members, found), sources: sources, rate: found.rate, exponent: found.exponent))
    }
  }

  /// The fields of a cycle in the order in which they feed each other.
  private func names(_ members: [Int], _ found: Growth) -> [Int] {
    let fields = members.filter { system.nodes[$0].kind == .field }
    let order = found.matrix.map { $0.strongestCycle(found.rate).map { fields[$0] } } ?? fields
    // Stages of a delay go without saying.
    let shown = order.filter { configuration.model.fields[$0].stage == nil }
    return shown.isEmpty ? order : shown
  }

  private var largestWave: Double {
    configuration.grid.axes.reduce(0) { $0 + 4 / ($1.spacing * $1.spacing) }
  }

  // MARK: One cycle

  /// The growth of some unknowns that feed each other.
  private mutating func find(_ members: [Int], _ box: [Symbol: Interval]) -> Growth {
    let symbols = jacobian.symbols(of: members)
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
    var open = [(box: box, value: jacobian.abscissa(members, box))]
    var (least, matrix) = (-Double.infinity, open[0].value.matrix)
    for point in box.corners {
      let found = jacobian.abscissa(members, point)
      if found.rate > least { (least, matrix) = found }
    }
    var divisions = 0
    while true {
      let worst = open.indices.max { open[$0].value.rate < open[$1].value.rate } ?? 0
      let most = open[worst].value.rate
      if most <= least + TraceGrowthSearch.accuracy * abs(least) { return (most, matrix) }
      if most * duration < 0.5 * FieldDiffusion.largestHarmlessGrowth { return (most, matrix) }
      guard budget > 0, divisions < 500, let halves = open[worst].box.halves(of: box) else {
        return (most, matrix)
      }
      divisions += 1
      budget -= 3
      open.remove(at: worst)
      for half in halves {
        open.append((half, jacobian.abscissa(members, half)))
        let found = jacobian.abscissa(members, half.middle)
        if found.rate > least { (least, matrix) = found }
      }
    }
  }
}
