import Documents
import Foundation
import Models
import Simulations
import Storage

/// How a run is resumed from a checkpoint: its run file, with the overrides of the command line.
///
/// What is set takes effect from the time of the checkpoint on. What comes too late for that is refused, or said.
package struct RunContinuation {
  package let configuration: RunConfiguration
  /// What is set and changes less than one might think.
  package private(set) var warnings = Diagnostics()
  /// Parameters whose values are those of the run file again, whatever treatments have made of them.
  let parametersSet: Set<String>
  /// Values of the parameters up to here, if some are others from here on: what is delayed looks back on them.
  let parametersBefore: [String: Double]?
  /// Whether the conditions that end the run are others.
  let hasOtherStops: Bool
  /// Why the run cannot go on with its files; nil if it can.
  package let needForBranch: String?

  /// - Parameter overrides: as in `parameters.k=2`.
  /// - Throws: `Diagnostics` if the run file is not good with them, or if they ask for what is past;
  ///   `StorageError` if there is no run file in the checkpoint.
  package init(_ checkpoint: CheckpointFile, overrides: [String]) throws {
    guard let text = checkpoint.header.texts[CheckpointText.runFile] else {
      throw StorageError(checkpoint.path, "holds no run file", isDamage: true)
    }
    let source = SourceText(name: checkpoint.path, text: text)
    configuration = try RunConfiguration(source, overrides: overrides)
    guard !overrides.isEmpty else {
      (parametersSet, parametersBefore, hasOtherStops, needForBranch) = ([], nil, false, nil)
      return
    }
    let before = try RunConfiguration(source)
    let (old, new) = (before.document, configuration.document)
    hasOtherStops = RunContinuation.differ(old["stop"], new["stop"])
    needForBranch =
      before.keepsLedger == configuration.keepsLedger
      ? nil : "output.ledger gives observables.csv other columns, and the ledger begins with the run"
    let (values, others) = (before.model.parameterValues, configuration.model.parameterValues)
    parametersSet = Set(
      others.keys.filter { RunContinuation.isSet($0, in: new, source: source) || values[$0] != others[$0] })
    parametersBefore = values == others ? nil : values
    try refuseAnotherMask(values)
    try refuseThePast(old, new, hasOtherStart: before.startTime != configuration.startTime)
    try refuseAnEarlierEnd(at: checkpoint.header.time, hasOtherEnd: before.endTime != configuration.endTime)
    try refuseAnotherHistory(than: before.model)
    let known = Set(before.warnings.items.map(\.message))
    warnings.items += configuration.warnings.items.filter { !known.contains($0.message) }
    guard let memory = SimulationMemory(of: checkpoint) else { return }
    warn(ofTreatments: before, memory.regimen, at: checkpoint.header.time)
    warn(ofSteps: old, new)
  }

  /// Whether the value of a parameter comes from outside, however that is spelled: as a parameter of the run file, as one of
  /// the model, with all others or with a whole model.
  private static func isSet(_ name: String, in document: JSONNode, source: SourceText) -> Bool {
    let model = document["model"]
    let inModel = model?["parameters"]?[name]
    let nodes =
      [document["parameters"]?[name]].compactMap { $0 } + [inModel?["value"] ?? inModel ?? model].compactMap { $0 }
    return nodes.contains { $0.place.source !== source }
  }

  /// Whether two parts of a run file say different things.
  private static func differ(_ old: JSONNode?, _ new: JSONNode?) -> Bool {
    old.map(JSONText.init)?.comparable != new.map(JSONText.init)?.comparable
  }

  // MARK: What is past

  /// Refuses what only a new run can have.
  private func refuseThePast(_ old: JSONNode, _ new: JSONNode, hasOtherStart: Bool) throws(Diagnostics) {
    var found = Diagnostics()
    func refuse(_ path: [String], _ reason: String, if isPast: Bool = true, remedy: String = "begin a new run") {
      let (before, after) = (path.reduce(JSONNode?.some(old)) { $0?[$1] }, path.reduce(JSONNode?.some(new)) { $0?[$1] })
      guard isPast, RunContinuation.differ(before, after) else { return }
      let key = path.joined(separator: ".")
      found.error("\(key) \(reason)", at: after?.place, remedy: remedy)
    }
    for name in configuration.model.fieldNames {
      refuse(["initial", name], "cannot change when a run is resumed: the initial values were used at its start")
    }
    refuse(["history"], "cannot change when a run is resumed: it is what was before its start")
    refuse(["time", "start"], "cannot change when a run is resumed: it has begun", if: hasOtherStart)
    refuse(["domain", "mask"], "cannot change when a run is resumed: its values are those of its tissue")
    refuse(
      ["seed"], "has nothing to change when a run is resumed: random numbers were used for its initial values alone",
      if: configuration.model.noise.isEmpty)
    refuse(
      ["output", "directory"], "is where a run begins; this one stays where it is",
      remedy: "branch off with --output DIRECTORY")
    try found.throwIfErrors()
  }

  /// A mask of parameters is that of the values with which the run began.
  private func refuseAnotherMask(_ before: [String: Double]) throws(Diagnostics) {
    let values = configuration.model.parameterValues
    let used = configuration.mask?.parameters ?? []
    guard let name = used.sorted().first(where: { before[$0] != values[$0] }) else { return }
    throw Diagnostics([
      .error(
        "\(name) cannot change when a run goes on: domain.mask depends on it, whose values are those of the tissue",
        at: configuration.document["parameters"]?[name]?.place ?? configuration.document["domain"]?["mask"]?.place,
        remedy: "begin a new run")
    ])
  }

  private func refuseAnEarlierEnd(at time: Double, hasOtherEnd: Bool) throws(Diagnostics) {
    guard hasOtherEnd, configuration.endTime < time else { return }
    throw Diagnostics([
      .error(
        "time.end is \(JSONText.text(configuration.endTime)), but the run is resumed from t = \(JSONText.text(time))",
        at: configuration.document["time"]?["end"]?.place,
        remedy: "give a later end, or resume from an earlier checkpoint (--time)")
    ])
  }

  /// A checkpoint has the past of what was delayed, in the order of the rates, and of nothing else.
  private func refuseAnotherHistory(than before: Model) throws(Diagnostics) {
    let (known, wanted) = (before.delayedArguments, configuration.model.delayedArguments)
    guard let other = wanted.indices.first(where: { !known.indices.contains($0) || known[$0] != wanted[$0] }),
      let delay = configuration.model.constantDelays.first(where: { $0.delay.argument == wanted[other] })
    else { return }
    let reason =
      known.isEmpty
      ? "the run had no delays"
      : "it is that of " + known.map { quoted("\($0)") }.joined(separator: ", ")
    throw Diagnostics([
      .error(
        "\(delay.delay.text) cannot be added when a run is resumed: the checkpoint has no history of it, \(reason)",
        at: delay.place, remedy: "begin a new run with it")
    ])
  }

  /// Says which doses are past, given as they were or not given at all.
  private mutating func warn(ofTreatments before: RunConfiguration, _ memory: RegimenMemory?, at time: Double) {
    func nodes(_ configuration: RunConfiguration) -> [String: JSONNode] {
      Dictionary(
        (configuration.document["treatment"]?.array ?? []).compactMap { node in
          node["name"]?.string.map { ($0, node) }
        }, uniquingKeysWith: { first, _ in first })
    }
    func pastDoses(_ treatment: Treatment) -> Int {
      guard treatment.trigger == nil else { return memory?.triggers[treatment.name]?.courses ?? 0 }
      let first = treatment.times.firstDose(notBefore: configuration.startTime, from: 0)
      return max(0, treatment.times.firstDose(notBefore: time, from: 0) - first)
    }
    let (old, new) = (nodes(before), nodes(configuration))
    for treatment in configuration.treatments {
      guard RunContinuation.differ(old[treatment.name], new[treatment.name]) else { continue }
      let earlier = before.treatments.first { $0.name == treatment.name }
      let place = new[treatment.name]?.place.opening
      if let earlier, pastDoses(earlier) > 0 {
        warnings.warning(
          "the treatment \(treatment.name) has been given before t = \(JSONText.text(time)) as it was then; what is changed "
            + "holds from there on", at: place, remedy: "resume from an earlier checkpoint (--time) to change more")
      } else if treatment.trigger == nil, pastDoses(treatment) > 0 {
        warnings.warning(
          "doses of \(treatment.name) before t = \(JSONText.text(time)) are not given: the run is resumed from there",
          at: place, remedy: "resume from an earlier checkpoint (--time) to have them")
      }
    }
    let names = Set(configuration.treatments.map(\.name))
    for treatment in before.treatments where !names.contains(treatment.name) && pastDoses(treatment) > 0 {
      warnings.warning(
        "the treatment \(treatment.name) is left out from t = \(JSONText.text(time)) on; what it has done before stays",
        at: configuration.document["treatment"]?.place.opening,
        remedy: "resume from an earlier checkpoint (--time) to be without it")
    }
  }

  /// The length of the first step is asked for at the start alone.
  private mutating func warn(ofSteps old: JSONNode, _ new: JSONNode) {
    guard let set = new["time"]?["first_step"], RunContinuation.differ(set, old["time"]?["first_step"]),
      old["time"]?["step"] == nil,
      new["time"]?["step"] == nil
    else { return }
    warnings.warning(
      "time.first_step changes nothing when a run is resumed: its steps are as long as they were",
      at: set.place, remedy: "use time.largest_step to have shorter ones")
  }
}

extension JSONText {
  /// The same value for all spellings of a number, also as an expression.
  fileprivate var comparable: JSONText {
    switch self {
    case .numeral(let number): .number(number.double)
    case .integer(let number): .number(Double(number))
    case .string(let text): Double(text).map(JSONText.number) ?? self
    case .array(let elements): .array(elements.map(\.comparable))
    case .object(let members):
      .object(members.map { Member($0.key, $0.value.comparable) }.sorted { $0.key < $1.key })
    default: self
    }
  }
}

extension SimulationMemory {
  /// Where the run stood at a checkpoint; nil if it does not say.
  init?(of checkpoint: CheckpointFile) {
    guard let text = checkpoint.header.texts[CheckpointText.memory],
      let memory = CheckpointText.decode(SimulationMemory.self, from: text)
    else { return nil }
    self = memory
  }
}
