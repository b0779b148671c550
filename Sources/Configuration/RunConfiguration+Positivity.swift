import Documents
import Expressions
import Models
import TimeStepping

extension RunConfiguration {
  /// The rates of the fields as production and loss, with what this run says of time and position.
  var productionLoss: [ProductionLoss] {
    model.productionLoss(intervals: knownIntervals, signed: negativeAtStart)
  }

  /// What this run says of time and position.
  var knownIntervals: [Symbol: Interval] {
    var known = [Symbol.time: Interval(startTime, endTime)]
    // Where the boundary is free positions change.
    if model.freeBoundary == nil {
      for axis in grid.axes { known[.coordinate(axis.name)] = Interval(axis.origin, axis.origin + axis.length) }
    }
    for name in fieldsOfAnySign { known[.field(name)] = .all }
    return known
  }

  /// What is integrated at the points: integrals along an axis and convolutions in the rates, and the rates of all fields
  /// and of those that stand for delayed values and for these, whole and as production and loss; the rates of the lines of
  /// the ledger.
  var reactionRates:
    (distributions: [Distribution], rates: [Expression], parts: [ReactionSystem.Parts], lines: [Expression])
  {
    let moves = model.fields.map { !$0.isQuasiSteady }
    let split = productionLoss
    func part(_ expressions: [Expression]) -> [Expression] { zip(moves, expressions).map { $0 ? $1 : .constant(0) } }
    // Taken out together, they have the same names in all of them.
    let (found, all) = Expression.extractingDistributions(
      keptInDomain(part(model.rates) + part(split.map(\.production)) + part(split.map(\.loss)) + ledgerRates))
    let count = moves.count
    let none = model.constantDelays.map { _ in Expression.constant(0) } + found.map { _ in .constant(0) }
    let parts = (0..<count).map { field in
      ReactionSystem.Parts(
        production: all[count + field], loss: all[2 * count + field],
        isPositive: moves[field] && split[field].isPositive)
    }
    // What stands for the past and the whole domain follows a line, of any sign.
    let others = none.map { ReactionSystem.Parts(production: $0, loss: $0, isPositive: false) }
    return (found, Array(all[..<count]) + none, parts + others, Array(all[(3 * count)...]))
  }

  /// Whether reactions or noise can make a field negative, and by what, one line for each field, without quasi-steady fields.
  ///
  /// - Parameter limits: of each field the value that it cannot exceed, if one is known.
  func positivityLines(limits: [Double?]) -> [String] {
    let balances = balances
    return zip(zip(model.fields, limits), productionLoss).filter { !$0.0.0.isQuasiSteady }.map { field, parts in
      let (field, limit) = field
      if parts.isSigned { return "\(field.name): negative at the start, so that nothing is promised of its sign" }
      guard !parts.isPositive else {
        return "\(field.name): cannot become negative" + (limit.map { ", nor exceed \(Float($0))" } ?? "")
      }
      if let balance = balances[field.name] {
        return "\(field.name): cannot become negative while \(balance.name) = \(balance.value) is not"
      }
      let terms = parts.obstacles.map { "\($0.term) of \($0.process)" }
      return "\(field.name): can become negative where \(terms.joined(separator: ", or ")) takes away what is not there"
    }
  }

  /// Of fields whose sign depends on that of a function of the model, which function that is, as `C` of `C = theta - u - v`.
  ///
  /// If that function is not negative, the field cannot become so, nor can the fields that it depends on.
  private var balances: [String: (name: String, value: Expression)] {
    let scope = model.scope(coordinates: grid.axes.map(\.name), allows: .rate)
    var found: [String: (name: String, value: Expression)] = [:]
    for (name, function) in model.functions.sorted(by: { $0.key < $1.key }) where function.arguments.isEmpty {
      guard let value = try? Expression(function.body, in: scope), !value.isCondition,
        model.fields.contains(where: { value.dependsOn(.field($0.name)) })
      else { continue }
      let symbol = Symbol.parameter("\(name) of the model")
      let known = knownIntervals.merging([symbol: .nonNegative]) { $1 }
      let parts = model.replacing(value, by: symbol).productionLoss(intervals: known, signed: negativeAtStart)
      for part in parts where part.isPositive && found[part.field] == nil { found[part.field] = (name, value) }
    }
    return found
  }

  /// The same for programs.
  func positivityOutput(limits: [Double?]) -> JSONText {
    let balances = balances
    return .object(
      zip(zip(model.fields, limits), productionLoss).filter { !$0.0.0.isQuasiSteady }.map { field, parts in
        let (field, limit) = field
        let obstacles = parts.obstacles.map { obstacle in
          JSONText.object(["process": .string(obstacle.process), "term": .string("\(obstacle.term)")])
        }
        return .init(
          field.name,
          .object([
            "proven": .boolean(parts.isPositive), "obstacles": .array(obstacles),
            "cannot_exceed": limit.map(JSONText.number),
            "while_not_negative": parts.isPositive ? nil : balances[field.name].map { .string($0.name) },
          ]))
      })
  }
}
