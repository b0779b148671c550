import Documents
import Expressions
import Models
import Simulations

extension RunFileReader {
  mutating func readStops(_ model: Model, _ axes: [String]) -> [StopCondition] {
    let time = root["time"]
    let length = (time?["end"]?.number ?? 0) - (time?["start"]?.number ?? 0)
    return (root["stop"]?.array ?? []).compactMap { node in
      let because = node["because"]?.string
      if let when = node["when"] {
        return domainCondition(when, "in \"stop\"", model, axes)
          .map { StopCondition(.when($0), reason: because ?? when.string ?? "") }
      }
      guard let rate = node["steady"]?.number else { return nil }
      return StopCondition(
        .steady(rate: rate, duration: node["for"]?.number ?? length / 100), reason: because ?? "steady state")
    }
  }

  /// Values that treatments give to parameters must leave a run that is possible, as far as they are known beforehand.
  mutating func checkChangedParameters(_ configuration: RunConfiguration) throws(Diagnostics) {
    let values = parameterValues(configuration.model)
    for (treatment, node) in zip(configuration.treatments, root["treatment"]?.array ?? []) {
      var changed: [String: Double] = [:]
      for case (.parameter(let name), let value) in treatment.changes.map({ ($0.target, $0.value) }) {
        guard let number = value.value(at: values) else { continue }
        changed[name] = number
        let place = (node["set"]?[name] ?? node["multiply"]?[name] ?? node).place
        if number.isFinite {
          configuration.model.parameters.first { $0.name == name }?.checkRange(number, at: place, &found)
        } else {
          found.error("the treatment \(treatment.name) would set \(name) to no finite number", at: place)
        }
      }
      guard !changed.isEmpty else { continue }
      do throws(Diagnostics) {
        _ = try configuration.applying(EquationChanges(parameters: changed))
      } catch {
        found.error(
          "the run would not be possible after the treatment \(treatment.name): \(error.firstMessage)", at: node.place)
      }
    }
    try found.throwIfErrors()
  }
}

extension Diagnostics {
  /// What is wrong in the first place.
  var firstMessage: String { items.first { $0.severity == .error }?.message ?? "" }
}
