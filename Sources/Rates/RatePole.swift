import Expressions
import Fields

/// A part of the equations that may have a pole, as people know it.
package struct RatePole: Sendable {
  /// Number of the field that it changes or moves.
  package let field: Int
  package let pole: Pole
  /// As in `1/(2 - u) of process growth`.
  let part: String
  /// As in `2 - u`.
  let divisor: String

  package init(field: Int, pole: Pole, part: String, divisor: String) {
    (self.field, self.pole, self.part, self.divisor) = (field, pole, part, divisor)
  }

  /// The same with another form of the pole.
  package func with(_ pole: Pole) -> RatePole { RatePole(field: field, pole: pole, part: part, divisor: divisor) }

  /// The failure to pass it: the divisor goes from one number to another.
  package func failure(
    _ first: Double, _ last: Double, tile: Tile, point: Int, time: Double
  ) -> NumericalFailure {
    NumericalFailure(
      problem: "comes to a pole of \(part), where \(divisor) goes from \(Float(first)) to \(Float(last)),",
      field: field,
      tile: tile, point: point, time: time, cause: .pole)
  }
}
