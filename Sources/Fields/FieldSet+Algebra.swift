import CKernels

extension FieldSet {
  /// Replaces one field by `Σ_j coefficient_j · term_j` of other sets, of the field of the same number or of
  /// `termField`; this set may be a term.
  package func setField(
    _ field: Int, toSumOf terms: [(coefficient: Double, set: FieldSet)], field termField: Int? = nil
  ) {
    let pointers: [UnsafePointer<Double>?] = terms.map { UnsafePointer($0.set.pointer(termField ?? field)) }
    array_combine(pointer(field), pointers, terms.map(\.coefficient), terms.count, grid.storageCount)
  }

  /// Sets one field to 0.
  package func clear(_ field: Int) {
    pointer(field).update(repeating: 0, count: grid.storageCount)
  }

  /// Limits one field, taken as a rate of change over `step`, so that it removes or adds at most what `state` holds at
  /// each point: `|self| · step ≤ max(state, 0)`.
  package func limitSource(_ field: Int, by state: FieldSet, step: Double) {
    array_limit_source(pointer(field), state.pointer(field), step, grid.storageCount)
  }
}
