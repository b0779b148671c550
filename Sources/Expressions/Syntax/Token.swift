/// A word of the language.
struct Token {
  enum Kind: Equatable {
    case number(Double)
    case name(String)
    /// One of `+ - * / ^ < <= > >= == != && || ! ( ) ,`.
    case sign(String)
    case end
  }

  let kind: Kind
  /// Bytes of the text.
  let range: Range<Int>

  func isSign(_ text: String) -> Bool { kind == .sign(text) }
}
