import Fields

/// The solution at one time, for the observers of a run.
package struct Moment {
  package let time: Double
  /// Steps taken before this time.
  package let step: Int
  /// Size of the steps under way; 0 before the first.
  package let stepSize: Double
  /// Not to be changed; valid until the next step.
  package let state: FieldSet
  /// Keeps the state for those who need it later.
  package let fields: KeptFields
  /// What has changed the masses since the start; nil if no account is kept.
  package let ledger: [MassLedger.Entry]?
}
