import Documents
import Simulations

extension RunAssembly {
  /// What the thresholds of the model remove, from the start of the run; nil without any.
  package func makeExtinction() -> Extinction? {
    let rules = configuration.extinctionRules
    return rules.contains { $0 != nil } ? Extinction(rules, volumes: volumes, pool: pool) : nil
  }

  /// The mass that has been removed of each field with a threshold.
  func extinguishedOutput(_ extinction: Extinction?) -> JSONText {
    guard let extinction else { return .null }
    return .object(
      zip(configuration.model.fields, extinction.removed).filter { $0.0.extinction != nil }.map {
        .init($0.0.name, .number($0.1))
      })
  }
}
