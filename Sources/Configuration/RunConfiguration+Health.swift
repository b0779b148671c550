import Documents
import Expressions
import Models
import Operators
import Simulations

/// What the health check has to know of a run.
extension RunConfiguration {
  /// What is checked of each field after a step.
  var healthRules: [HealthCheck.FieldRules] {
    let (tolerances, cannotBecomeNegative) = (negativityTolerances, cannotBecomeNegative)
    let (losses, oppositions, fronts, gathers) = (productionLoss, oppositions, fieldsWithFronts, fieldsThatGather)
    return model.fields.indices.map { field in
      HealthCheck.FieldRules(
        tolerance: tolerances[field], cannotBecomeNegative: cannotBecomeNegative[field],
        keepsSign: losses[field].isPositive, isOfAnySign: oppositions[field] != nil, hasFronts: fronts[field],
        gathers: gathers[field])
    }
  }

  /// Whether a front can run through each field: whether it moves, or what happens in it depends on a field that does.
  ///
  /// White noise makes a field jump from point to point; what it drives is left out.
  var fieldsWithFronts: [Bool] {
    let noisy = Set(model.noise.filter { $0.correlation == .white }.flatMap { $0.changes.map(\.field) })
    let rates = model.rates.map(model.undelayed)
    var moving = Set(
      model.fields.indices.filter { index in
        let field = model.fields[index]
        return diffusivities[index].moves.contains(true) || !diffusivities[index].crossTerms.isEmpty
          || !field.taxis.isEmpty || !field.advection.isEmpty || model.freeBoundary != nil
          || rates[index].hasConvolutions
      }.map { model.fieldNames[$0] })
    while true {
      let driven = zip(model.fieldNames, rates).filter { name, rate in
        !moving.contains(name) && moving.contains { rate.dependsOn(.field($0)) }
      }
      if driven.isEmpty { break }
      moving.formUnion(driven.map(\.0))
    }
    return model.fields.map { moving.contains($0.name) && !noisy.contains($0.name) }
  }

  /// Whether each field moves up gradients, so that it can gather in peaks.
  var fieldsThatGather: [Bool] { model.fields.map { !$0.taxis.isEmpty } }

  /// Of each field that is no density by its equations: what is taken from it whether it is there or not, and can have either sign itself;
  /// nil for the others.
  ///
  /// In `v' = f(v) - w`, `w' = v - w` and in `u' = v`, `v' = -u` each field drives the other below 0 and back. A loss
  /// by what cannot be negative, as `-k*E` of killing cells, takes away what is not there: of such a field the sign is checked.
  var oppositions: [String?] {
    let known = model.knownIntervals(knownIntervals)
    return productionLoss.map { parts in
      let isOpposed = parts.obstacles.allSatisfy { obstacle in
        obstacle.term.symbols.contains { symbol in
          guard case .field(let name) = symbol else { return false }
          return name != parts.field && !(known[symbol]?.isNonNegative ?? false)
        }
      }
      guard !parts.obstacles.isEmpty, isOpposed else { return nil }
      return parts.obstacles.map { "\($0.term) of \($0.process)" }.joined(separator: ", ")
    }
  }

  /// Terms of processes and noise, and doses and infusions, that can take away from a field what is not there.
  func whatCanTakeAway(from field: Int) -> (processes: [String], treatments: [String]) {
    let name = model.fieldNames[field]
    let known = knownIntervals.merging(
      model.fieldNames.map { (Symbol.field($0), Interval.nonNegative) }
        + model.parameterValues.map { (Symbol.parameter($0.key), Interval($0.value, $0.value)) },
      uniquingKeysWith: { first, _ in first })
    let doses = treatments.filter { treatment in
      treatment.changes.contains { $0.target == .field(name) && !$0.value.interval(known).isNonNegative }
    }
    func terms(_ model: Model) -> [String] {
      model.productionLoss(intervals: knownIntervals)[field].obstacles.map { "\($0.term) of \($0.process)" }
    }
    let processes = terms(model)
    let infusing = model.infusing(
      treatments.flatMap { treatment in (treatment.infusion?.rates ?? []).map { (treatment.name, $0.field, $0.rate) } })
    let infusions = terms(infusing).filter { !processes.contains($0) }
    return (processes, doses.map { "a dose of \($0.name)" } + infusions)
  }

  /// Fields of which an infusion can make something where there is nothing of them.
  var fieldsInfusedFromNothing: Set<String> {
    let known = knownIntervals.merging(
      model.fieldNames.map { (Symbol.field($0), Interval.nonNegative) }, uniquingKeysWith: { first, _ in first })
    let rates = treatments.flatMap { $0.infusion?.rates ?? [] }
    return Set(
      rates.filter { rate in
        let atNothing = known.merging([.field(rate.field): Interval(0, 0)], uniquingKeysWith: { $1 })
        return !(rate.rate.interval(atNothing).high <= 0)
      }.map(\.field))
  }

  /// Whether a positive kernel could move a field, and does not yet for certain.
  func canDiffuseByKernel(_ field: Int) -> Bool {
    let diffusivity = diffusivities[field]
    return diffusivity.variable == nil && diffusivity.moves.contains(true) && !model.fields[field].isQuasiSteady
      && model.freeBoundary == nil && grid.axes.allSatisfy { $0.geometry == .cartesian } && scheme.maySplit
      && requestedMethods[field] != .kernel
  }
}

extension RunAssembly {
  /// Whether the run could have the scheme that keeps densities non-negative.
  package var allowsPositiveScheme: Bool {
    configuration.model.freeBoundary == nil && !volumes.isMasked && spectralTaxis == nil
      && diffusion.fields.allSatisfy { LinearParts.obstacle($0, volumes: volumes) == nil }
  }
}

/// What has never happened in a run.
package struct UnmetConditions {
  /// One sentence for each condition that has never held.
  package let lines: [String]

  /// - Parameters:
  ///   - courses: how often the condition of each treatment has held, by its name.
  ///   - isStopped: whether a condition has ended the run.
  init(_ configuration: RunConfiguration, courses: [String: Int], isStopped: Bool) {
    let treatments = configuration.document["treatment"]?.array ?? []
    var lines: [String] = []
    for node in treatments {
      guard let name = node["name"]?.string, let when = node["when"]?.string, courses[name] == 0 else { continue }
      lines.append("the condition of the treatment \(name), \(when), was not seen to hold: no dose of it was given")
    }
    for node in isStopped ? [] : configuration.document["stop"]?.array ?? [] {
      guard let when = node["when"]?.string else { continue }
      lines.append("the condition \(when) of \"stop\" was not seen to hold")
    }
    self.lines = lines
  }
}
