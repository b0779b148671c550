import Documents

extension Model {
  /// The description of a model file.
  package static let schema = Schema.object(
    .init(
      "model",
      [
        .init("name", .text("name"), "Under which the model is known.", required: true),
        .init("title", .text("text"), "One line for people."),
        .init(
          "sources", .array(of: .text("reference"), count: 0...100),
          "The publications that the model is taken from, as `doi:…` or `arXiv:…` with a remark."),
        .init(
          "units",
          .object(
            .init(
              "units",
              [
                .init("length", .text("unit"), "Unit of length of all values, as in `mm`."),
                .init("time", .text("unit"), "Unit of time, as in `day`."),
              ])), "Units of all values of the model."),
        .init("parameters", .map(key: "parameter", of: parameter), "Named numbers."),
        .init(
          "functions", .map(key: "function", of: .text("expression")),
          "Named sub-expressions. With arguments the name is written as in `hill4(s)`."),
        .init("fields", .map(key: "field", of: .object(field)), "Densities and concentrations.", required: true),
        .init(
          "processes", .array(of: .object(process), count: 0...1000),
          "What happens at a point, each with its own line in the balance of masses."),
        .init(
          "reactions", .map(key: "field", of: expression),
          "The short form: for each field the net rate of one unnamed process."),
        .init("compartments", .any("an object"), "Quantities without space, such as a drug in plasma.", availability: .later),
      ]))

  /// A number or an expression.
  package static let expression = Schema.either([.number(), .text("expression")])

  private static let parameter = Schema.either([
    .number(),
    .object(
      .init(
        "parameter",
        [
          .init("value", .number(), "Its value.", required: true),
          .init("unit", .text("unit"), "Its unit, as in `1/day`."),
          .init("source", .text("text"), "Where the value comes from."),
          .init(
            "range", .array(of: .number(), count: 2...2), "The lowest and highest value that make sense; others are refused."),
        ])),
  ])

  private static let field = Schema.ObjectSchema(
    "field",
    [
      .init("title", .text("text"), "What it is, as in `effector cells`."),
      .init("unit", .text("unit"), "Its unit, as in `cells/mm^2`."),
      .init(
        "diffusion", expression, "Diffusivity, in length² per time: a number or an expression of parameters.", standard: "0"),
      .init("boundary", boundary, "What happens at the sides of the domain.", standard: "that of the domain"),
      .init("taxis", .any("an array"), "Movement up the gradient of other fields.", availability: .later),
      .init("advection", .any("an array"), "Movement with a given velocity.", availability: .later),
      .init("quasi_steady", .any("true or false"), "Whether the field is always in balance.", availability: .later),
      .init("extinction", .any("a number"), "Density below which the field is set to 0.", availability: .later),
    ])

  private static let process = Schema.ObjectSchema(
    "process",
    [
      .init("name", .text("text"), "As in `killing`.", required: true),
      .init("rate", expression, "How often it happens, per unit of time.", required: true),
      .init(
        "change", .map(key: "field", of: expression), "What it adds to each field when it happens once.", required: true),
    ])

  /// Boundary conditions of a field or of the domain.
  package static let boundary = Schema.either([
    boundaryKind,
    .map(
      key: "axis or side",
      of: .either([
        boundaryKind,
        .object(
          .init(
            "boundary",
            [
              .init("value", .any("a number or an expression"), "The value at the side.", availability: .later),
              .init("flux", .any("a number or an expression"), "The flux into the domain.", availability: .later),
              .init("robin", .any("an object"), "A flux in proportion to a difference.", availability: .later),
            ])),
      ])),
  ])

  private static let boundaryKind = Schema.choice([
    .init("no-flux", "nothing crosses the side"),
    .init("periodic", "what leaves at one side enters at the other"),
  ])
}
