import Fields

/// The account of a step that is being composed of flows.
struct SplitRecord {
  private let account: MassAccount
  /// What is added per unit of time while reactions flow, and taken by diffusion: the constant of rebalanced splitting.
  private let source: [Double]
  private var masses: [Double]
  private(set) var changes: MassChanges

  init(_ account: MassAccount, _ state: FieldSet, source: FieldSet?) {
    self.account = account
    self.source = source.map { account.masses(of: $0) } ?? [Double](repeating: 0, count: state.count)
    masses = account.masses(of: state)
    changes = account.noChanges()
  }

  /// Takes note of the state after a flow.
  mutating func passed(
    _ state: FieldSet, after part: SplittingScheme.Part, during interval: Double, _ processes: ProcessAmounts?
  ) {
    let after = account.masses(of: state)
    let change = zip(after, masses).map { $0 - $1 }
    masses = after
    let moved = source.map { interval * $0 }
    switch part {
    case .reaction:
      account.addReactions(
        processes, change: zip(change, moved).map { $0 - $1 }, scale: state.scale, to: &changes)
    case .diffusion: changes.addSides(zip(change, moved).map { $0 + $1 })
    case .taxis: changes.addSides(change)
    }
  }
}
