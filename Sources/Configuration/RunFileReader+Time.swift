import Documents
import Models
import TimeStepping

extension RunFileReader {
  mutating func readInterval() -> (start: Double, end: Double) {
    let time = root["time"]
    // What is no number has been reported, and nothing follows from it.
    func number(_ key: String) -> Double { time?[key].map { $0.number ?? .nan } ?? 0 }
    let (start, end) = (number("start"), number("end"))
    if let place = time?["end"]?.place, end <= start {
      found.error(
        "the end of the run, \(JSONText.text(end)), is not after its start, \(JSONText.text(start))", at: place)
    }
    return (start, end)
  }

  /// A fixed step or a tolerance.
  mutating func readSteps(_ model: Model, _ start: Double, _ end: Double) -> RunConfiguration.Steps {
    let time = root["time"]
    if let node = time?["step"], let step = node.number {
      if step > 0, (end - start) / step > 1e12 {
        found.error(
          "the run would take \(JSONText.text((end - start) / step)) steps", at: node.place,
          remedy: "take longer steps")
      }
      let rounding = max(abs(start), abs(end)).ulp
      if step > 0, step < 16 * rounding {
        found.error(
          "a step of \(JSONText.text(step)) is less than 16 roundings of the time, which are \(JSONText.text(rounding))",
          at: node.place, remedy: "take longer steps, or let the time begin at 0")
      }
      checkStep(step, model, at: node.place)
      for key in ["tolerance", "first_step", "smallest_step", "largest_step"] {
        guard let other = time?[key] else { continue }
        found.error(
          "a fixed step leaves nothing to choose for \"\(key)\"", at: other.place,
          remedy: key == "tolerance"
            ? "keep one of them" : "remove \"\(key)\", or set a \"tolerance\" in place of \"step\"")
      }
      return .fixed(step)
    }
    return .controlled(readTolerance(model), readBounds(start, end, atMost: longestStep(model)))
  }

  mutating func checkExtinction(_ model: Model, _ start: Double, _ end: Double) {
    for field in model.fields {
      guard let extinction = field.extinction else { continue }
      if field.isQuasiSteady {
        found.error(
          "the quasi-steady field \(field.name) follows from the other fields, so that it cannot become extinct",
          at: extinction.place, remedy: "remove \"extinction\"")
      }
      let count = (end - start) / extinction.interval
      if count > 1e12 {
        found.error(
          "values of field \(field.name) would be looked at \(JSONText.text(count)) times", at: extinction.place,
          remedy: "about the time in which a cell divides or dies is short enough for \"every\"")
      }
    }
  }

  private mutating func readTolerance(_ model: Model) -> Tolerance {
    let node = root["time"]?["tolerance"]
    func perField(_ key: String) -> [Double?] {
      let part = node?[key]
      for member in part?.members ?? [] where !model.fieldNames.contains(member.key) {
        found.error(
          "there is no field \"\(member.key)\"", at: member.keyPlace,
          suggestion: nearestSpelling(of: member.key, among: model.fieldNames))
      }
      return model.fieldNames.map { part?.number ?? part?[$0]?.number }
    }
    let relative = perField("relative").map { $0 ?? node?.number ?? 1e-4 }
    // What is less than the threshold of extinction is none, so that no step can be more accurate than that.
    let absolute = zip(perField("absolute"), model.fields).map { $0 ?? $1.extinction?.density }
    return Tolerance(relative: relative, absolute: absolute)
  }

  private mutating func readBounds(_ start: Double, _ end: Double, atMost limit: Double) -> StepSizeController.Bounds {
    let (time, length) = (root["time"], end - start)
    // A field that comes from nothing by a root or a power is at first as wrong as it is large, however short the step. And a
    // step that is shorter than some roundings of the time does not tell it apart.
    let shortest = max(length * 1e-14, 16 * max(abs(start), abs(end)).ulp)
    let smallest = time?["smallest_step"]?.number ?? shortest
    let largest = min(time?["largest_step"]?.number ?? max(length / 5, smallest), limit)
    let first = time?["first_step"]?.number ?? min(max(length / 1000, smallest), largest)
    let all = [("smallest_step", smallest), ("first_step", first), ("largest_step", largest)]
    for (index, (key, value)) in all.enumerated() {
      guard let node = time?[key], node.number != nil else { continue }
      for (other, limit) in all[..<index] where limit > value && time?[other] != nil {
        found.error(
          "\"\(key)\" is less than \"\(other)\", \(JSONText.text(limit))", at: node.place,
          remedy: "make it at least as large")
      }
    }
    var bounds = StepSizeController.Bounds(
      smallest: min(smallest, largest), largest: largest, first: min(max(first, smallest), largest))
    bounds.length = length
    return bounds
  }

  mutating func readReactions(
    _ steps: RunConfiguration.Steps, _ scheme: Scheme
  ) -> (method: ReactionMethod, tolerance: Double?) {
    let node = root["time"]?["reactions"]
    let method = node?["method"]?.string.flatMap(ReactionMethod.named) ?? .standard
    let tolerance = node?["tolerance"]?.number
    return (method, tolerance)
  }

  /// Reactions are more accurate than the steps that they are part of, so that they do not blur the errors of those.
  static func standardReactionTolerance(_ steps: RunConfiguration.Steps, _ scheme: Scheme) -> Double {
    guard case .controlled(let tolerance, _) = steps else { return 1e-6 }
    let relative = tolerance.relative.min() ?? 1
    return max(1e-13, 0.03 * relative / scheme.accumulation.weight(relative: relative))
  }

  /// By the rule of `Scheme.recommended`, or with a fixed step Strang splitting, but not where it loses its order: with reactions
  /// that do not keep the boundary data.
  ///
  /// With noise there is no such order.
  mutating func scheme(_ model: Model, _ sides: [FieldSides]) -> Scheme {
    let losesOrder = !model.processes.isEmpty && !model.reactionsKeep(sides)
    let isFixed = root["time"]?["step"] != nil
    guard let node = root["time"]?["scheme"], let asked = node.string.flatMap(Scheme.named) else {
      return !isFixed ? .auto : losesOrder && model.noise.isEmpty ? .rebalancedStrang : .strang
    }
    if isFixed, case .automatic = asked.method {
      found.error(
        "a fixed step says nothing about how accurate a scheme must be, so that none can be chosen", at: node.place,
        remedy: "name a scheme, or give a \"tolerance\" instead of a \"step\"")
    }
    if losesOrder, model.noise.isEmpty, asked.losesOrderAtSides {
      found.warning(
        "the scheme \(asked.name) is of lower order where something is prescribed at the sides", at: node.place,
        remedy: "use \(Scheme.rebalancedStrang.name)")
    }
    return asked
  }
}
