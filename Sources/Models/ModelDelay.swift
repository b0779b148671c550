import Documents
import Expressions

/// A delayed value in the rates of a model.
package struct ModelDelay: Sendable {
  package let delay: Delay
  /// Of the rate or change in which it stands first.
  package let place: Place
}

/// Which part of which gamma-distributed delay a field is.
package struct DelayStage: Sendable {
  package let delay: Delay
  /// From 1 to the number of stages.
  package let stage: Int
}

extension Model {
  /// The delays whose values at one time of the past stand in the rates, as fields of their names.
  package var constantDelays: [ModelDelay] { delays.filter { $0.delay.stages == nil } }

  /// What constant delays look back on, each once, in the order of the rates.
  package var delayedArguments: [Expression] {
    constantDelays.map(\.delay.argument).reduce(into: []) { if !$0.contains($1) { $0.append($1) } }
  }

  /// An expression with all delayed values as if they were those of the present.
  package func undelayed(_ expression: Expression) -> Expression {
    expression.substituting(
      Dictionary(uniqueKeysWithValues: delays.map { (Symbol.field($0.delay.name), $0.delay.argument) }))
  }

  /// Known intervals with those of delayed values.
  ///
  /// - Parameter intervals: of all fields that are not stages of a delay, and what is known of other symbols.
  func addingDelays(to intervals: [Symbol: Interval]) -> [Symbol: Interval] {
    var known = intervals
    for delay in delays.map(\.delay) {
      // The past is before all times that are known; a value of any sign in it makes the stages any.
      let past = intervals.merging([.time: .all]) { $1 }
      let interval = delay.argument.interval(past)
      if let stages = delay.stages {
        for stage in 1...stages {
          known[.field(delay.name(ofStage: stage))] = interval.isNonNegative ? .nonNegative : .all
        }
      } else {
        known[.field(delay.name)] = interval
      }
    }
    return known
  }
}

extension ModelField {
  /// A field of the chain that stands for a gamma-distributed delay.
  init(_ stage: DelayStage, isCompartment: Bool, place: Place) {
    self.init(
      name: stage.delay.name(ofStage: stage.stage), title: "stage \(stage.stage) of \(stage.delay.text)", unit: nil,
      diffusivity: Diffusivity(at: place), faceMean: nil, crossDiffusion: [], taxis: [], taxisPlace: nil,
      advection: [:],
      isCompartment: isCompartment, isQuasiSteady: false, extinction: nil, boundaries: .init())
    self.stage = stage
  }
}

extension Process {
  /// What changes a field of the chain: `(k/τ)(e − y_1)`, or `(k/τ)(y_{j−1} − y_j)`.
  init(_ stage: DelayStage) {
    let (delay, name) = (stage.delay, stage.delay.name(ofStage: stage.stage))
    let before = stage.stage == 1 ? delay.argument : .symbol(.field(delay.name(ofStage: stage.stage - 1)))
    let rate = Expression.constant(Double(delay.stages ?? 1)) / delay.lag
    self.init(
      name: "stage \(stage.stage) of \(delay.text)", rate: rate * (before - .symbol(.field(name))),
      changes: [(name, .constant(1))])
  }
}
