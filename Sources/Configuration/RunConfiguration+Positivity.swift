import Documents
import Expressions
import Models

extension RunConfiguration {
  /// The rates of the fields as production and loss, with what this run says of time and position.
  var productionLoss: [ProductionLoss] {
    var known = [Symbol.time: Interval(startTime, endTime)]
    // Where the boundary is free positions change.
    if model.freeBoundary == nil {
      for axis in grid.axes { known[.coordinate(axis.name)] = Interval(axis.origin, axis.origin + axis.length) }
    }
    return model.productionLoss(intervals: known)
  }

  /// Whether reactions can make a field negative, and by what, one line for each field; nothing of those in balance.
  var positivityLines: [String] {
    zip(model.fields, productionLoss).filter { !$0.0.isQuasiSteady }.map { field, parts in
      guard !parts.isPositive else { return "\(field.name): cannot become negative" }
      let terms = parts.obstacles.map { "\($0.term) of \($0.process)" }
      return "\(field.name): can become negative, by \(terms.joined(separator: ", and by "))"
    }
  }

  /// The same for programs.
  var positivityOutput: JSONText {
    .object(
      zip(model.fields, productionLoss).filter { !$0.0.isQuasiSteady }.map { field, parts in
        let obstacles = parts.obstacles.map { obstacle in
          JSONText.object(["process": .string(obstacle.process), "term": .string("\(obstacle.term)")])
        }
        return .init(
          field.name, .object(["proven": .boolean(parts.isPositive), "obstacles": .array(obstacles)]))
      })
  }
}
