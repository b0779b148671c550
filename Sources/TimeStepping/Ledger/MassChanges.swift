/// What changes the mass of each field in some time.
///
/// The mass of a field is its integral over the domain; that of a compartment is its value.
package struct MassChanges: Hashable, Sendable {
  /// By each line of the account: one process and one field that it changes.
  package internal(set) var lines: [Double]
  /// Through the sides of the domain into each field.
  package internal(set) var sides: [Double]
  /// To each field by noise.
  package internal(set) var noise: [Double]
  /// To each field by the scheme itself: what a limiter adds, and rounding.
  package internal(set) var scheme: [Double]
  /// How far the lines of a field did not add up to its change by all processes, which is then shared out among them.
  package internal(set) var doubt: [Double]

  package init(lines: Int, fields: Int) {
    self.lines = [Double](repeating: 0, count: lines)
    sides = [Double](repeating: 0, count: fields)
    (noise, scheme, doubt) = (sides, sides, sides)
  }

  /// All that has been added to each field.
  package func totals(lineFields: [Int]) -> [Double] {
    var totals = zip(sides, scheme).map { $0 + $1 }
    for field in totals.indices { totals[field] += noise[field] }
    for (line, field) in lineFields.enumerated() { totals[field] += lines[line] }
    return totals
  }

  mutating func addSides(_ change: [Double]) {
    for field in sides.indices { sides[field] += change[field] }
  }

  mutating func addNoise(_ change: [Double]) {
    for field in noise.indices { noise[field] += change[field] }
  }

  package mutating func add(_ other: MassChanges, times factor: Double = 1) {
    func add(_ values: inout [Double], _ others: [Double], _ factor: Double) {
      for index in values.indices { values[index] += factor * others[index] }
    }
    add(&lines, other.lines, factor)
    add(&sides, other.sides, factor)
    add(&noise, other.noise, factor)
    add(&scheme, other.scheme, factor)
    add(&doubt, other.doubt, abs(factor))
  }
}
