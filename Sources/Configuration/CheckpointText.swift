/// Keys of the texts in a checkpoint.
package enum CheckpointText {
  /// The resolved run file, as far as the result depends on it.
  package static let runFile = "run_file"
  package static let memory = "memory"
  /// Largest absolute value of each field at the start.
  package static let maxima = "maxima"
  /// What `SharpData` has found at the start.
  package static let ringing = "ringing"
  /// Names of the fields that have negative values at the start.
  package static let negativeAtStart = "negative_at_start"
  package static let program = "program"
}
