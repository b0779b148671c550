import Documents
import Expressions
import Fields
import Models
import Operators
import Rates
import Simulations

extension RunFileReader {
  /// The value of a compartment at the start: one number.
  mutating func readInitialCompartment(_ name: String, _ node: JSONNode, _ model: Model) -> InitialValue? {
    if node.object != nil {
      found.error("the compartment \(name) is one number, which no file gives", at: node.place.opening)
      return nil
    }
    let scope = model.scope(coordinates: [], allows: [])
    let subject = "the initial value of compartment \(name)"
    guard let expression = node.expression(in: scope, context: "in \(subject)", &found) else { return nil }
    checkUnits(of: expression, subject, at: node.place, as: unit(of: name))
    return .expression(expression)
  }
}

extension RunConfiguration {
  /// Sets all fields to their values at the start.
  ///
  /// - Returns: warnings of files.
  func setInitialValues(of state: FieldSet, volumes: PointVolumes, pool: WorkerPool) throws -> Diagnostics {
    let expressions = initial.map { value -> Expression in
      if case .expression(let expression) = value { expression } else { .constant(0) }
    }
    try setInitialState(
      state, to: expressions, fields: model.fieldNames, parameters: model.parameterValues, seed: seed, time: startTime,
      volumes: volumes, pool: pool)
    var warnings = Diagnostics()
    for (index, value) in initial.enumerated() {
      guard case .file(let file) = value else { continue }
      state.setValues(index, to: try file.values(of: target(index), in: volumes, &warnings))
    }
    volumes.clearOutside(state)
    return warnings
  }

  /// Reads what the run file takes from other files, and the mask, and refuses what a run would refuse at its start.
  package func checkFiles() throws {
    var found = Diagnostics()
    // A run gives them.
    var warnings = Diagnostics()
    var volumes: PointVolumes?
    do {
      let pool = WorkerPool(threads: 1)
      volumes = try mask?.volumes(of: self, pool: pool, &warnings) ?? PointVolumes(grid)
    } catch let problems as Diagnostics {
      found.merge(problems)
    }
    for (index, value) in initial.enumerated() {
      guard case .file(let file) = value else { continue }
      do throws(Diagnostics) {
        _ = try file.values(of: target(index), in: volumes, &warnings)
      } catch {
        found.merge(error)
      }
    }
    try found.throwIfErrors()
  }

  /// What a field needs of a file.
  private func target(_ index: Int) -> ArraySource.Target {
    let field = model.fields[index]
    return .init(grid: grid, lengthUnit: lengthUnit, field: "the field \(field.name)", unit: field.unit)
  }

  /// What keeps a field from a balance with the values of the others where a run begins or branches off.
  func diagnostics(_ failure: NumericalFailure) -> Diagnostics {
    var found = Diagnostics()
    found.error(
      "the quasi-steady field \(model.fieldNames[failure.field]) \(failure.problem) at the start",
      at: model.fields[failure.field].diffusivity.place,
      remedy: "check its production, its decay and its boundary conditions, or begin nearer to its steady state")
    return found
  }

  /// What is wrong with a velocity at the start, where it stands.
  func diagnostics(_ failure: VelocityFailure) -> Diagnostics {
    let report = UndefinedPart.Site(NumericalFailure(failure), self)
    let part = UndefinedPart.find(UndefinedPart.velocities(of: failure.field, self), self, at: report)
    var found = Diagnostics()
    found.error(
      "field \(model.fieldNames[failure.field]) \(NumericalFailure(failure).problem) at the start, at \(report.description)"
        + (part?.clause ?? ""), at: model.fields[failure.field].taxisPlace, remedy: UndefinedPart.velocityRemedy)
    return found
  }

  /// Refuses numbers prescribed at sides that are no numbers at the start.
  func checkSides(volumes: PointVolumes) throws {
    var found = Diagnostics()
    for (field, sides) in zip(model.fields, sides) {
      for given in sides.given {
        guard let part = try UndefinedPart.find(given, self, volumes: volumes, times: [startTime]) else { continue }
        found.error(part.sentence(for: field.name), at: given.place)
      }
    }
    try found.throwIfErrors()
  }

  /// What is wrong with diffusion at the start, where it stands.
  func diagnostics(_ failure: DiffusionFailure) -> Diagnostics {
    switch failure {
    case .diffusivity(let failure): return diagnostics(failure)
    case .velocity(let failure): return diagnostics(failure)
    case .freeBoundary(let failure):
      var found = Diagnostics()
      found.error(failure.problem, at: model.fields[failure.field].diffusivity.place)
      return found
    }
  }

  /// What is wrong with a diffusivity, where it stands.
  func diagnostics(_ failure: DiffusivityFailure) -> Diagnostics {
    let place = [grid.axes[0].coordinate(failure.column)] + grid.rowCoordinates(failure.row)
    let position = zip(grid.axes, place).map { "\($0.name) = \(Float($1))" }.joined(separator: ", ")
    var found = Diagnostics()
    found.error(
      "the \(failure.quantity) of field \(model.fieldNames[failure.field]) is \(failure.value.isFinite ? JSONText.text(failure.value) : "no finite number") at \(position), but must be at least 0",
      at: model.fields[failure.field].diffusivity.place)
    return found
  }
}
