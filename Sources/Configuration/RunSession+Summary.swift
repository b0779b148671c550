import Documents
import Foundation
import Simulations
import Storage

/// What a run writes about itself: `resolved.json` and `run.json`.
extension RunSession {
  package static let reachedEnd = "reached the end"
  package static let stopped = "stopped: "

  static func text(_ outcome: Simulation.Outcome) -> String {
    switch outcome {
    case .reachedEnd: reachedEnd
    case .stopped(let reason): stopped + reason
    case .interrupted: "interrupted, can be resumed"
    }
  }

  /// Whether the run in a directory has reached its end, has written that down, and all its files are whole.
  package static func isComplete(_ directory: RunDirectory) -> Bool {
    guard !FileManager.default.fileExists(atPath: directory.path(.fieldsJournal)),
      let data = FileManager.default.contents(atPath: directory.path(.run)),
      let summary = try? JSONSerialization.jsonObject(with: data) as? [String: Any]
    else { return false }
    let outcome = summary["outcome"] as? String ?? ""
    return outcome == reachedEnd || outcome.hasPrefix(stopped)
  }

  func writeResolved() throws {
    try AtomicFile.write(assembly.configuration.resolved(chosen: assembly.chosen).pretty, to: directory.path(.resolved))
  }

  /// For each field the estimate of its error, in its unit and relative to its size.
  private var estimatedErrorOutput: JSONText {
    guard let errors = simulation.steps.estimatedErrors else { return .null }
    return .object(
      zip(assembly.configuration.model.fieldNames, errors).map { name, error in
        .init(
          name,
          .object([
            "absolute": .number(error.absolute), "relative": error.relative.map(JSONText.number) ?? .null,
          ]))
      })
  }

  private var sharpFields: [SharpField] { simulation.regimen.memory.changes.sharpFields ?? [] }
  private var emptiedFields: [EmptiedField] { simulation.regimen.memory.changes.emptiedFields ?? [] }

  /// Since when other propagators move fields that transforms moved at first, and why; one sentence for each.
  package var propagatorLines: [String] {
    let configuration = assembly.configuration
    return sharpFields.map { sharp in
      "from t = \(configuration.description(ofTime: sharp.time)) (step \(sharp.step)) on \(sharp.field) diffuses by positive "
        + "propagators of second order: it has become too sharp for a spectral transform, with which the step would have ended "
        + "at \(sharp.field) = \(Float(sharp.value)), beyond \(Float(sharp.bound)); more points (domain.points) resolve it"
    }
      + emptiedFields.map { emptied in
        "from t = \(configuration.description(ofTime: emptied.time)) (step \(emptied.step)) on \(emptied.field) is not transformed: "
          + "it has become nearly empty somewhere (\(Float(emptied.share)) of its largest value), where the rounding of a transform "
          + "would grow"
      }
  }

  /// Which fields have become negative that are no densities by their equations; one sentence for each.
  package var signLines: [String] {
    guard let health = simulation.health else { return [] }
    let configuration = assembly.configuration
    return configuration.oppositions.enumerated().compactMap { field, opposition in
      let name = configuration.model.fieldNames[field]
      let allowance = configuration.negativityTolerances[field] * health.largestSizes[field]
      guard let opposition, !configuration.negativeAtStart.contains(name), health.lowest[field] < -allowance else {
        return nil
      }
      return
        "field \(name) has become negative, down to \(Float(health.lowest[field])), as its equations allow: what is taken from it "
        + "follows another field that can be negative itself (\(opposition)); if \(name) is a density, let that vanish where there is no \(name)"
    }
  }

  /// Why a run of many steps has so many, and what helps, where that is known; one sentence for each cause.
  package var shortStepLines: [String] {
    let clock = simulation.clock
    guard Double(clock.step) >= ShortSteps.manySteps else { return [] }
    return ShortSteps(
      current.assembly, state: simulation.state, time: clock.time,
      step: (clock.time - assembly.configuration.startTime) / Double(clock.step)
    ).sentences
  }

  private func output(_ sharp: SharpField) -> JSONText {
    .object([
      "field": .string(sharp.field), "since": .number(sharp.time), "step": .integer(sharp.step),
      "value": .number(sharp.value), "bound": .number(sharp.bound), "overshoot": .number(sharp.overshoot),
    ])
  }

  private func output(_ emptied: EmptiedField) -> JSONText {
    .object([
      "field": .string(emptied.field), "since": .number(emptied.time), "step": .integer(emptied.step),
      "share": .number(emptied.share),
    ])
  }

  /// Seconds to a tenth of a millisecond.
  private static func text(seconds: Double) -> JSONText { .number((seconds * 1e4).rounded() / 1e4) }

  private var givenDoses: GivenDoses? { simulation.regimen.memory.given }

  /// Every dose: when, why, what it has added, and what it has set.
  private var dosesOutput: JSONText {
    func numbers(_ values: [String: Double]) -> JSONText {
      .object(values.sorted { $0.key < $1.key }.map { .init($0.key, .number($0.value)) })
    }
    let conditions = Dictionary(
      (assembly.configuration.document["treatment"]?.array ?? []).compactMap { node in
        node["name"]?.string.flatMap { name in node["when"]?.string.map { (name, $0) } }
      }, uniquingKeysWith: { first, _ in first })
    return .array(
      (givenDoses?.first ?? []).map { dose in
        var members: [JSONText.Member] = [
          .init("treatment", .string(dose.treatment)), .init("time", .number(dose.time)),
          .init("when", conditions[dose.treatment].map(JSONText.string) ?? .null),
          .init("added", numbers(dose.added)),
        ]
        if !dose.parameters.isEmpty { members.append(.init("set", numbers(dose.parameters))) }
        if let end = dose.end { members.append(.init("infused_until", .number(end))) }
        return .object(members)
      })
  }

  /// The doses that conditions have set off, which no plan can list; one sentence for each treatment.
  package var doseLines: [String] {
    assembly.configuration.treatments.filter { $0.trigger != nil }.compactMap { treatment in
      let times = (givenDoses?.first ?? []).filter { $0.treatment == treatment.name }.map(\.time)
      guard let first = times.first else { return nil }
      let shown = times.prefix(5).map { assembly.configuration.description(ofTime: $0) }.joined(separator: ", ")
      return times.count == 1
        ? "a dose of \(treatment.name) was given at t = \(assembly.configuration.description(ofTime: first))"
        : "\(times.count) doses of \(treatment.name) were given, at t = \(shown)\(times.count > 5 ? ", … (run.json)" : "")"
    }
  }

  /// Treatments whose condition has set off a course while an infusion of an earlier one lasted.
  package var overlapWarnings: [String] {
    (simulation.regimen.memory.overlaps ?? [:]).sorted { $0.key < $1.key }.map { name, time in
      "infusions of \(name) overlapped: its condition came true again at t = \(JSONText.text(time)), when an infusion still "
        + "lasted; their rates added up"
    }
  }

  /// Why a steady state that the run is to end with may never be found.
  package var unrestWarning: String? {
    guard simulation.stopReason == nil, let unrest = simulation.stops.memory.unrest, unrest.isTold else { return nil }
    let configuration = assembly.configuration
    let limits = configuration.stops.compactMap { stop -> Double? in
      if case .steady(let rate, _) = stop.kind { rate } else { nil }
    }
    let limit = Float(limits.max() ?? 0)
    let since = configuration.description(ofTime: unrest.since)
    switch unrest.kind {
    case .stationarySteps:
      let scheme = current.assembly.configuration.scheme.name
      return
        "the steady state of the run file may never be found: since t = \(since) steps of \(Float(unrest.step)) with "
        + "\(scheme) leave the solution as it is, but the equations change it there at a relative rate of "
        + "\(Float(unrest.rate)), more than the limit, \(limit): it is a state of these steps alone; take shorter steps "
        + "(time.step, time.tolerance) or another scheme, as etdrk4"
    case .withinTolerance:
      return
        "the steady state of the run file may never be found: since t = \(since) the relative rate of change has fallen "
        + "no further than to \(Float(unrest.rate)), and not stayed within the limit, \(limit); steps change the "
        + "solution by less than they may be wrong by, so that these may be errors alone; ask for a smaller "
        + "time.tolerance, or raise the limit"
    }
  }

  func writeRun(outcome: String) throws {
    try directory.requireLocked()
    let statistics = current.reactionStatistics
    let configuration = assembly.configuration
    let summary: [JSONText.Member] = [
      .init("outcome", .string(outcome)),
      .init("time", .number(simulation.clock.time)),
      .init("stop_reason", simulation.stopReason.map(JSONText.string) ?? .null),
      .init("steps", .integer(simulation.clock.step)),
      .init("rejected_steps", .integer(simulation.steps.statistics?.rejections ?? 0)),
      .init("estimated_global_error", estimatedErrorOutput),
      .init("temporal_error", temporalError?.output ?? .null),
      .init("smallest_step", simulation.clock.smallestStep.map(JSONText.number) ?? .null),
      .init("largest_step", simulation.clock.largestStep.map(JSONText.number) ?? .null),
      .init("reaction_substeps", .integer(statistics.substeps)),
      .init("rejected_substeps", .integer(statistics.rejections)),
      .init(
        "reaction_tiles", .object(statistics.tiles.sorted { $0.key < $1.key }.map { .init($0.key, .integer($0.value)) })
      ),
      .init("doses", dosesOutput),
      .init("doses_given", .integer(givenDoses?.count ?? 0)),
      .init("extinguished", assembly.extinguishedOutput(simulation.extinction)),
      .init("ledger", ledger?.output ?? .null),
      .init("history", assembly.historyOutput),
      .init("units", assembly.configuration.columnUnits(ledger: simulation.ledger)),
      .init("work", current.work.output),
      .init("scheme", .string(current.assembly.configuration.scheme.name)),
      .init("scheme_because", current.assembly.configuration.schemeReason.map(JSONText.string) ?? .null),
      .init("positive_propagators", .array(sharpFields.map(output))),
      .init("emptied", .array(emptiedFields.map(output))),
      .init("health", health?.output ?? .null),
      .init(
        "warnings",
        .strings(
          (configuration.warnings.items + assembly.startWarnings.items).map(\.message) + overlapWarnings
            + [unrestWarning].compactMap(\.self))),
      .init("steps_because", .strings(shortStepLines)),
      .init("never_held", .strings(unmetConditions.lines)),
      .init("failure", failure?.output ?? .null),
      .init("wall_seconds", RunSession.text(seconds: (ended ?? Date()).timeIntervalSince(started))),
      .init(
        "seconds",
        .object([
          .init("steps", RunSession.text(seconds: simulation.seconds.steps)),
          .init("output", RunSession.text(seconds: simulation.seconds.output)),
          .init("checkpoints", RunSession.text(seconds: simulation.seconds.checkpoints)),
        ])),
      .init("threads", .integer(assembly.pool.threadCount)),
      .init("seed", .integer(Int(configuration.seed))),
      .init("set", .strings(configuration.overrides)),
      .init("parent_checkpoint", parent.map(JSONText.string) ?? .null),
      .init("sources", .strings(configuration.model.sources)),
    ]
    try AtomicFile.write(JSONText.object(summary + provenance.members).pretty, to: directory.path(.run))
  }
}
