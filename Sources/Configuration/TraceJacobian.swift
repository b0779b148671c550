import Expressions
import Fields
import Models

/// How fast the fields and values of a `FeedingSystem` feed each other where they are empty: the Jacobian of their rates.
struct TraceJacobian {
  let system: FeedingSystem
  let entries: [Entry]
  /// Symbols for conditions that a trace can decide.
  let conditions: Set<Symbol>

  /// The sum of the wave numbers squared of the grid, where cross-diffusion depends on it.
  static let wave = Symbol.functional(-1)

  /// One number of the Jacobian: how fast `column` feeds `row` where both are empty.
  struct Entry {
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

  /// - Parameters:
  ///   - emptiable: unknowns that can be empty.
  ///   - opening: replaces the conditions of a rate that a trace can decide by symbols.
  init(
    _ configuration: RunConfiguration, _ system: FeedingSystem, emptiable: [Int],
    opening: (Expression) -> (expression: Expression, conditions: [OpenCondition])
  ) {
    self.system = system
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
            // A trace produces an amount that does not vanish with the trace: nothing bounds the growth.
            if jump.constantValue == 0 { continue }
            let made = row == column ? Expression.combined(.max, jump, .constant(0)) : jump
            entries.append(Entry(row, column, .constant(.infinity) * made, isOptional: isOptional, gain: gain))
          }
        }
        add(node.rate, isOptional: false)
        for rate in node.infusions { add(rate, isOptional: true) }
      }
    }
    self.entries = entries + TraceJacobian.waves(configuration, emptiable)
    self.conditions = conditions
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

  /// Symbols that the entries between some unknowns depend on.
  func symbols(of members: [Int]) -> Set<Symbol> {
    let set = Set(members)
    return entries.filter { set.contains($0.row) && set.contains($0.column) }
      .reduce(into: Set<Symbol>()) { $0.formUnion($1.symbols) }
  }

  /// Bounds of the entries between some unknowns for all values in a box.
  func matrix(_ members: [Int], _ box: [Symbol: Interval]) -> MetzlerMatrix {
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
}

extension Expression {
  /// What an expression gains where a condition comes to hold.
  fileprivate static func jump(of expression: Expression, by condition: Symbol) -> Expression {
    let (holds, fails) = (Expression.constant(1), Expression.constant(0))
    return expression.substituting([condition: holds]) - expression.substituting([condition: fails])
  }
}
