import Documents
import Expressions
import Fields
import Models

/// The units of the expressions of the run file. Those that do not follow from the model are not judged.
extension RunFileReader {
  /// Refuses what adds or compares quantities that do not go together, and what is not in the unit of what it becomes.
  ///
  /// - Parameters:
  ///   - subject: what the expression gives, as in "the initial value of field u".
  ///   - wanted: the unit that it must have; nil if any will do.
  mutating func checkUnits(
    of expression: Expression, _ subject: String, at place: Place?, as wanted: UnitOfMeasure? = nil
  ) {
    guard let units else { return }
    if let (one, other) = units.mixture(in: expression) {
      found.error(
        "\(subject) adds or compares what is in \"\(one.text)\" and in \"\(other.text)\"", at: place,
        remedy: "nothing is converted: multiply one of them")
    } else if let wanted, let own = units.unit(of: expression), units.differs(expression, own, from: wanted) {
      found.error(
        "\(subject) is in \"\(own.text)\", but must be in \"\(wanted.text)\"", at: place,
        remedy: "nothing is converted: multiply it, or give its value in that unit")
    }
  }

  /// The unit of a field or parameter, times powers of length and time; nil if one of them is not known.
  func unit(of name: String, length: Int = 0, time: Int = 0) -> UnitOfMeasure? {
    guard let units, var unit = (units.fields[name] ?? units.parameters[name]) ?? nil else { return nil }
    let text = unit.text
    for (other, power) in [(units.length, length), (units.time, time)] where power != 0 {
      guard let other else { return nil }
      unit = unit * other.power(power)
    }
    let lengths = length == 0 ? "" : " times \(units.length?.text ?? "")"
    return unit.written(text + lengths + (time == 0 ? "" : " per \(units.time?.text ?? "")"))
  }

  /// Compares prescribed boundary data with the unit of a field.
  mutating func checkUnits(of side: SideCondition, _ field: String) {
    let place = side.place
    switch side.kind {
    case .periodic, .noFlux: return
    case .value(let value):
      checkUnits(of: value, "the value of field \(field) at a side", at: place, as: unit(of: field))
    case .flux(let flux):
      checkUnits(
        of: flux, "the flux of field \(field) at a side", at: place, as: unit(of: field, length: 1, time: -1))
    case .robin(let coefficient, let outside):
      checkUnits(of: coefficient, "the coefficient of exchange of field \(field) at a side", at: place)
      checkUnits(of: outside, "the value outside of field \(field)", at: place, as: unit(of: field))
    }
  }

  /// Compares the boundary data of the axes along which a field moves; data for several sides once.
  mutating func checkUnitsAtSides(
    of field: ModelField, _ domain: BoundaryConditions, _ axes: [Axis], moves: [Bool]
  ) {
    var places = Set<Place>()
    for (axis, moves) in zip(axes, moves) where moves {
      for isUpper in axis.beginsAtCenter ? [true] : [false, true] {
        let condition =
          field.boundaries.condition(axis.name, isUpper: isUpper) ?? domain.condition(axis.name, isUpper: isUpper)
        guard let condition, places.insert(condition.place).inserted else { continue }
        checkUnits(of: condition, field.name)
      }
    }
  }

  /// Looks for sums and comparisons of what does not go together in movement, noise and the law of a free boundary, and for
  /// diffusivities and velocities in other units than those of the domain and of the time.
  mutating func checkUnitsOfMovement(_ model: Model) {
    /// That of lengths to a power per unit of time, times the quotient of two fields' units.
    func unit(length power: Int, of field: String? = nil, per other: String? = nil) -> UnitOfMeasure? {
      guard let units, let length = units.length, let time = units.time else { return nil }
      var unit = length.power(power) * time.power(-1)
      var text = power == 1 ? length.text : "\(length.text)^\(power)"
      for (name, power) in [(field, 1), (other, -1)] {
        guard let name else { continue }
        guard let own = units.fields[name] ?? nil else { return nil }
        unit = unit * own.power(power)
        text += power == 1 ? " times \(own.text)" : " per \(own.text)"
      }
      return unit.written("\(text) per \(time.text)")
    }
    for field in model.fields where field.stage == nil {
      for (expression, place) in field.diffusivity.all {
        checkUnits(of: expression, "the diffusion of field \(field.name)", at: place, as: unit(length: 2))
      }
      for (cause, coefficient, place) in field.crossDiffusion {
        checkUnits(
          of: coefficient, "the cross-diffusion of field \(field.name)", at: place,
          as: unit(length: 2, of: field.name, per: cause))
      }
      for taxis in field.taxis {
        checkUnits(
          of: taxis.sensitivity, "the taxis of field \(field.name) toward \(taxis.toward)", at: field.taxisPlace,
          as: unit(length: 2, per: taxis.toward))
      }
      for (axis, velocity) in field.advection.sorted(by: { $0.key < $1.key }) {
        checkUnits(
          of: velocity, "the velocity of field \(field.name) along \(axis)", at: field.taxisPlace, as: unit(length: 1))
      }
    }
    for source in model.noise {
      for (field, amplitude, place) in source.changes {
        checkUnits(of: model.undelayed(amplitude), "the noise \(source.name) of field \(field)", at: place)
      }
    }
    switch model.freeBoundary?.kind {
    case .stefan(_, let expression), .growth(let expression, _):
      checkUnits(of: expression, "the law of the free boundary", at: model.freeBoundary?.place)
    case nil: return
    }
  }

  /// Refuses units of dose, `α` and `α/β` with which `α d` or `d/(α/β)` would not be numbers without unit.
  mutating func checkUnitsOfRadiotherapy(_ node: JSONNode, _ numbers: [Expression], _ reading: TreatmentReading) {
    guard let units else { return }
    let keys = ["dose", "alpha", "alpha_beta"]
    let known = numbers.map { units.unit(of: $0) }
    let one = UnitOfMeasure("1")
    for (first, second) in [(0, 1), (0, 2), (1, 2)] {
      guard let a = known[first], let b = known[second] else { continue }
      let isRatio = (first, second) == (0, 2)
      guard (a * b.power(isRatio ? -1 : 1)).withoutGray.contradicts(one) else { continue }
      found.error(
        "\(reading.context) \"\(keys[first])\" is in \"\(a.text)\" and \"\(keys[second])\" in \"\(b.text)\", but "
          + (isRatio ? "both must have one unit" : "their product must be without unit"),
        at: node[keys[second]]?.place, remedy: "nothing is converted: give all of them in one unit of dose, as Gy")
      return
    }
  }
}
