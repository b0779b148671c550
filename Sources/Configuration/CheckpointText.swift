import Foundation

/// Keys of the texts in a checkpoint.
package enum CheckpointText {
  /// The resolved run file, as far as the result depends on it.
  package static let runFile = "run_file"
  package static let memory = "memory"
  /// Largest absolute value of each field at the start.
  package static let maxima = "maxima"
  /// What `SharpData` has found at the start.
  package static let ringing = "ringing"
  /// Names of the fields that are nowhere empty at the start; see `EmptinessCheck`.
  package static let nowhereEmpty = "nowhere_empty"
  package static let uniformState = "uniform_state"
  /// Names of the fields that have negative values at the start.
  package static let negativeAtStart = "negative_at_start"
  /// Values of the parameters before the start, where the run has branched off with others.
  package static let parametersBeforeStart = "parameters_before_start"
  /// There if the run has branched off from another one.
  package static let branch = "branch"
  package static let program = "program"

  /// Writes a text that is JSON.
  ///
  /// A number that is not finite is a string: what is only measured must not keep a checkpoint from being written.
  static func encode(_ value: some Encodable) throws -> String {
    let encoder = JSONEncoder()
    encoder.outputFormatting = [.sortedKeys]
    encoder.nonConformingFloatEncodingStrategy = .convertToString(
      positiveInfinity: "inf", negativeInfinity: "-inf", nan: "nan")
    return String(decoding: try encoder.encode(value), as: UTF8.self)
  }

  /// Reads one; nil if it is none.
  static func decode<Value: Decodable>(_ type: Value.Type, from text: String) -> Value? {
    let decoder = JSONDecoder()
    decoder.nonConformingFloatDecodingStrategy = .convertFromString(
      positiveInfinity: "inf", negativeInfinity: "-inf", nan: "nan")
    return try? decoder.decode(type, from: Data(text.utf8))
  }
}
