import Expressions
import Fields
import Models
import Operators
import Rates

extension RunConfiguration {
  /// The fields that follow gradients which their own gradient drives in turn, directly or by way of others; empty where the
  /// scheme splits nothing.
  ///
  /// Field `i` depends on the gradient of `j` by taxis toward `j`, or by a cross-diffusivity. What counts are cycles of such
  /// dependences with taxis in them: a flow of taxis alone would amplify short waves of these fields, or let them oscillate,
  /// at rates that go with `1/Δx²`. Taxis toward fields that do not answer has no such cycle. Two fields of which one follows
  /// the other, which avoids it, make no cycle either: their waves move, and no flow of taxis amplifies them.
  var fieldsWithCoupledFluxes: Set<Int> {
    guard case .splitting = scheme.method, taxisFluxes == .limited, model.freeBoundary == nil else { return [] }
    let fields = model.fields.indices
    let known = solutionIntervals
    /// Of each field the sensitivities that are not 0, by the fields that are followed.
    let sensitivities: [[Int: Interval]] = fields.map { field in
      if model.fields[field].isQuasiSteady { return [:] }
      let all = taxisTargets(of: field).map { ($0.field, withParameterValues($0.sensitivity)) }
      return Dictionary(grouping: all.filter { !model.fields[$0.0].isQuasiSteady }, by: \.0).compactMapValues {
        let sum = $0.reduce(Expression.constant(0)) { $0 + $1.1 }
        return sum == .constant(0) ? nil : sum.interval(known)
      }
    }
    let taxis = fields.map { field in
      Set(
        sensitivities[field].filter { target, own in
          guard target != field, let other = sensitivities[target][field] else { return true }
          return !(own.isNonNegative && other.isNonPositive || own.isNonPositive && other.isNonNegative)
        }.keys)
    }
    let followed = fields.map { taxis[$0].union(diffusivities[$0].crossTerms.map(\.field)) }
    let reached = fields.map { start in
      var found: Set<Int> = []
      var next = Array(followed[start])
      while let field = next.popLast() {
        if found.insert(field).inserted { next += followed[field] }
      }
      return found
    }
    let coupled = fields.filter { field in
      reached[field].contains(field)
        && taxis.indices.contains { other in
          // Of the cycles through the field one has a step of taxis.
          (other == field || reached[field].contains(other) && reached[other].contains(field))
            && taxis[other].contains { $0 == field || reached[$0].contains(field) }
        }
    }
    return Set(coupled)
  }

  /// The same fields with their movement as a part of their diffusion.
  func coupled(_ fields: [FieldDiffusion], volumes: PointVolumes, pool: WorkerPool) throws -> [FieldDiffusion] {
    let coupled = fieldsWithCoupledFluxes
    return try fields.enumerated().map { index, field in
      guard coupled.contains(index), let taxis = try fieldTaxis(of: index, volumes: volumes, pool: pool) else {
        return field
      }
      return field.with(
        coupledTaxis: try CoupledTaxis(
          taxis, toward: taxisTargets(of: index), fields: model.fieldNames, parameters: model.parameterValues,
          volumes: volumes, pool: pool))
    }
  }
}
