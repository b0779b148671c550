import Documents
import Expressions

extension Model {
  /// The model with other values for some parameters.
  package func with(parameters values: [String: Double]) -> Model {
    let parameters = parameters.map { $0.with(value: values[$0.name] ?? $0.value) }
    var model = Model(
      name: name, title: title, sources: sources, lengthUnit: lengthUnit, timeUnit: timeUnit,
      parameters: parameters, fields: fields, processes: processes.map { $0.scalingHills(parameters) },
      freeBoundary: freeBoundary, functions: functions, document: document)
    model.infusions = infusions
    model.delays = delays
    model.noise = noise
    return model
  }

  /// The model with a symbol in place of a part of its rates.
  package func replacing(_ part: Expression, by symbol: Symbol) -> Model {
    var model = Model(
      name: name, title: title, sources: sources, lengthUnit: lengthUnit, timeUnit: timeUnit, parameters: parameters,
      fields: fields,
      processes: processes.map { process in
        Process(
          name: process.name, rate: process.rate.replacing(part, by: symbol),
          changes: process.changes.map { ($0.field, $0.amount.replacing(part, by: symbol)) })
      }, freeBoundary: freeBoundary, functions: functions, document: document)
    model.infusions = infusions
    model.delays = delays
    model.noise = noise
    return model
  }

  /// The model with rates that are added for a while, by what adds them.
  package func infusing(_ rates: [(name: String, field: String, rate: Expression)]) -> Model {
    var model = self
    model.infusions = rates.map { Process(name: $0.name, rate: $0.rate, changes: [($0.field, .constant(1))]) }
    return model
  }

  /// The model as JSON, with the values of the parameters that are in force.
  package var resolvedDocument: JSONText {
    guard case .object(let members) = JSONText(document) else { return .null }
    return .object(
      members.map { member in
        guard member.key == "parameters", case .object(let entries) = member.value else { return member }
        return .init(member.key, .object(entries.map(resolved)))
      })
  }

  private func resolved(_ entry: JSONText.Member) -> JSONText.Member {
    let value = JSONText.number(parameterValues[entry.key] ?? .nan)
    guard case .object(let details) = entry.value else { return .init(entry.key, value) }
    return .init(entry.key, .object(details.map { .init($0.key, $0.key == "value" ? value : $0.value) }))
  }
}
