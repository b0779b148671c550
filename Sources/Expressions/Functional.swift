/// One number made of the values of an expression at all points of the domain.
package struct Functional: Hashable, Sendable {
  package enum Kind: String, Hashable, Sendable, CaseIterable {
    /// The sum of value times volume.
    case integral
    /// The integral divided by the volume of the domain.
    case mean
    case max
    case min
  }

  package let kind: Kind
  package let argument: Expression

  package init(kind: Kind, argument: Expression) {
    self.kind = kind
    self.argument = argument
  }
}
