import Documents
import Expressions
import Models
import Simulations

extension RunFileReader {
  mutating func readTreatments(_ model: Model, _ axes: [String], _ start: Double, _ end: Double) -> [Treatment] {
    var names = Set<String>()
    return (root["treatment"]?.array ?? []).compactMap { node in
      guard let nameNode = node["name"], let name = nameNode.string else { return nil }
      if !names.insert(name).inserted {
        found.error("there are two treatments called \"\(name)\"", at: nameNode.place, remedy: "give each its own name")
      }
      let reading = TreatmentReading(node: node, name: name, model: model, axes: axes)
      let trigger = readTrigger(reading)
      let times = readTimes(reading, start, end)
      let region = readRegion(reading)
      let changes = readChanges(reading, region)
      let infusion = readInfusion(reading, region, end - start)
      let actions = ["add", "multiply", "set", "radiotherapy", "infuse"]
      if !actions.contains(where: { node[$0] != nil }) {
        found.error(
          "the treatment \(name) does nothing", at: node.place.opening,
          remedy: "give one of " + actions.map { "\"\($0)\"" }.joined(separator: ", "))
      }
      guard let times else { return nil }
      if let infusion { warnOfOverlap(infusion, times, reading) }
      return Treatment(
        name: name, trigger: trigger, times: times, changes: changes, infusion: infusion, region: region)
    }
  }

  /// Infusions of one treatment that overlap are all given, each with its rate.
  private mutating func warnOfOverlap(
    _ infusion: Treatment.Infusion, _ times: DoseTimes, _ reading: TreatmentReading
  ) {
    guard let interval = times.shortestInterval, infusion.duration > interval * (1 + 1e-9) else { return }
    found.warning(
      "infusions of \(reading.name) overlap: each lasts \(JSONText.text(infusion.duration)), and the next begins "
        + "\(Float(interval)) later; their rates add up", at: reading.node["for"]?.place,
      remedy: "make \"for\" at most \(Float(interval)) if one is to end where the next begins")
  }

  // MARK: When

  private mutating func readTrigger(_ reading: TreatmentReading) -> Treatment.Trigger? {
    let node = reading.node
    for key in ["once", "rearm_when"] where node["when"] == nil {
      if let place = node.keyPlace(key) { found.error("\"\(key)\" goes with \"when\"", at: place) }
    }
    guard let when = node["when"] else { return nil }
    let isOnce = node["once"]?.boolean ?? false
    if isOnce, let place = node.keyPlace("rearm_when") {
      found.error(
        "\"once\" and \"rearm_when\" exclude each other", at: place, remedy: "keep one of them")
    }
    let rearming = node["rearm_when"].flatMap {
      domainCondition($0, "in \"rearm_when\" of the treatment \(reading.name)", reading.model, reading.axes)
    }
    return domainCondition(when, "in \"when\" of the treatment \(reading.name)", reading.model, reading.axes)
      .map { Treatment.Trigger(condition: $0, isOnce: isOnce, rearming: rearming) }
  }

  private mutating func readTimes(_ reading: TreatmentReading, _ start: Double, _ end: Double) -> DoseTimes? {
    let node = reading.node
    let hasTrigger = node["when"] != nil
    guard let at = node["at"] else {
      if !hasTrigger {
        // Another name for it has been reported.
        if node.members.contains(where: { RunConfiguration.otherNamesOfTimes.contains($0.key) }) { return nil }
        found.error(
          "the treatment \(reading.name) has no time", at: node.place.opening,
          remedy: "give \"at\" a time, or \"when\" a condition")
        return nil
      }
      return .list([0])
    }
    let times: DoseTimes
    if let time = at.number {
      times = .list([time])
    } else if let list = at.array {
      let sorted = list.compactMap(\.number).sorted()
      times = .list(sorted)
      if let twice = zip(sorted, sorted.dropFirst()).first(where: { $0 == $1 })?.0 {
        found.warning(
          "the treatment \(reading.name) has the time \(JSONText.text(twice)) more than once: each of these doses is given",
          at: at.place, remedy: "leave out the others if one dose is meant")
      }
    } else if let calendar = readCalendar(at, reading, origin: hasTrigger ? 0 : start, end - start) {
      times = .calendar(calendar)
    } else {
      return nil
    }
    if hasTrigger {
      if let first = times.time(ofDose: 0, from: 0), first < 0 {
        found.error(
          "a dose is to be given before its condition comes true", at: at.place, remedy: "use times from 0 on")
      }
    } else {
      warn(of: times, reading, at.place, start, end)
    }
    return times
  }

  private mutating func warn(
    of times: DoseTimes, _ reading: TreatmentReading, _ place: Place, _ start: Double, _ end: Double
  ) {
    let early = times.firstDose(notBefore: start, from: 0)
    // An end that is no number has been reported.
    guard let next = times.time(ofDose: early, from: 0), !(next >= end) else {
      let reason =
        early == 0
        ? "is given before the end of the run"
        : "is given: its times are before the start of the run or not before its end"
      found.warning("no dose of \(reading.name) \(reason)", at: place)
      return
    }
    if early == 1 {
      found.warning(
        "a dose of \(reading.name) would be before the start of the run, and will not be given", at: place)
    } else if early > 1 {
      found.warning(
        "\(early) doses of \(reading.name) would be before the start of the run, and will not be given", at: place)
    }
  }

  private mutating func readCalendar(
    _ node: JSONNode, _ reading: TreatmentReading, origin: Double, _ length: Double
  ) -> DoseTimes.Calendar? {
    guard let every = node["every"], let interval = every.number, interval > 0 else { return nil }
    if length / interval > 1e9 {
      found.error(
        "there would be \(JSONText.text(length / interval)) days", at: every.place, remedy: "use a longer interval")
      return nil
    }
    let first = node["start"]?.number ?? origin
    if let until = node["until"], let last = until.number, last < first {
      found.error("the calendar ends before it begins", at: until.place)
    }
    var pattern = [true]
    if let text = node["pattern"], let string = text.string {
      let days = string.filter { $0 != " " }
      if let wrong = days.first(where: { !"1-".contains($0) }) {
        found.error(
          "a pattern has no \"\(wrong)\"", at: text.place, remedy: "write 1 for a day with a dose and - for one without"
        )
        return nil
      }
      pattern = days.map { $0 == "1" }
      if !pattern.contains(true) {
        found.error("the pattern has no day with a dose", at: text.place)
        return nil
      }
    }
    return DoseTimes.Calendar(
      start: first, interval: interval, pattern: pattern, count: node["count"]?.integer, until: node["until"]?.number)
  }

  // MARK: Conditions

  /// A condition that is one for the whole domain.
  mutating func domainCondition(
    _ node: JSONNode, _ context: String, _ model: Model, _ axes: [String]
  ) -> Expression? {
    let scope = model.scope(coordinates: axes, allows: .rate)
    guard let condition = condition(node, scope, context) else { return nil }
    if model.varies(condition) {
      found.error(
        "the condition \(context) varies from point to point", at: node.place,
        remedy: "make it one for the whole domain with integral(…), mean(…), min(…) or max(…)")
    }
    warnOfWhatIsNeverMet(condition, node, context, model)
    return model.forDomain(condition)
  }

  mutating func condition(_ node: JSONNode, _ scope: Scope, _ context: String) -> Expression? {
    guard let expression = node.expression(in: scope, context: context, as: .condition, &found) else { return nil }
    if expression.hasDistributions {
      found.error("convolve and integrals along an axis are not available \(context)", at: node.place)
    }
    checkUnits(of: expression, "the condition \(context)", at: node.place)
    return expression
  }
}

/// What is being read, and the names in force.
struct TreatmentReading {
  let node: JSONNode
  let name: String
  let model: Model
  let axes: [String]

  var context: String { "in the treatment \(name)" }
  var fieldsInSpace: [String] { model.fieldsInSpace.map(\.name) }
  var scope: Scope { model.scope(coordinates: axes, allows: .rate) }
}
