import Documents
import Expressions

/// What moves the upper side of the domain, `x+` or `r+`, as a model gives it.
package struct FreeBoundaryLaw: Sendable {
  package enum Kind: Sendable {
    /// `s' = −coefficient · ∂field/∂n`.
    case stefan(field: String, coefficient: Expression)
    /// The tissue grows with the rate `∇·v`, and carries some fields along.
    case growth(rate: Expression, carried: [String])
  }

  package let kind: Kind
  /// Where it stands in the model.
  package let place: Place
}

extension Model {
  static let freeBoundary = Schema.either([
    .object([
      .init(
        "stefan",
        .object([
          .init("field", .string(format: "field"), "The field `u`; its value at the side is given.", isRequired: true),
          .init("coefficient", expression, "`κ` of `s' = −κ ∂u/∂n`; of parameters.", isRequired: true),
        ]), "A boundary that moves with the slope with which a field ends at it.", isRequired: true)
    ]),
    .object([
      .init(
        "growth",
        .object([
          .init(
            "rate", expression,
            "`∇·v`: the share by which the volume of the tissue grows per unit of time, at each point, as in "
              + "`(lambda*c - d)*n/theta`.", isRequired: true),
          .init(
            "carries", .array(of: .string(format: "field")),
            "The fields that move with the tissue, `u_t = −∇·(v u) + …`; the others do not.", isRequired: true),
        ]), "A boundary that moves with the tissue.", isRequired: true)
    ]),
  ])
}
