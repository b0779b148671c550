import Documents

extension Model {
  /// The model with other values for some parameters.
  package func with(parameters values: [String: Double]) -> Model {
    Model(
      name: name, title: title, sources: sources, lengthUnit: lengthUnit, timeUnit: timeUnit,
      parameters: parameters.map { $0.with(value: values[$0.name] ?? $0.value) }, fields: fields, processes: processes,
      functions: functions, document: document)
  }

  /// The model as JSON, with the values of the parameters that are in force.
  package var resolvedDocument: JSONOutput {
    guard case .object(let members) = JSONOutput(document) else { return .null }
    return .object(
      members.map { member in
        guard member.key == "parameters", case .object(let entries) = member.value else { return member }
        return .init(key: member.key, value: .object(entries.map(resolved)))
      })
  }

  private func resolved(_ entry: JSONOutput.Member) -> JSONOutput.Member {
    let value = JSONOutput.number(parameterValues[entry.key] ?? .nan)
    guard case .object(let details) = entry.value else { return .init(key: entry.key, value: value) }
    return .init(
      key: entry.key, value: .object(details.map { .init(key: $0.key, value: $0.key == "value" ? value : $0.value) }))
  }
}
