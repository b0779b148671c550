/// How much of a JSON text is read before it is refused, so that no text can exhaust time, memory or stack.
package struct JSONLimits: Sendable {
  package var bytes = 4 << 20
  /// Arrays and objects within each other.
  package var depth = 64
  /// Bytes of one string as it is written.
  package var stringBytes = 64 << 10
  /// Digits and signs of one number.
  package var numberBytes = 1_000
  package var values = 100_000
  /// Problems that do not stop the reading, such as keys given twice; the reading stops after so many.
  package var problems = 50

  package init() {}

  package static var `default`: JSONLimits { JSONLimits() }
}
