import Documents
import Expressions
import Fields
import Models
import Rates
import Simulations

extension RunConfiguration {
  /// The run with other values for some parameters, and with the rates of infusions under way.
  func applying(_ changes: EquationChanges) throws(Diagnostics) -> RunConfiguration {
    var changed = self
    if !changes.parameters.isEmpty {
      // Whatever follows from parameters is found anew, as from a run file with the new values.
      var reader = RunFileReader(
        root: document, source: SourceText(name: title, text: sourceText), overrides: overrides,
        model: model.with(parameters: changes.parameters))
      changed = try reader.read()
      changed.grid = grid
      changed.noiseInterval = noiseInterval
    }
    changed.model = changed.model.infusing(
      changes.infusions.flatMap { ongoing in
        let treatment = treatments.first { $0.name == ongoing.treatment }
        return (treatment?.infusion?.rates(since: ongoing.start) ?? []).map { ($0.field, $0.rate) }
          .map { (name: ongoing.treatment, field: $0, rate: decided($1)) }
      })
    changed.addedDecays = changes.decays ?? [:]
    changed.findTimes()
    return changed
  }

  /// What gives doses and evaluates conditions: both inside the domains of their expressions, as rates are (docs/decisions/0034).
  ///
  /// Where a comparison in a `where` or a region is of what is no number, the value is none, instead of that of the other branch.
  func doser(volumes: PointVolumes, pool: WorkerPool) -> Doser {
    Doser(
      fields: model.fieldNames, compartments: Set(model.compartmentNames), parameters: model.parameterValues,
      ranges: Dictionary(
        uniqueKeysWithValues: model.parameters.compactMap { known in known.range.map { (known.name, $0) } }),
      span: startTime...endTime, volumes: volumes, pool: pool,
      gate: { expressions in self.keptInDomain(expressions).map(\.undecidedAsNoNumber) },
      spelling: { self.spelling(of: model.asWritten($0), in: "treatment") })
  }

  /// The rate of an infusion as it is computed: where its region compares what can be no number, it is none.
  private func decided(_ rate: Expression) -> Expression {
    rate.restrictedParts(solutionIntervals).contains { !$0.isProven } ? rate.undecidedAsNoNumber : rate
  }

  /// The conditions of treatments and of what ends the run.
  var conditions: [Expression] {
    let triggers = treatments.compactMap(\.trigger).flatMap { [$0.condition, $0.rearming].compactMap(\.self) }
    return triggers
      + stops.compactMap { if case .when(let condition) = $0.kind { condition } else { nil } }
  }

  /// The times at which steps end that are known before the run.
  ///
  /// Not more than 10,000 jumps and doses are followed over delays.
  var knownTimes: KnownTimes {
    var known = KnownTimes(end: endTime)
    known.add(.jump, jumps)
    for condition in conditions {
      let times = ConditionTimes(condition, parameters: model.parameterValues, span: startTime...endTime)
      known.add(.conditionOnTime, times.switches)
    }
    for treatment in treatments where treatment.trigger == nil {
      let first = treatment.times.firstDose(notBefore: startTime, from: 0)
      known.add(.dose, DoseCourse(treatment.times, from: 0, first: first))
      if let infusion = treatment.infusion {
        known.add(.endOfInfusion, DoseCourse(treatment.times, from: 0, first: first, delay: infusion.duration))
      }
    }
    for rule in extinctionRules { rule.map { known.add(.extinction, $0) } }
    let lags = Set(model.constantDelays.map { lag($0.delay) }).sorted()
    if !lags.isEmpty {
      // What is not smooth now is not smooth a delay later.
      let kinks = known.events(after: startTime, most: 10_000).filter { event in
        event.reasons.contains { [.jump, .dose, .endOfInfusion].contains($0) }
      }
      let sums = DelayBreaks.sums(of: lags).map(\.sum)
      known.add(
        .delayBreak, JumpTimes(([startTime] + kinks.map(\.time)).flatMap { time in sums.map { time + $0 } }))
    }
    return known
  }

  /// When low densities of each field are removed; nil where they stay.
  var extinctionRules: [Extinction.Rule?] {
    model.fields.map { field in
      field.extinction.map {
        Extinction.Rule(threshold: $0.density, times: Cadence(start: startTime, interval: $0.interval))
      }
    }
  }
}
