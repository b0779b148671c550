extension Schema {
  /// The description as a page in Markdown: a table of the keys of the root, then a section for each object within.
  package func reference() -> String {
    var writer = ReferenceWriter(self)
    return writer.page()
  }
}
