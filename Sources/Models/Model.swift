import Documents
import Expressions

/// A mathematical model as a value: what is in it, how it moves, what happens to it.
///
/// `∂u_i/∂t = ∇·(D_i ∇u_i) + Σ_p σ_ip R_p(u, x, t)` for the fields `u_i` and processes `p` with rates `R_p` and changes
/// `σ_ip`.
package struct Model: Sendable {
  package let name: String
  package let title: String?
  /// Publications, as "doi:…" or "arXiv:…" with a remark.
  package let sources: [String]
  /// Unit of length and of time.
  package let lengthUnit: String?
  package let timeUnit: String?
  package let parameters: [Parameter]
  /// The fields in space, then the compartments, then the stages of gamma-distributed delays.
  package let fields: [ModelField]
  package let processes: [Process]
  /// What a treatment adds to the processes for a while.
  package internal(set) var infusions: [Process] = []
  /// What is delayed in the rates.
  package internal(set) var delays: [ModelDelay] = []
  package internal(set) var noise: [NoiseSource] = []
  /// nil if the domain stays as it is.
  package let freeBoundary: FreeBoundaryLaw?
  /// Names → meaning, as expressions of the run file see them.
  package let functions: [String: ModelFunction]
  /// The JSON it was read from.
  package let document: JSONNode

  package var fieldNames: [String] { fields.map(\.name) }
  /// Those of the file that vary in space.
  package var fieldsInSpace: [ModelField] { fields.filter { !$0.isCompartment && $0.stage == nil } }
  package var compartmentNames: [String] { fields.filter(\.isCompartment).map(\.name) }

  /// Values of the parameters by name.
  package var parameterValues: [String: Double] {
    Dictionary(uniqueKeysWithValues: parameters.map { ($0.name, $0.value) })
  }

  /// The net rate of change of each field by all processes, `Σ_p σ_ip R_p`, infusions included.
  package var rates: [Expression] { rates(of: processes + infusions) }

  /// That without infusions.
  package var ratesWithoutInfusions: [Expression] { rates(of: processes) }

  /// That of the processes whose rates depend on time itself, with the parameters as they are.
  package var ratesOfTime: [Expression] {
    let values = Dictionary(
      uniqueKeysWithValues: parameterValues.map { (Symbol.parameter($0.key), Expression.constant($0.value)) })
    return fields.map { field in
      (processes + infusions).reduce(Expression.constant(0)) { sum, process in
        process.changes.filter { $0.field == field.name }.map { $0.amount * process.rate }
          .filter { $0.substituting(values).dependsOn(.time) }.reduce(sum) { $0 + $1 }
      }
    }
  }

  private func rates(of processes: [Process]) -> [Expression] {
    fields.map { field in
      processes.reduce(Expression.constant(0)) { sum, process in
        process.changes.filter { $0.field == field.name }.reduce(sum) { $0 + $1.amount * process.rate }
      }
    }
  }

  /// Names in force where the model's and the run file's expressions are read.
  package func scope(coordinates: some Sequence<String>, allows: Scope.Permissions) -> Scope {
    Model.scope(
      fields: fieldNames, parameters: parameters.map(\.name), functions: functions, coordinates: coordinates,
      allows: allows)
  }

  /// What the numbers that are given at the sides of the domain may depend on.
  package static let sidePermissions: Scope.Permissions = [.position, .time]
  /// What a coefficient of exchange at a side may depend on.
  package static let exchangePermissions: Scope.Permissions = [.fields, .position, .time]

  static func scope(
    fields: [String], parameters: [String], functions: [String: ModelFunction], coordinates: some Sequence<String>,
    allows: Scope.Permissions
  ) -> Scope {
    Scope(
      fields: fields, parameters: parameters, coordinates: coordinates,
      functions: functions.mapValues { Scope.Function(arguments: $0.arguments, body: $0.body) }, allows: allows)
  }
}

/// A named sub-expression of a model, which may take arguments.
package struct ModelFunction: Sendable {
  package let arguments: [String]
  package let body: Syntax
}
