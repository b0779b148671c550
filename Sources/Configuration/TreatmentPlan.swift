import Documents
import Simulations

/// What a plan says of treatments.
extension RunConfiguration {
  /// The doses of a treatment within the run, as far as they are known: how many, the first and the last.
  ///
  /// With a condition their times count from the moment at which it comes true.
  private func doses(of treatment: Treatment) -> (count: Int, first: Double, last: Double)? {
    let (times, waits) = (treatment.times, treatment.trigger != nil)
    let (from, until) = waits ? (0, endTime - startTime) : (startTime, endTime)
    let start = times.firstDose(notBefore: from, from: 0)
    guard let first = times.time(ofDose: start, from: 0), first < until else { return nil }
    // The end of the run itself comes too late.
    var (low, high) = (start, start + 1)
    func isInside(_ index: Int) -> Bool { times.time(ofDose: index, from: 0).map { $0 < until } ?? false }
    while isInside(high) { high *= 2 }
    while high - low > 1 {
      let middle = low + (high - low) / 2
      if isInside(middle) { low = middle } else { high = middle }
    }
    return (low - start + 1, first, times.time(ofDose: low, from: 0) ?? first)
  }

  func output(_ treatment: Treatment) -> JSONText {
    let doses = doses(of: treatment)
    return .object([
      "name": .string(treatment.name),
      "when": treatment.trigger.map { .string("\($0.condition)") },
      "doses": .integer(doses?.count ?? 0),
      "first": doses.map { .number($0.first) },
      "last": doses.map { .number($0.last) },
      "times": .array(times(of: treatment).map(JSONText.number)),
    ])
  }

  /// The times of the doses of a treatment within the run, not more than 10,000; with a condition counted from the moment at which it
  /// comes true.
  private func times(of treatment: Treatment) -> [Double] {
    guard let doses = doses(of: treatment) else { return [] }
    let start = treatment.times.firstDose(notBefore: treatment.trigger == nil ? startTime : 0, from: 0)
    return (0..<min(doses.count, RunConfiguration.mostListedDoses)).compactMap {
      treatment.times.time(ofDose: start + $0, from: 0)
    }
  }

  private static let mostListedDoses = 10_000

  /// The times of all doses that are known before the run, one line for each treatment.
  package var doseList: String {
    treatments.map { treatment in
      let unit = RunConfiguration.suffix(timeUnit)
      let times = times(of: treatment).map { JSONText.text($0) }.joined(separator: ", ")
      let count = doses(of: treatment)?.count ?? 0
      let more = count > RunConfiguration.mostListedDoses ? ", … (\(count) in all)" : ""
      let origin = treatment.trigger == nil ? "at t = " : "after its condition comes true, at "
      return "\(treatment.name): " + (count == 0 ? "no dose within the run" : origin + times + more + unit) + "\n"
    }.joined()
  }

  func description(of treatment: Treatment) -> String {
    var text = treatment.name + ": "
    if let doses = doses(of: treatment) {
      let (first, last) = (JSONText.text(doses.first), JSONText.text(doses.last))
      let time = treatment.trigger == nil ? "t" : "time since"
      text += doses.count == 1 ? "a dose at \(time) = \(first)" : "\(doses.count) doses, \(time) = \(first) to \(last)"
    } else {
      text += "no dose within the run"
    }
    if let infusion = treatment.infusion { text += ", each for \(JSONText.text(infusion.duration))" }
    if let trigger = treatment.trigger {
      text += ", when \(trigger.condition)\(trigger.isOnce ? ", once" : "")"
    }
    return text
  }
}
