import Documents
import Expressions

/// A source of noise of a model: `du = … + g(u, x, t) dW` for one or more fields, in the sense of Itô.
package struct NoiseSource: Sendable {
  package enum Correlation: String, CaseIterable, Sendable {
    /// Independent at each point: white in space and time.
    case white
    /// The same at all points.
    case uniform
  }

  package let name: String
  package let correlation: Correlation
  /// The amplitude `g` of each field that it drives, and where that stands.
  package let changes: [(field: String, amplitude: Expression, place: Place)]
  /// Where it stands in the model.
  package let place: Place
}

extension Model {
  static let noise = Schema.array(
    of: .object([
      .init(
        "name", .string(format: "text"),
        "As in `environment`. Its random numbers depend on the name, and not on other sources.", isRequired: true),
      .init(
        "change", .map(key: "field", values: expression),
        "For each field that it drives the amplitude `g` of `du = … + g dW`, in the sense of Itô: an expression as in "
          + "rates, in the unit of the field per root of time, and with `white` times the root of volume.",
        isRequired: true),
      .init(
        "correlation",
        .choice([
          .init(
            "white", "independent at each point, white in space: increments of variance Δt/V at a point of volume V"),
          .init("uniform", "one Brownian motion for the whole domain, as of a common environment"),
        ]), "How the noise at different points hangs together.", isRequired: true),
    ]))

  /// The amplitudes of noise that drive a field, with the name of the source.
  package func noise(of field: String) -> [(source: String, amplitude: Expression)] {
    noise.flatMap { source in source.changes.filter { $0.field == field }.map { (source.name, $0.amplitude) } }
  }

  /// What in the noise of a field does not vanish with it, and can make it negative.
  ///
  /// - Parameter known: what is known of the symbols.
  func noiseObstacles(of field: String, _ known: [Symbol: Interval]) -> [(process: String, term: Expression)] {
    let intervals = known.merging([.field(field): .nonNegative]) { $1 }
    return noise(of: field).filter { $0.amplitude.share(of: .field(field), intervals: intervals) == nil }
      .map { ("noise \($0.source)", $0.amplitude) }
  }

  /// Reports noise that drives what it cannot drive.
  func checkNoise(_ found: inout Diagnostics) {
    for (number, source) in noise.enumerated() {
      if noise[..<number].contains(where: { $0.name == source.name }) {
        found.error(
          "there are two sources of noise \"\(source.name)\"", at: source.place,
          remedy: "give each a name of its own: its random numbers depend on it")
      }
      for change in source.changes {
        guard let field = fields.first(where: { $0.name == change.field }) else { continue }
        checkNoise(source, change.amplitude, of: field, at: change.place, &found)
      }
    }
  }

  private func checkNoise(
    _ source: NoiseSource, _ amplitude: Expression, of field: ModelField, at place: Place, _ found: inout Diagnostics
  ) {
    if field.isQuasiSteady {
      found.error(
        "the quasi-steady field \(field.name) follows from the other fields, and noise cannot drive it", at: place,
        remedy: "let it change in time, or drive a field that it follows from")
    }
    if field.isCompartment, source.correlation == .white {
      found.error(
        "the compartment \(field.name) is one number, and the noise \(source.name) differs from point to point",
        at: place, remedy: "use a source with \"correlation\": \"uniform\"")
    }
    if field.isCompartment, varies(amplitude) {
      found.error(
        "the noise of the compartment \(field.name) varies from point to point", at: place,
        remedy: "let it depend on fields by way of integral(…), mean(…), min(…) or max(…)")
    }
    if amplitude.hasDistributions {
      found.error(
        "convolve and integrals along an axis are not available in the noise \(source.name)", at: place,
        remedy: "they may be used in rates and observables")
    }
  }
}
