import Expressions

/// A treatment: when its doses are given, and what each does.
package struct Treatment: Sendable {
  package let name: String
  /// What begins a course of doses; nil if there is one, whose times are those of the run.
  package let trigger: Trigger?
  /// Times of the doses, counted from the moment at which the trigger sets off.
  package let times: DoseTimes
  /// The changes at each dose, all at the same time.
  package let changes: [Change]
  package let infusion: Infusion?
  /// Where fields are treated, which changes and infusion contain; nil for everywhere.
  package let region: Expression?

  package init(
    name: String, trigger: Trigger?, times: DoseTimes, changes: [Change], infusion: Infusion?,
    region: Expression? = nil
  ) {
    self.name = name
    self.trigger = trigger
    self.times = times
    self.changes = changes
    self.infusion = infusion
    self.region = region
  }

  /// A condition on the whole domain that sets off a course of doses.
  package struct Trigger: Sendable {
    package let condition: Expression
    /// Whether it sets off the first course only.
    package let isOnce: Bool
    /// What must hold before it can set off another; nil for that the condition itself does not hold.
    package let rearming: Expression?

    package init(condition: Expression, isOnce: Bool, rearming: Expression?) {
      self.condition = condition
      self.isOnce = isOnce
      self.rearming = rearming
    }
  }

  /// What becomes of a field or a parameter.
  package struct Change: Sendable {
    package enum Target: Hashable, Sendable {
      case field(String)
      case parameter(String)
    }

    package let target: Target
    /// The value after the dose, of the fields and parameters before it.
    package let value: Expression

    package init(_ target: Target, value: Expression) {
      self.target = target
      self.value = value
    }
  }

  /// Rates that are added while a dose lasts.
  package struct Infusion: Sendable {
    package let duration: Double
    package let rates: [(field: String, rate: Expression)]

    package init(duration: Double, rates: [(field: String, rate: Expression)]) {
      self.duration = duration
      self.rates = rates
    }

    /// The parameter that stands for the time since the infusion began: no model can have one of this name.
    package static let elapsed = "time since the dose began"

    /// The rates of an infusion that began at a time.
    package func rates(since start: Double) -> [(field: String, rate: Expression)] {
      let elapsed = Expression.symbol(.time) - .constant(start)
      return rates.map { ($0.field, $0.rate.substituting([.parameter(Infusion.elapsed): elapsed])) }
    }
  }
}
