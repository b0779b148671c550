import Fields
import TimeStepping

/// The ledger of a run: what has changed the mass of each field since its start.
///
/// `mass(t) = mass(start) + Σ processes + sides + noise + doses − removed + scheme`, which holds to rounding, since all that
/// happens to the fields is measured where it happens.
package final class MassLedger {
  /// One process and one field that it changes.
  package struct Line: Codable, Hashable, Sendable {
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
    /// What its lines are.
    package let lines: [Line]
    /// When it began.
    package fileprivate(set) var start: Double
    /// Mass of each field then.
    package let initial: [Double]
    fileprivate var sums: Sums
  }

  fileprivate struct Sums: Codable, Hashable, Sendable {
    var lines: CompensatedSums
    var sides: CompensatedSums
    var noise: CompensatedSums
    var scheme: CompensatedSums
    var doubt: CompensatedSums
    var doses: CompensatedSums
    var removed: CompensatedSums

    init(lines: Int, fields: Int) {
      self.lines = CompensatedSums(count: lines)
      sides = CompensatedSums(count: fields)
      (noise, scheme, doubt) = (sides, sides, sides)
      (doses, removed) = (sides, sides)
    }

    mutating func add(_ changes: MassChanges) {
      lines.add(changes.lines)
      sides.add(changes.sides)
      noise.add(changes.noise)
      scheme.add(changes.scheme)
      doubt.add(changes.doubt)
    }
  }

  /// Names of what is there besides the processes.
  package static let ownLines = ["sides", "noise", "doses", "removed", "scheme"]

  package let lines: [Line]
  private let fieldNames: [String]
  /// Numbers of the fields that have a mass of their own, quasi-steady fields do not.
  package let fields: [Int]
  private let isCompartment: [Bool]
  private let hasNoise: [Bool]
  private let hasDoses: [Bool]
  private let hasThreshold: [Bool]
  package private(set) var memory: Memory

  /// - Parameters:
  ///   - masses: of all fields at the start.
  ///   - isCompartment: of each field, whether it has no sides.
  ///   - hasNoise: of each field, whether noise drives it.
  ///   - hasDoses: of each field, whether treatments can add to it or remove from it.
  ///   - hasThreshold: of each field, whether low densities are removed.
  package init(
    lines: [Line], fieldNames: [String], fields: [Int], masses: [Double], start: Double,
    isCompartment: [Bool], hasNoise: [Bool], hasDoses: [Bool], hasThreshold: [Bool]
  ) {
    self.lines = lines
    self.fieldNames = fieldNames
    self.fields = fields
    self.isCompartment = isCompartment
    self.hasNoise = hasNoise
    self.hasDoses = hasDoses
    self.hasThreshold = hasThreshold
    memory = Memory(
      lines: lines, start: start, initial: masses, sums: Sums(lines: lines.count, fields: fieldNames.count))
  }

  /// Continues with the values of a checkpoint, or begins again if these are of other lines: a run that branches off may have
  /// other treatments.
  func restore(_ memory: Memory?, at time: Double) {
    if let memory, memory.lines == lines, memory.initial.count == fieldNames.count {
      self.memory = memory
    } else {
      self.memory.start = time
    }
  }

  // MARK: What happens

  func add(_ changes: MassChanges?) {
    if let changes { memory.sums.add(changes) }
  }

  func addDoses(from before: [Double], to after: [Double]) {
    memory.sums.doses.add(zip(after, before).map { $0 - $1 })
  }

  func remove(_ amounts: [Double]) {
    memory.sums.removed.add(amounts)
  }

  func addToScheme(_ amounts: [Double]) {
    memory.sums.scheme.add(amounts)
  }

  // MARK: What is in it

  /// All numbers, field by field.
  ///
  /// - Parameter changes: what is to be added, for a time inside a step.
  package func entries(adding changes: MassChanges? = nil) -> [Entry] {
    var sums = memory.sums
    if let changes { sums.add(changes) }
    let (own, sides, noise, scheme) = (sums.lines.values, sums.sides.values, sums.noise.values, sums.scheme.values)
    let (doses, removed) = (sums.doses.values, sums.removed.values)
    var entries: [Entry] = []
    for field in fields {
      func add(_ name: String, _ amount: Double, if isPossible: Bool = true) {
        if isPossible { entries.append(Entry(field: field, name: name, amount: amount)) }
      }
      for (number, line) in lines.enumerated() where line.field == field { add(line.name, own[number]) }
      add("sides", sides[field], if: !isCompartment[field])
      add("noise", noise[field], if: hasNoise[field])
      add("doses", doses[field], if: hasDoses[field])
      add("removed", -removed[field], if: hasThreshold[field])
      add("scheme", scheme[field])
    }
    return entries
  }

  /// How far the lines of each field did not add up to its change by all processes, which was then shared out among them.
  package var doubt: [Double] { memory.sums.doubt.values }

  /// Names of the columns, in the order of the entries.
  package var columns: [String] { entries().map { "ledger(\(fieldNames[$0.field]): \($0.name))" } }
}
