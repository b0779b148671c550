import Fields
import TimeStepping

/// The ledger of a run: what has changed the mass of each field since its start.
///
/// `mass(t) = mass(start) + Σ processes + sides + doses − removed + scheme`, which holds to rounding, since all that
/// happens to the fields is measured where it happens.
package final class MassLedger {
  /// One process and one field that it changes.
  package struct Line: Hashable, Sendable {
    package let name: String
    package let field: Int

    package init(name: String, field: Int) {
      self.name = name
      self.field = field
    }
  }

  /// One number of the ledger: something that changes one field.
  package struct Entry: Sendable {
    package let field: Int
    package let name: String
    /// Since the start; negative where it takes.
    package let amount: Double
  }

  /// As a checkpoint keeps it.
  package struct Memory: Codable, Hashable, Sendable {
    /// When it began.
    package let start: Double
    /// Mass of each field then.
    package let initial: [Double]
    package internal(set) var changes: MassChanges
    package internal(set) var doses: [Double]
    package internal(set) var removed: [Double]
  }

  package let lines: [Line]
  private let fieldNames: [String]
  /// Numbers of the fields that have a mass of their own, those in balance with others do not.
  package let fields: [Int]
  private let isCompartment: [Bool]
  private let hasDoses: [Bool]
  private let hasThreshold: [Bool]
  package internal(set) var memory: Memory

  /// - Parameters:
  ///   - masses: of all fields at the start.
  ///   - isCompartment: of each field, whether it has no sides.
  ///   - hasDoses: of each field, whether treatments can change it at once.
  ///   - hasThreshold: of each field, whether low densities are removed.
  package init(
    lines: [Line], fieldNames: [String], fields: [Int], masses: [Double], start: Double,
    isCompartment: [Bool], hasDoses: [Bool], hasThreshold: [Bool]
  ) {
    self.lines = lines
    self.fieldNames = fieldNames
    self.fields = fields
    self.isCompartment = isCompartment
    self.hasDoses = hasDoses
    self.hasThreshold = hasThreshold
    let none = [Double](repeating: 0, count: fieldNames.count)
    memory = Memory(
      start: start, initial: masses, changes: MassChanges(lines: lines.count, fields: fieldNames.count), doses: none,
      removed: none)
  }

  // MARK: What happens

  func add(_ changes: MassChanges?) {
    if let changes { memory.changes.add(changes) }
  }

  func addDoses(from before: [Double], to after: [Double]) {
    for field in fields { memory.doses[field] += after[field] - before[field] }
  }

  func remove(_ amounts: [Double]) {
    for field in fields { memory.removed[field] += amounts[field] }
  }

  // MARK: What is in it

  /// All numbers, field by field.
  ///
  /// - Parameter changes: what is to be added, for a time inside a step.
  package func entries(adding changes: MassChanges? = nil) -> [Entry] {
    var all = memory.changes
    if let changes { all.add(changes) }
    return fields.flatMap { field in
      let processes = lines.indices.filter { lines[$0].field == field }.map { line in
        Entry(field: field, name: lines[line].name, amount: all.lines[line])
      }
      return processes
        + (isCompartment[field] ? [] : [Entry(field: field, name: "sides", amount: all.sides[field])])
        + (hasDoses[field] ? [Entry(field: field, name: "doses", amount: memory.doses[field])] : [])
        + (hasThreshold[field] ? [Entry(field: field, name: "removed", amount: -memory.removed[field])] : [])
        + [Entry(field: field, name: "scheme", amount: all.scheme[field])]
    }
  }

  /// Names of the columns, in the order of the entries.
  package var columns: [String] { entries().map { "ledger(\(fieldNames[$0.field]): \($0.name))" } }
}
