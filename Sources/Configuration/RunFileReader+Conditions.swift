import Documents
import Expressions
import Models

extension RunFileReader {
  /// Says what is wrong with a condition that nothing can make come true, or whose moment is none.
  mutating func warnOfWhatIsNeverMet(_ condition: Expression, _ node: JSONNode, _ context: String, _ model: Model) {
    for difference in ConditionTree(condition).inequalities where difference.changesContinuously {
      found.warning(
        "the condition \(context) excludes one value of something that changes continuously, and so holds nearly always",
        at: node.place, remedy: "compare with <, <=, > or >=")
    }
    guard condition.isOfTime, let end = root["time"]?["end"]?.number else { return }
    let start = root["time"]?["start"]?.number ?? 0
    // What a treatment makes of a parameter is not known beforehand.
    let changed = (root["treatment"]?.array ?? []).flatMap { [$0["set"], $0["multiply"]] }.compactMap(\.self)
    guard start < end, !condition.symbols.contains(where: { symbol in changed.contains { $0["\(symbol)"] != nil } })
    else { return }
    let values = parameterValues(model)
    let times = Expression.switchTimes(of: [condition], parameters: values, from: start, to: end, singleTimes: true)
    let looks = ([start, end] + times.flatMap { [$0, $0.nextUp, $0.nextDown] }).filter { $0 >= start && $0 <= end }
    let held = looks.contains { time in condition.value(at: values.merging([.time: time]) { $1 }) != 0 }
    if !held {
      found.warning(
        "the condition \(context) does not hold at any time of the run, from \(start) to \(end)", at: node.place)
    }
  }
}

extension Expression {
  /// Whether it depends on nothing but the time and parameters.
  fileprivate var isOfTime: Bool {
    nodes.allSatisfy { node in
      switch node {
      case .symbol(.time), .symbol(.parameter): true
      case .symbol, .functional, .lineFunctional, .convolution, .delay: false
      default: true
      }
    }
  }

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
