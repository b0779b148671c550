import Documents
import Expressions
import Models

/// What a plan and a run say of delays.
extension RunAssembly {
  /// Bytes of the values kept after each of some steps.
  private func historyBytes(steps: Int) -> Int {
    steps * (delays?.history.count ?? 0) * configuration.grid.storageCount * 8
  }

  /// Steps that the longest delay takes, at least.
  private var leastHistory: Int {
    guard let delays else { return 0 }
    return Int((delays.history.longest / longestStepOfDelays).rounded(.up)) + 5
  }

  /// Bytes of the history, at least.
  var leastHistoryBytes: Int {
    guard delays != nil else { return 0 }
    return historyBytes(steps: leastHistory) + configuration.model.fields.count * configuration.grid.storageCount * 8
  }

  /// What is delayed, for programs; nil if nothing is.
  var delayOutput: JSONText? {
    let model = configuration.model
    if model.delays.isEmpty { return nil }
    return .array(
      model.delays.map(\.delay).map { delay in
        .object([
          "value": .string(delay.text),
          "delay": .number(model.lag(delay)),
          "stages": delay.stages.map(JSONText.integer),
          "fields": delay.stages.map { .strings((1...$0).map { delay.name(ofStage: $0) }) },
        ])
      })
  }

  /// The same as lines of a plan.
  var delayLines: [String] {
    let (model, unit) = (configuration.model, RunConfiguration.suffix(configuration.timeUnit))
    let lines = model.delays.map(\.delay).map { delay -> String in
      let lag = "\(Float(model.lag(delay)))\(unit)"
      guard let stages = delay.stages else { return "  delay        \(delay.text): \(lag)" }
      return "  delay        \(delay.text): \(lag) on average, in \(stages) further field\(stages == 1 ? "" : "s")"
    }
    if delays == nil { return lines }
    let least = configuration.isControlled ? "at least " : ""
    return lines + [
      "  history      \(least)\(leastHistory) steps (\(leastHistoryBytes) bytes); no step longer than \(Float(longestStepOfDelays))\(unit)"
    ]
  }

  private var longestStepOfDelays: Double {
    switch configuration.steps {
    case .fixed(let step): step
    case .controlled(_, let bounds): bounds.largest
    }
  }

  /// What the history has taken, for `run.json`.
  var historyOutput: JSONText {
    guard let delays else { return .null }
    let most = delays.history.memory.mostValues
    return .object([
      "most_steps": .integer(most), "bytes": .integer(historyBytes(steps: most)),
      // Relative to the size of each expression.
      "interpolation_error": delays.history.memory.largestErrors?.max().map(JSONText.number),
    ])
  }
}
