/// An output could not be written, also not when it was tried again; the run has ended.
package struct OutputFailure: Error {
  package let cause: any Error
  /// Where the run stood when a checkpoint was written after that, which holds the outputs that could not be written; nil if it could
  /// not be written either.
  package let saved: SavedCheckpoint?
  /// Whether it was a checkpoint only that could not be written, or the summary.
  package let isOutputWritten: Bool

  package init(cause: any Error, saved: SavedCheckpoint?, isOutputWritten: Bool) {
    (self.cause, self.saved, self.isOutputWritten) = (cause, saved, isOutputWritten)
  }
}

/// A checkpoint that is on the disk.
package struct SavedCheckpoint: Hashable, Sendable {
  package let step: Int
  package let time: Double
}
