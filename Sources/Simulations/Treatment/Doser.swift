import Expressions
import Fields
import Rates

/// Gives doses: evaluates what becomes of fields and parameters, and lets them jump.
package struct Doser {
  private let fields: [String]
  private let compartments: Set<String>
  /// Those of the run file.
  private let parameters: [String: Double]
  /// Values that make sense, of the parameters for which that is known.
  private let ranges: [String: ClosedRange<Double>]
  /// Of the run.
  private let span: ClosedRange<Double>
  private let volumes: PointVolumes
  private let pool: WorkerPool
  private let gate: @Sendable ([Expression]) -> [Expression]
  private let spelling: @Sendable (Expression) -> String

  /// - Parameters:
  ///   - gate: what makes expressions as they are computed of expressions as they are written. All expressions of
  ///     treatments and conditions go through it.
  ///   - spelling: how an expression, or a part of one, is written in the run file.
  package init(
    fields: [String], compartments: Set<String> = [], parameters: [String: Double],
    ranges: [String: ClosedRange<Double>], span: ClosedRange<Double>,
    volumes: PointVolumes, pool: WorkerPool, gate: @escaping @Sendable ([Expression]) -> [Expression],
    spelling: @escaping @Sendable (Expression) -> String = { $0.description }
  ) {
    self.span = span
    (self.gate, self.spelling) = (gate, spelling)
    self.fields = fields
    self.compartments = compartments
    self.parameters = parameters
    self.ranges = ranges
    self.volumes = volumes
    self.pool = pool
  }

  /// A condition with some parameters changed.
  package func condition(
    _ condition: Expression, changed: [String: Double]
  ) throws(ExpressionProblems) -> DomainCondition {
    try DomainCondition(
      condition, fields: fields, parameters: inForce(changed), span: span, volumes: volumes, pool: pool,
      gate: gate, spelling: spelling)
  }

  private func inForce(_ changed: [String: Double]) -> [String: Double] { parameters.merging(changed) { $1 } }

  /// Applies all changes of a treatment at the same time.
  ///
  /// - Parameter changed: the parameters that are changed already.
  /// - Returns: the parameters that are changed then.
  package func give(
    _ treatment: Treatment, to state: FieldSet, at time: Double, changed: [String: Double]
  ) throws -> [String: Double] {
    // All values are those of the moment before the dose.
    let result = try parametersAfter(treatment, state, time, changed)
    try changeFields(treatment, state, time, changed)
    return result
  }

  /// The masses of the fields, and the values of the compartments, that a treatment changes.
  func amounts(_ treatment: Treatment, in state: FieldSet) -> [String: Double] {
    var amounts: [String: Double] = [:]
    for case .field(let name) in treatment.changes.map(\.target) {
      guard let index = fields.firstIndex(of: name) else { continue }
      amounts[name] = compartments.contains(name) ? state.maximum(index) : state.mass(index, pool: pool)
    }
    return amounts
  }

  private func evaluator(_ expressions: [Expression], _ changed: [String: Double]) throws -> GridEvaluator {
    GridEvaluator(
      try PointwiseFunctions(gate(expressions), fields: fields, parameters: inForce(changed), grid: volumes.grid),
      volumes: volumes, pool: pool)
  }

  private func undefinedPlace(of expression: Expression, _ changed: [String: Double]) -> UndefinedPlace {
    UndefinedPlace(
      [(written: expression, computed: gate([expression])[0])], fields: fields, parameters: inForce(changed),
      spelling: spelling)
  }

  private func parametersAfter(
    _ treatment: Treatment, _ state: FieldSet, _ time: Double, _ changed: [String: Double]
  ) throws -> [String: Double] {
    var names: [String] = []
    var values: [Expression] = []
    for case (.parameter(let name), let value) in treatment.changes.map({ ($0.target, $0.value) }) {
      names.append(name)
      values.append(value)
    }
    guard !names.isEmpty else { return changed }
    var result = changed
    for (index, value) in try evaluator(values, changed).values(of: state, time: time).enumerated() {
      let name = names[index]
      guard value.isFinite, ranges[name]?.contains(value) ?? true else {
        let undefined = undefinedPlace(of: values[index], changed).find(
          in: state, time: time, volumes: volumes, pool: pool)
        throw TreatmentFailure(
          time: time,
          problem: "the treatment \(treatment.name) would set the parameter \(name) to \(value.isNaN ? .nan : value), "
            + (value.isFinite ? "which is outside of its range" : "which is no finite number")
            + (value.isFinite ? "" : undefined.map { ": \($0)" } ?? ""))
      }
      result[name] = value
    }
    return result
  }

  private func changeFields(
    _ treatment: Treatment, _ state: FieldSet, _ time: Double, _ changed: [String: Double]
  ) throws {
    var targets: [Int] = []
    var values: [Expression] = []
    for case (.field(let name), let value) in treatment.changes.map({ ($0.target, $0.value) }) {
      guard let index = fields.firstIndex(of: name) else { continue }
      targets.append(index)
      values.append(value)
    }
    guard !targets.isEmpty else { return }
    let after = try FieldSet(grid: state.grid, count: targets.count)
    try evaluator(values, changed).evaluate(state, time: time, into: after)
    // No treatment reaches what is no tissue.
    volumes.clearOutside(after)
    for (number, field) in targets.enumerated() {
      if let point = after.firstPoint(number, where: { !$0.isFinite }) {
        let places = undefinedPlace(of: values[number], changed)
        let undefined =
          places.find(in: state, time: time, row: point.row, column: point.column)?.text
          ?? places.find(in: state, time: time, volumes: volumes, pool: pool)?.description
        throw NumericalFailure(
          problem: "is no finite number after a dose of \(treatment.name)" + (undefined.map { " (\($0))" } ?? ""),
          field: field, row: point.row, column: point.column, time: time, cause: .dose)
      }
    }
    for (number, field) in targets.enumerated() {
      state.setField(field, toSumOf: [(1, after)], field: number)
    }
  }
}

/// A treatment cannot be carried out.
package struct TreatmentFailure: Error, CustomStringConvertible {
  package let time: Double
  /// As a sentence without its end: "the treatment T would set the parameter k to -1, …".
  package let problem: String

  package init(time: Double, problem: String) {
    self.time = time
    self.problem = problem
  }

  package var description: String { "t = \(Float(time)): \(problem)" }
}
