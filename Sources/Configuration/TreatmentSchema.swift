import Documents
import Models

extension RunConfiguration {
  static let treatment: [Property] = [
    .init("name", .string(format: "text"), "As in `adoptive transfer`; each treatment has its own.", isRequired: true),
    .init(
      "at", .either([.number(), .array(of: .number(), count: 1...1_000_000), .object(calendar)]),
      "When doses are given: a time, several, or a calendar. With `when` the times count from the moment at which the "
        + "condition comes true.", default: "with `when`: that moment", elsewhere: RunConfiguration.otherNamesOfTimes),
    .init(
      "when", .string(format: "condition"),
      "A condition on the whole domain that sets off the doses, as in `integral(T) < 10`. The moment at which it comes true "
        + "is found within the step."),
    .init(
      "once", .boolean, "Whether `when` sets off the doses the first time only.", default: "false",
      replaces: [.init("rearm_when", onlyByTrue: true)]),
    .init(
      "rearm_when", .string(format: "condition"),
      "What must hold, after all doses are given, before `when` can set them off again, as in `integral(T) > 20`.",
      default: "that `when` does not hold", replaces: ["once"]),
    .init(
      "region", .string(format: "condition"),
      "Where fields are treated: a condition on position, time, fields and functionals, as in `x < 10`.",
      default: "everywhere"),
    .init(
      "add", .map(key: "field", values: Model.expression),
      "What is added to fields at each dose: numbers, or expressions of position, time, parameters, fields and functionals."
    ),
    .init(
      "multiply", .map(key: "field or parameter", values: Model.expression),
      "What fields and parameters are multiplied by at each dose."),
    .init(
      "set", .map(key: "field or parameter", values: Model.expression),
      "What fields and parameters become at each dose. A parameter keeps its new value."),
    .init(
      "radiotherapy", .object(radiotherapy),
      "A fraction at each dose: fields are multiplied by `exp(−α d (1 + d/(α/β)))`, the share that survives."),
    .init(
      "infuse", .map(key: "field", values: Model.expression),
      "Rates that are added to fields, per unit of time, while the dose lasts; negative ones take away. In them `elapsed` is "
        + "the time since the dose began, as in `0.5*elapsed` for a ramp, unless the model has that name."),
    .init("for", .number(.positive), "How long an infusion lasts."),
  ]

  static let otherNamesOfTimes = ["time", "times", "t", "day", "days", "schedule"]

  private static let calendar: [Property] = [
    .init("start", .number(), "The first day.", default: "the start of the run; with `when` that moment"),
    .init("every", .number(.positive), "Time from one day to the next.", isRequired: true),
    .init("count", .integer(1...1_000_000_000), "Number of doses.", default: "no limit"),
    .init("until", .number(), "The last time at which a dose can be given.", default: "no limit"),
    .init(
      "pattern", .string(format: "pattern"),
      "On which days doses are given: `1` with, `-` without, repeated, as in `11111--`. Blanks do not count.",
      default: "every day"),
  ]

  private static let radiotherapy: [Property] = [
    .init("dose", Model.expression, "Dose `d` of a fraction, in Gy.", isRequired: true),
    .init("alpha", Model.expression, "Sensitivity `α`, in 1/Gy.", isRequired: true),
    .init("alpha_beta", Model.expression, "The ratio `α/β`, in Gy.", isRequired: true),
    .init(
      "fields", .array(of: .string(format: "field"), count: 1...1000),
      "The fields and compartments that are irradiated.", isRequired: true),
  ]

  static let stop = Schema.either([
    .object([
      .init(
        "when", .string(format: "condition"),
        "A condition on the whole domain, as in `integral(T) < 1e-6`. The run ends where it comes true, which is found "
          + "within the step.", isRequired: true),
      because,
    ]),
    .object([
      .init(
        "steady", .number(.positive),
        "The run ends when no field changes faster than by this share of its root mean square per unit of time, at each moment of "
          + "the time `for`.",
        isRequired: true),
      .init("for", .number(.positive), "For how long that must hold.", default: "a hundredth of the run"),
      because,
    ]),
  ])

  private static let because = Property(
    "because", .string(format: "text"), "Why, for `run.json` and the terminal, as in `tumor eliminated`.",
    default: "the condition")
}
