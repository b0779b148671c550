import Documents
import Expressions
import Fields
import Models
import Simulations
import TimeStepping

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
      gate: { expressions in self.keptInDomain(expressions).map(\.undecidedAsNoNumber) })
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

  /// The times at which the time alone makes a condition come true, or cease to hold.
  private var conditionTimes: [Double] {
    conditions.flatMap {
      ConditionTimes($0, parameters: model.parameterValues, span: startTime...endTime).switches.times
    }
  }

  /// Times from `start` on at which something happens or jumps that is known beforehand, in order; not more than 100,000.
  func timesToHit(from start: Double) -> [Double] {
    var times = jumps.times + conditionTimes
    for treatment in treatments where treatment.trigger == nil {
      var index = treatment.times.firstDose(notBefore: start, from: 0)
      while let time = treatment.times.time(ofDose: index, from: 0), time < endTime, times.count < 100_000 {
        times.append(time)
        if let infusion = treatment.infusion { times.append(time + infusion.duration) }
        index += 1
      }
    }
    let lags = model.constantDelays.map { lag($0.delay) }
    if !lags.isEmpty {
      // What is not smooth now is not smooth a delay later.
      let sums = DelayBreaks.sums(of: Set(lags).sorted()).map(\.sum)
      times += ([startTime] + times).prefix(10_000).flatMap { time in sums.map { time + $0 } }
    }
    let sorted = Set(times).filter { $0 > start && $0 < endTime }.sorted()
    return sorted.enumerated().filter { index, time in
      index == 0 || time - sorted[index - 1] > DelayBreaks.coincidence(time, 0)
    }.map(\.element)
  }
}
