/// A dose that a run has given.
package struct GivenDose: Codable, Hashable, Sendable {
  /// Name of the treatment.
  package let treatment: String
  package let time: Double
  /// What it has added to the mass of each field that it changes, and to the value of each compartment.
  package let added: [String: Double]
  /// The values of the parameters that it has set.
  package let parameters: [String: Double]
  /// When its infusion ends; nil if it has none.
  package let end: Double?
}

/// The doses that a run has given so far, as a checkpoint keeps them.
package struct GivenDoses: Codable, Hashable, Sendable {
  /// How many there were.
  package private(set) var count = 0
  /// The first of them, in the order in which they were given.
  package private(set) var first: [GivenDose] = []

  /// So many are remembered one by one.
  package static let most = 1000

  mutating func add(_ dose: GivenDose) {
    count += 1
    if first.count < GivenDoses.most { first.append(dose) }
  }
}
