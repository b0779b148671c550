import Documents

/// A description with every kind of value, in the manner of a run file.
let sample = Schema.object([
  Property("title", .string(), "What the run is about."),
  Property(
    "domain",
    .object([
      Property(
        "size", .array(of: .number(.positive, unit: "mm"), count: 1...3), "Extent of each axis.", isRequired: true),
      Property("points", .array(of: .integer(2...65_536), count: 1...3), "Points of each axis.", isRequired: true),
      Property(
        "geometry",
        .choice([
          Choice("cartesian", "One to three axes."),
          Choice("spherical-radial", "One axis.", availability: .later(what: "radial symmetry")),
        ]), "Shape of space.", default: "cartesian"),
      Property("unit", .string(), "Unit of length.", default: "mm"),
    ]), "Where it happens.", isRequired: true),
  Property(
    "initial", .map(key: "field name", values: .reference("value") { value }), "Fields at the start.", isRequired: true),
  Property(
    "time",
    .object([
      Property("end", .number(.positive, unit: "day"), "When it ends.", isRequired: true, examples: [10, 0.5]),
      Property(
        "tolerance",
        .either([
          .number(Bounds(lower: .excluding(0), upper: .including(0.1))),
          .object([Property("relative", .number(.positive), "Of each value.", isRequired: true)]),
        ]), "Error allowed per step, *relative* to `max|u|`.", default: "1e-4"),
      Property("threads", .integer(0...1024), "Workers.", default: "as many as there are processors"),
    ]), "How long.", isRequired: true),
  Property("treatment", .array(of: .reference("dose") { dose }, count: 1...Int.max), "Doses, in any order."),
  Property("boundary", .reference("boundary") { boundary }, "At the edges.", default: "no-flux"),
  Property("overwrite", .boolean, "Whether old files may be replaced.", default: "false"),
  Property("taxis", .number(), "Movement.", availability: .later(what: "movement along gradients")),
])

let value = Schema.either([.number(), .string(format: "expression")])

let dose = Schema.object([
  Property("at", .either([.number(.nonNegative), .array(of: .number(.nonNegative))]), "When.", isRequired: true),
  Property("then", .reference("dose") { dose }, "A dose that follows this one."),
])

let boundary = Schema.either([
  .choice([Choice("no-flux", "Nothing leaves."), Choice("periodic", "Opposite sides are one.")]),
  .object([Property("value", .reference("value") { value }, "The value on the side.", isRequired: true)]),
  .object([Property("flux", .reference("value") { value }, "The inward flux.", isRequired: true)]),
])
