import Documents
import Fields

/// All that is needed to continue a run, as it is kept in one HDF5 file.
///
/// The file holds `/manifest`, a JSON text that lists everything with the hashes of the values; `/texts/…`, among them
/// the run file; `/fields/…`, the state, which opens in h5py and xarray; and `/memory/…`, what the time stepper
/// remembers; `/history/…`, what delays look back on. Values are chunked and carry checksums of the library, and their XXH3 hashes are compared after writing
/// and before use.
package struct Checkpoint {
  /// A set of fields with the group that it is stored in.
  package struct Group {
    /// `fields`, `memory/…` or `history/…`.
    package let name: String
    package let fields: [FieldDescription]
    package let values: FieldSet
    /// Whether the positions of the points are attached, for those who read the file; what there is very much of is kept
    /// without.
    package let hasScales: Bool

    package init(name: String, fields: [FieldDescription], values: FieldSet, hasScales: Bool = true) {
      self.name = name
      self.fields = fields
      self.values = values
      self.hasScales = hasScales
    }
  }

  package let step: Int
  package let time: Double
  package let timeUnit: String?
  package let lengthUnit: String?
  /// By key: `run_file`, `memory`, ….
  package let texts: [String: String]
  package let groups: [Group]

  package init(
    step: Int, time: Double, timeUnit: String?, lengthUnit: String?, texts: [String: String], groups: [Group]
  ) {
    self.step = step
    self.time = time
    self.timeUnit = timeUnit
    self.lengthUnit = lengthUnit
    self.texts = texts
    self.groups = groups
  }

  /// Files are called by the step, so that their names sort by it.
  package static func fileName(step: Int) -> String {
    let digits = String(step)
    return String(repeating: "0", count: max(0, 12 - digits.count)) + digits + ".h5"
  }
}

/// What is in a checkpoint, without the values.
package struct CheckpointHeader: Sendable {
  package struct Entry: Hashable, Sendable {
    package let group: String
    package let field: FieldDescription
    package let hash: String

    package var path: String { "\(group)/\(field.name)" }
  }

  package let step: Int
  package let time: Double
  package let timeUnit: String?
  package let lengthUnit: String?
  package let grid: Grid
  package let texts: [String: String]
  package let entries: [Entry]

  /// The fields of one group, in their order.
  package func fields(of group: String) -> [Entry] { entries.filter { $0.group == group } }
}
