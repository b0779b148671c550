/// The values of one field, handed to threads that only read them; the set must outlive it.
package struct ReadOnlyValues: @unchecked Sendable {
  package let start: UnsafePointer<Double>

  package init(_ set: FieldSet, _ field: Int) { start = UnsafePointer(set.pointer(field)) }
}
