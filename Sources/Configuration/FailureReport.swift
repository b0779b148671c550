import Documents
import Expressions
import Fields
import Models
import Rates

/// A numerical failure as people read it: field, place, time, the process that is largest there, the checkpoint to go on from,
/// and what may help.
package struct FailureReport {
  private let failure: NumericalFailure
  private let configuration: RunConfiguration
  private let step: Int
  private let checkpoint: String?
  private let place: (row: Int, column: Int)
  private let isLocated: Bool
  /// The process that changes the field most at the place, and by how much per unit of time.
  private let process: (name: String, rate: Double)?
  /// What is no number at the place.
  private let undefined: UndefinedPart?
  /// What is prescribed at a side and no number, with the number of its field.
  private let side: (field: Int, part: UndefinedPart)?

  /// - Parameters:
  ///   - step: number of the step that failed.
  ///   - checkpoint: path of the last one.
  package init(_ failure: NumericalFailure, in assembly: RunAssembly, step: Int, checkpoint: String?) {
    self.failure = failure
    let configuration = assembly.configuration
    self.configuration = configuration
    self.step = step
    self.checkpoint = checkpoint
    let rates = try? ProcessRates(of: failure.field, in: assembly, time: failure.time)
    let state = assembly.state
    let terms = FailureReport.terms(failure, configuration)
    func undefinedPart(row: Int, column: Int, values: [Double], faceAxis: Int? = nil) -> UndefinedPart? {
      UndefinedPart.find(
        terms, configuration,
        at: .init(
          configuration, point: (row, column), faceAxis: faceAxis, values: values, time: failure.time))
    }
    side = FailureReport.undefinedSide(failure, assembly)
    // What was found with the values at a place has that place.
    let isLocated = failure.cause.isLocated || !failure.values.isEmpty
    // What is no number without a place of its own has the state where it was found.
    if !isLocated, !terms.isEmpty,
      let (part, place) = state.firstPart(where: { undefinedPart(row: $0, column: $1, values: $2) })
    {
      (self.place, undefined, self.isLocated) = (place, part, true)
    } else {
      self.isLocated = isLocated
      // Where the failure has no place, the field changes fastest there.
      place = isLocated ? (failure.row, failure.column) : rates?.fastestPoint ?? (0, 0)
      undefined =
        isLocated
        ? undefinedPart(
          row: place.row, column: place.column,
          values: failure.values.isEmpty ? state.values(row: place.row, column: place.column) : failure.values,
          faceAxis: failure.faceAxis) : nil
    }
    process = rates?.largest(at: place)
  }

  /// The expressions one of which may be no number, and what they are.
  private static func terms(
    _ failure: NumericalFailure, _ configuration: RunConfiguration
  ) -> [(owner: String, term: Expression)] {
    let (model, field) = (configuration.model, configuration.model.fields[failure.field])
    switch failure.cause {
    case .undefined, .balance:
      let changes = (model.processes + model.infusions).flatMap { process in
        process.changes.map { (field: $0.field, owner: "process \(process.name)", term: $0.amount * process.rate) }
      }
      return (changes.filter { $0.field == field.name } + changes.filter { $0.field != field.name })
        .map { ($0.owner, $0.term) }
    case .diffusivity:
      return (configuration.diffusivities[failure.field].variable ?? []).map { ("the diffusivity", $0) }
    case .velocity: return UndefinedPart.velocities(of: failure.field, configuration)
    case .freeBoundary:
      guard case .growth(let rate, _) = model.freeBoundary?.kind else { return [] }
      return [("the growth of the tissue", rate)]
    default: return []
    }
  }

  /// What is prescribed at a side and no number, where that may be the cause.
  private static func undefinedSide(
    _ failure: NumericalFailure, _ assembly: RunAssembly
  ) -> (field: Int, part: UndefinedPart)? {
    switch failure.cause {
    case .undefined, .pole, .noise, .dose, .violatedInvariant: return nil
    case .velocity where !failure.values.isEmpty: return nil
    default: break
    }
    let configuration = assembly.configuration
    var times = [failure.time, failure.end]
    // A failure inside of a step may come from what holds at its end.
    if case .fixed(let size) = configuration.steps { times.append(failure.time + size) }
    let fields = [failure.field] + configuration.sides.indices.filter { $0 != failure.field }
    for field in fields {
      for given in configuration.sides[field].given {
        let found = try? UndefinedPart.find(
          given, configuration, volumes: assembly.volumes, times: times)
        if let found { return (field, found) }
      }
    }
    return nil
  }

  /// Two lines, without the word "error" in front.
  package var text: String {
    let name = configuration.model.fieldNames[failure.field]
    if let side {
      return """
        step \(step) (t = \(configuration.description(ofTime: failure.time))): \(side.part.sentence(for: configuration.model.fieldNames[side.field])).
        \(FailureReport.sentence(lastCheckpoint: checkpoint)) \(remedy)
        """
    }
    let position = configuration.description(ofPoint: place, faceAxis: failure.faceAxis)
    let location = isLocated ? " at \(position)" : "; it changes fastest at \(position)"
    let cause = undefined?.clause ?? ""
    let largest =
      undefined != nil || failure.cause == .pole
      ? "" : process.map { "; largest process there: \($0.name), \(Float($0.rate))\(perTime)" } ?? ""
    return """
      step \(step) (t = \(configuration.description(ofTime: failure.time))): field \(name) \(failure.problem)\(location)\(cause)\(largest).
      \(FailureReport.sentence(lastCheckpoint: checkpoint)) \(remedy)
      """
  }

  /// Where a run can go on from.
  static func sentence(lastCheckpoint path: String?) -> String {
    path.map { "The last good checkpoint is \($0)." } ?? "There is no checkpoint yet."
  }

  private var perTime: String {
    let unit = configuration.timeUnit ?? "1"
    return unit == "1" ? " per unit of time" : " per \(unit)"
  }

  private var remedy: String {
    let name = configuration.model.fieldNames[failure.field]
    if side != nil { return "Write what is prescribed so that it is a finite number at all times of the run." }
    switch failure.cause {
    case .undefined:
      return
        "Write the rate so that it is a number for all values that occur, as sqrt(max(…, 0)), log(max(…, 1e-9)) or "
        + "where(u > 0, …/u, 0) are; values that the exact solution does not have come from data that jump between two points, "
        + "or from long steps."
    case .pole:
      return
        "If the solution comes to the pole, it ends there, however short the steps are: write the rate so that it stays finite, as …/max(K - u, 0.001*K) does. "
        + "If it does not, take shorter steps."
    case .reactions, .loss:
      let blame =
        process.map { "; if the solution itself grows without limit, the process \($0.name) must saturate" } ?? ""
      return "A shorter step or a smaller tolerance may help\(blame)."
    case .notFinite:
      return
        "Check the prescribed boundary data of \(name) and its advection; a shorter step or a smaller tolerance may help."
    case .smallestStep:
      return
        "Allow shorter steps (time.smallest_step), ask for less (time.tolerance), or look at the processes of \(name)."
    case .diffusivity: return "A diffusivity must be a number of at least 0 at all densities that occur."
    case .velocity: return UndefinedPart.velocityRemedy
    case .tooManyParts:
      return
        "Take shorter steps; a field that spreads so fast is in balance at all times, as \"quasi_steady\": true has it."
    case .freeBoundary: return "Look at the law of the free boundary; a shorter step may help."
    case .balance:
      return "Look at the production and decay of \(name), which must have a steady state."
    case .noise:
      let noise = configuration.model.noise(of: name).map { "\($0.amplitude) of \($0.source)" }
      return
        "Its noise, \(noise.joined(separator: ", ")), must be a number at all values that occur, also at negative ones "
        + "if it does not vanish with \(name); a shorter step may help."
    case .dose: return "Look at the expressions of the treatment."
    case .violatedInvariant: return "This is a defect in Oncofield, please report it with the run file."
    }
  }

  /// For `run.json`.
  package var output: JSONText {
    .object([
      "field": .string(configuration.model.fieldNames[failure.field]),
      "problem": .string(failure.problem),
      "step": .integer(step),
      "time": .number(failure.time),
      "point": .integers(configuration.indices(ofPoint: place)),
      "position": .object(
        zip(configuration.grid.axes, configuration.position(ofPoint: place, faceAxis: failure.faceAxis)).map {
          .init($0.name, .number($1))
        }),
      "process": process.map { .string($0.name) } ?? .null,
      "rate": process.map { .number($0.rate) } ?? .null,
      "undefined": (side?.part ?? undefined).map { undefined in
        .object([
          "expression": .string("\(undefined.part)"), "in": .string(undefined.owner),
          "values": .object(undefined.values.map { .init($0.name, .number($0.value)) }),
        ])
      },
      "checkpoint": checkpoint.map(JSONText.string) ?? .null,
      "remedy": .string(remedy),
    ])
  }
}

/// What each process does to one field, at every point.
private struct ProcessRates {
  private let names: [String]
  private let values: FieldSet

  init(of field: Int, in assembly: RunAssembly, time: Double) throws {
    let (configuration, state) = (assembly.configuration, assembly.state)
    let model = configuration.model
    let changes = model.processes.flatMap { process in
      process.changes.filter { $0.field == model.fieldNames[field] }.map { (process.name, $0.amount * process.rate) }
    }
    names = changes.map(\.0)
    let (found, expressions) = Expression.extractingDistributions(changes.map(\.1))
    let distributions = try configuration.distributionFields(
      found, delays: assembly.delays, kernels: ConvolutionKernels(configuration, pool: assembly.pool),
      volumes: assembly.volumes, pool: assembly.pool)
    let functions = try PointwiseFunctions(
      expressions, fields: distributions?.names ?? model.fieldNames, parameters: model.parameterValues,
      grid: configuration.grid)
    values = try FieldSet(grid: configuration.grid, count: names.count)
    var extended = state
    if let distributions {
      extended = try FieldSet(grid: configuration.grid, count: distributions.names.count)
      try distributions.extend(state, into: extended, time: time)
    }
    GridEvaluator(functions, volumes: assembly.volumes, pool: assembly.pool).evaluate(
      extended, time: time, into: values)
  }

  /// The process with the largest finite rate.
  func largest(at place: (row: Int, column: Int)) -> (name: String, rate: Double)? {
    names.indices.map { (names[$0], values.pointer($0, row: place.row)[place.column]) }
      .filter { $0.1.isFinite && $0.1 != 0 }.max { abs($0.1) < abs($1.1) }
      .map { (name: $0.0, rate: $0.1) }
  }

  /// Where the processes together change the field fastest.
  var fastestPoint: (row: Int, column: Int)? {
    var fastest: (rate: Double, row: Int, column: Int)?
    for row in 0..<values.grid.rowCount {
      for column in 0..<values.grid.rowLength {
        let rate = abs(names.indices.reduce(0) { $0 + values.pointer($1, row: row)[column] })
        if rate > fastest?.rate ?? 0 { fastest = (rate, row, column) }
      }
    }
    return fastest.map { ($0.row, $0.column) }
  }
}

extension FieldSet {
  /// What is found at the first point where something is, going through all of them.
  fileprivate func firstPart<Part>(
    where find: (_ row: Int, _ column: Int, _ values: [Double]) -> Part?
  ) -> (part: Part, place: (row: Int, column: Int))? {
    for row in 0..<grid.rowCount {
      for column in 0..<grid.rowLength {
        if let part = find(row, column, values(row: row, column: column)) { return (part, (row, column)) }
      }
    }
    return nil
  }

  /// Of all fields at one point.
  func values(row: Int, column: Int) -> [Double] { (0..<count).map { pointer($0, row: row)[column] } }
}
