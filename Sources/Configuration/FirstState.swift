import Documents
import Expressions
import Fields
import Models

extension RunConfiguration {
  /// Looks at the fields as they are at the start.
  ///
  /// - Returns: warnings of densities that begin below 0.
  /// - Throws: `Diagnostics` if a value is no finite number.
  func checkFirstState(_ state: FieldSet, pool: WorkerPool) throws(Diagnostics) -> Diagnostics {
    var found = Diagnostics()
    let parts = productionLoss
    for (field, range) in FieldRanges(grid: grid, count: state.count, pool: pool).ranges(of: state).enumerated() {
      let member = model.fields[field]
      guard member.stage == nil, !member.isQuasiSteady else { continue }
      let place = document["initial"]?[member.name]?.place
      func position(_ isSought: (Double) -> Bool) -> String {
        let point = state.firstPoint(field, where: isSought) ?? (0, 0)
        return member.isCompartment
          ? ""
          : " at "
            + zip(grid.axes, self.position(ofPoint: point)).map { "\($0.name) = \(Float($1))" }.joined(separator: ", ")
      }
      if !range.isFinite {
        found.error(
          "the initial value of \(member.name) is no finite number\(position { !$0.isFinite })", at: place,
          remedy: "look at what its expression or file gives there")
      } else if range.minimum < 0, parts[field].isPositive, !isLinearAlone(field) {
        found.warning(
          "the initial value of \(member.name) is \(JSONText.text(range.minimum))\(position { $0 == range.minimum }): a density "
            + "is not negative, and processes keep it so only if it begins so", at: place,
          remedy: "look at its sign and its parameters")
      }
    }
    try found.throwIfErrors()
    return found
  }

  /// Whether a field can as well have the other sign: its equation is linear, and nothing else depends on it.
  private func isLinearAlone(_ field: Int) -> Bool {
    let symbol = Symbol.field(model.fieldNames[field])
    let rates = model.rates.map(model.undelayed)
    let movement = model.fields.flatMap { other in
      other.diffusivity.all.map(\.expression) + other.taxis.map(\.sensitivity) + other.advection.values
    }
    return !rates[field].derivative(by: symbol).dependsOn(symbol)
      && rates[field].substituting([symbol: .constant(0)]).constantValue == 0
      && !rates.enumerated().contains { $0 != field && $1.dependsOn(symbol) }
      && !movement.contains { $0.dependsOn(symbol) }
      && !model.fields.contains { $0.taxis.contains { $0.toward == model.fieldNames[field] } }
  }

  /// What a run would say at its start, without running.
  ///
  /// Fields of more values than a laptop has room for are not made.
  ///
  /// - Returns: warnings.
  /// - Throws: what a run would refuse.
  package func checkStart() throws -> Diagnostics {
    guard grid.pointCount * model.fields.count <= 1 << 26 else { return Diagnostics() }
    return try RunAssembly(self).startWarnings
  }
}
