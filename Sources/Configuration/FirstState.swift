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
          range.minimum.isFinite && range.maximum.isFinite
            ? "the initial value of \(member.name) is larger than 1e150\(position { !(abs($0) <= FieldRanges.Range.largest) })"
            : "the initial value of \(member.name) is no finite number\(position { !$0.isFinite })", at: place,
          remedy: "check the value of its expression or file there")
      } else if range.minimum < 0, parts[field].isPositive, !isOddAlone(field),
        !tellsSignsApart(field, at: range.minimum)
      {
        warnOfNegative(field, range.minimum, position { $0 == range.minimum }, &found)
      }
    }
    try found.throwIfErrors()
    warnOfSeveralSolutions(state, &found)
    return found
  }

  private func warnOfNegative(_ field: Int, _ value: Double, _ position: String, _ found: inout Diagnostics) {
    found.warning(
      "the initial value of \(model.fieldNames[field]) is \(JSONText.text(value))\(position): a density "
        + "is not negative, and processes keep it so only if it begins so",
      at: document["initial"]?[model.fieldNames[field]]?.place, remedy: "check its sign and its parameters")
  }

  /// Looks at the initial values that are the same number everywhere, where other errors keep the fields from being made.
  ///
  /// - Returns: warnings of densities that begin below 0, and errors where a rate, a diffusivity, a velocity or an amplitude of noise is no
  ///   number.
  func checkNumbersAtStart() -> Diagnostics {
    var found = Diagnostics()
    let parameters = Dictionary(
      uniqueKeysWithValues: model.parameterValues.map { (Symbol.parameter($0.key), $0.value) })
    let numbers = initial.map { value -> Double? in
      if case .expression(let expression) = value { expression.value(at: parameters) } else { nil }
    }
    var configuration = self
    configuration.negativeAtStart = Set(zip(model.fieldNames, numbers).filter { ($1 ?? 0) < 0 }.map(\.0))
    let parts = productionLoss
    for (field, number) in numbers.enumerated() {
      let member = model.fields[field]
      guard let number, number < 0, member.stage == nil, !member.isQuasiSteady else { continue }
      if let error = configuration.undefinedAtStart(field, numbers) {
        found.merge(error)
      } else if parts[field].isPositive, !isOddAlone(field), !tellsSignsApart(field, at: number) {
        warnOfNegative(field, number, "", &found)
      }
    }
    return found
  }

  /// Warns of fields that are 0 where the equations allow both that they stay so and that they grow, as `u' = sqrt(u)` does, and
  /// where nothing brings any of them.
  private func warnOfSeveralSolutions(_ state: FieldSet, _ found: inout Diagnostics) {
    for field in fieldsThatGrowAtOnce.sorted() {
      let member = model.fields[field]
      let isTreated = treatments.contains { treatment in
        treatment.changes.contains { $0.target == .field(member.name) }
          || treatment.infusion?.rates.contains { $0.field == member.name } ?? false
      }
      let rate = model.undelayed(model.ratesWithoutInfusions[field])
      var values = Dictionary(rate.symbols.map { ($0, 1.0) }, uniquingKeysWith: { first, _ in first })
      values.merge(model.parameterValues.map { (Symbol.parameter($0.key), $0.value) }) { $1 }
      values[.field(member.name)] = 0
      guard !isTreated, !sides[field].isPrescribed, model.noise(of: member.name).isEmpty, rate.value(at: values) == 0
      else { continue }
      let isEmpty = state.minimum(field) == 0 && state.maximum(field) == 0
      let staysPut = !diffusivities[field].moves.contains(true) && member.taxis.isEmpty && member.advection.isEmpty
      guard isEmpty || staysPut && mask == nil && state.minimum(field) == 0 else { continue }
      found.warning(
        "the rate of \(member.name) goes to 0 more slowly than \(member.name) itself, as sqrt(\(member.name)) does, and "
          + "\(member.name) is 0 \(isEmpty ? "everywhere" : "somewhere and does not move"): there the equations have more than one "
          + "solution, and the run has the one that stays 0",
        at: document["initial"]?[member.name]?.place ?? document["model"]?.place ?? document.place,
        remedy: "begin with a small positive value if \(member.name) is to grow there")
    }
  }

  /// Whether a field can as well have the other sign: its rate is odd in it, as `-k u` and `u - u³`, and nothing else depends
  /// on it.
  private func isOddAlone(_ field: Int) -> Bool {
    let symbol = Symbol.field(model.fieldNames[field])
    let rates = model.rates.map(model.undelayed)
    let movement = model.fields.flatMap { other in
      other.diffusivity.all.map(\.expression) + other.taxis.map(\.sensitivity) + other.advection.values
    }
    return isOdd(rates[field], in: symbol)
      && !rates.enumerated().contains { $0 != field && $1.dependsOn(symbol) }
      && !movement.contains { $0.dependsOn(symbol) }
      && !model.fields.contains { $0.taxis.contains { $0.toward == model.fieldNames[field] } }
  }

  /// Whether the rates reckon with negative values of a field: they compare it with 0, take its absolute value, or are numbers only
  /// where it is negative.
  private func tellsSignsApart(_ field: Int, at lowest: Double) -> Bool {
    let symbol = Symbol.field(model.fieldNames[field])
    return model.rates.contains { rate in
      let rate = model.undelayed(rate)
      guard rate.dependsOn(symbol) else { return false }
      func isField(_ number: Int) -> Bool { rate.nodes[number] == .symbol(symbol) }
      func isZero(_ number: Int) -> Bool { rate.nodes[number] == .constant(0) }
      let isCompared = rate.nodes.contains { node in
        switch node {
        case .unary(.abs, let a): isField(a)
        case .binary(let operation, let a, let b)
        where operation.isComparison || operation == .max || operation == .min:
          isField(a) && isZero(b) || isField(b) && isZero(a)
        default: false
        }
      }
      var values = Dictionary(rate.symbols.map { ($0, 1.0) }, uniquingKeysWith: { first, _ in first })
      values.merge(model.parameterValues.map { (Symbol.parameter($0.key), $0.value) }) { $1 }
      let (below, above) = (values.merging([symbol: lowest]) { $1 }, values.merging([symbol: -lowest]) { $1 })
      return isCompared || rate.undefinedPart(at: below) == nil && rate.undefinedPart(at: above) != nil
    }
  }

  /// Whether an expression turns its sign with a symbol, at some values of all others.
  private func isOdd(_ expression: Expression, in symbol: Symbol) -> Bool {
    let parameters = model.parameterValues.map { (Symbol.parameter($0.key), $0.value) }
    return [0.37, 1.3, 2.9].allSatisfy { sample in
      var values = Dictionary(expression.symbols.map { ($0, 0.7 * sample) }, uniquingKeysWith: { first, _ in first })
      values.merge(parameters) { $1 }
      let (plus, minus) = (
        expression.value(at: values.merging([symbol: sample]) { $1 }),
        expression.value(at: values.merging([symbol: -sample]) { $1 })
      )
      guard let plus, let minus else { return false }
      return abs(plus + minus) <= 1e-12 * max(abs(plus), abs(minus))
    }
  }

  /// What a run would say at its start, without running.
  ///
  /// Fields of more values than a laptop can hold are not made.
  ///
  /// - Returns: warnings.
  /// - Throws: what a run would refuse.
  package func checkStart() throws -> Diagnostics {
    guard grid.pointCount * model.fields.count <= 1 << 26 else { return Diagnostics() }
    return try RunAssembly(self).startWarnings
  }
}
