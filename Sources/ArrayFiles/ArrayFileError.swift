/// A file could not be read as an array.
package struct ArrayFileError: Error, Hashable, Sendable, CustomStringConvertible {
  /// What is wrong, as a clause that follows the name of the file: "holds text, not numbers".
  package let description: String

  init(_ description: String) { self.description = description }
}
