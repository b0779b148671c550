import Documents
import Expressions
import Models
import Simulations

extension RunFileReader {
  /// Says what is wrong with a condition that nothing can make come true, or whose moment is none.
  mutating func warnOfWhatIsNeverMet(_ condition: Expression, _ node: JSONNode, _ context: String, _ model: Model) {
    for difference in ConditionTree(condition).inequalities where difference.changesContinuously {
      found.warning(
        "the condition \(context) excludes one value of something that changes continuously, and so holds nearly always",
        at: node.place, remedy: "compare with <, <=, > or >=")
    }
    guard let end = root["time"]?["end"]?.number else { return }
    let start = root["time"]?["start"]?.number ?? 0
    // What a treatment makes of a parameter is not known beforehand.
    let changed = (root["treatment"]?.array ?? []).flatMap { [$0["set"], $0["multiply"]] }.compactMap(\.self)
    guard start < end, (end - start).isFinite,
      !condition.symbols.contains(where: { symbol in changed.contains { $0["\(symbol)"] != nil } })
    else { return }
    let times = ConditionTimes(condition, parameters: model.parameterValues, span: start...end)
    if !times.leftOut.isEmpty {
      found.error(
        "the condition \(context) changes more than \(TimeSigns.most) times with the time, or too fast to be found",
        at: node.place, remedy: "give the times: \"at\" with a calendar, as { \"start\": 0, \"every\": 0.01 }")
    } else if times.everHolds == false {
      found.warning(
        "the condition \(context) does not hold at any time of the run, from \(start) to \(end)", at: node.place)
    }
  }
}

extension Expression {
  /// Whether it takes all values in between when it changes: a field is in it, that is not made a whole number or a
  /// condition.
  fileprivate var changesContinuously: Bool {
    var isContinuous: [Bool] = []
    for node in nodes {
      switch node {
      case .symbol(.field): isContinuous.append(true)
      case .unary(.floor, _): isContinuous.append(false)
      case .choice(_, let a, let b): isContinuous.append(isContinuous[a] || isContinuous[b])
      default: isContinuous.append(!node.isCondition && node.operands.contains { isContinuous[$0] })
      }
    }
    return isContinuous.last ?? false
  }
}
