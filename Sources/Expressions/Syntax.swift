/// The tree of the text of an expression, with the place of each part. Names have no meaning yet.
package struct Syntax: Hashable, Sendable {
  package indirect enum Kind: Hashable, Sendable {
    case number(Double)
    case name(String)
    case call(String, nameRange: Range<Int>, [Syntax])
    /// Terms with their signs; chains are kept flat, so that a long sum is not a deep tree.
    case sum([Operand])
    /// Factors, some of them inverted.
    case product([Operand])
    case negative(Syntax)
    case power(Syntax, Syntax)
    case comparison(String, Syntax, Syntax)
    case and([Syntax])
    case or([Syntax])
    case not(Syntax)
  }

  /// A term of a sum (inverted: subtracted) or a factor of a product (inverted: divided by).
  package struct Operand: Hashable, Sendable {
    let isInverted: Bool
    let syntax: Syntax
  }

  package let kind: Kind
  /// UTF-8 offsets in the text.
  package let range: Range<Int>
}
