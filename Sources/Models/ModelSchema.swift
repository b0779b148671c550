import Documents

extension Model {
  /// The description of a model file.
  package static let schema = Schema.object([
    .init("name", .string(format: "name"), "Under which the model is known.", isRequired: true),
    .init("title", .string(format: "text"), "One line for people."),
    .init(
      "sources", .array(of: .string(format: "reference")),
      "The publications that the model is taken from, as `doi:…` or `arXiv:…` with a remark."),
    .init("units", .object(units), "Units of all values of the model."),
    .init(
      "parameters", .map(key: "parameter", values: parameter), "Named numbers.",
      elsewhere: ["params", "constants", "coefficients"]),
    .init(
      "functions", .map(key: "function", values: .string(format: "expression")),
      "Named sub-expressions. With arguments the name is written as in `hill4(s)`."),
    .init(
      "fields", .map(key: "field", values: .object(field)),
      "Densities and concentrations. A model of compartments alone has none.",
      elsewhere: ["variables", "species", "unknowns", "components", "densities"]),
    .init(
      "processes", .array(of: .object(process)),
      "What happens at a point, each with its own line in the balance of masses."),
    .init(
      "reactions", .map(key: "field", values: expression),
      "The short form: for each field the net rate of one unnamed process."),
    .init(
      "noise", noise, "Sources of noise, each independent of the others, in the sense of Itô. They need a fixed step.",
      default: "none"),
    .init(
      "free_boundary", freeBoundary,
      "What moves the side `x+` or `r+` of a domain of one axis, whose size at the start is that of the run file.",
      default: "it stays where it is"),
    .init(
      "compartments", .map(key: "compartment", values: .object(compartment)),
      "Quantities that are one number for the whole domain, such as a drug in plasma. They can be used and changed like "
        + "fields; their rates may depend on time, parameters, compartments, and fields by way of functionals, as in "
        + "`k*mean(T)`."),
  ])

  /// A number or an expression.
  package static let expression = Schema.either([.number(), .string(format: "expression")])

  private static let units: [Property] = [
    .init("length", .string(format: "unit"), "Unit of length of all values, as in `mm`."),
    .init("time", .string(format: "unit"), "Unit of time, as in `day`."),
  ]

  private static let parameter = Schema.either([
    .number(),
    .object([
      .init("value", .number(), "Its value.", isRequired: true),
      .init("unit", .string(format: "unit"), "Its unit, as in `1/day`, with the length and the time of the model."),
      .init("source", .string(format: "text"), "Where the value comes from."),
      .init(
        "range", .array(of: .number(), count: 2...2),
        "The lowest and highest value that make sense; others are refused."),
    ]),
  ])

  private static let field: [Property] = [
    .init("title", .string(format: "text"), "What it is, as in `effector cells`."),
    .init("unit", .string(format: "unit"), "Its unit, as in `cells/mm^2`."),
    .init(
      "diffusion", .either([.number(), .string(format: "expression"), .map(key: "axis", values: expression)]),
      "Diffusivity, in length² per time: a number or an expression of parameters, position, time and fields, or one for "
        + "each axis, as in `{ \"x\": 0.1, \"y\": \"D/2\" }`.", default: "0",
      elsewhere: ["diffusivity", "diffusion_coefficient", "D", "diffusivities"]),
    .init(
      "face_mean",
      .choice([
        .init("harmonic", "as of resistances in a row: for layers of different tissue"),
        .init("arithmetic", "for what depends on densities"),
      ]), "How the diffusivity between two points follows from those at the points, where it varies.",
      default: "harmonic; arithmetic where it depends on fields"),
    .init(
      "cross_diffusion", .map(key: "field", values: expression),
      "Coefficients `D` of movement `∇·(D ∇v)` along the gradients of other fields `v`; of parameters. Such fields may "
        + "become negative."),
    .init(
      "boundary", boundary,
      "What happens at the sides of the domain. The sides are `x-`, `x+`, …; `x` means both. Numbers may be expressions "
        + "of position, time and parameters.", default: "that of the domain",
      elsewhere: ["boundaries", "boundary_condition", "boundary_conditions", "bc", "bcs"]),
    .init(
      "taxis", .array(of: .object(taxis)),
      "Movement up gradients: chemotaxis, haptotaxis, and repulsion by a negative sensitivity. No taxis crosses the sides.",
      elsewhere: ["chemotaxis", "haptotaxis"]),
    .init(
      "advection", .map(key: "axis", values: expression),
      "Components of the velocity of a flow, length per time: expressions of position, time, fields and parameters. The "
        + "flow crosses a side only if it is periodic or the value there is given.",
      elsewhere: ["convection", "velocity", "drift", "flow"]),
    .init(
      "quasi_steady", .boolean,
      "Whether the field is at quasi-steady state, `∇·(D ∇w) + R(w) = 0`, because it moves and reacts much faster than the "
        + "others.", default: "false"),
    .init(
      "extinction", .object(extinction),
      "A density so low that it means nobody: smaller values are set to 0 from time to time. What is removed is written "
        + "down in `run.json`.", default: "none"),
  ]

  private static let extinction: [Property] = [
    .init("below", .number(.positive), "Smaller values are set to 0, in the unit of the field.", isRequired: true),
    .init(
      "every", .number(.positive),
      "How often that happens: whoever has not grown to the threshold within this time has died out. About the time in "
        + "which a cell divides or dies.", isRequired: true),
  ]

  private static let compartment: [Property] = [
    .init("title", .string(format: "text"), "What it is, as in `drug in plasma`."),
    .init("unit", .string(format: "unit"), "Its unit, as in `mg/l`."),
  ]

  private static let taxis: [Property] = [
    .init("toward", .string(format: "field"), "The field `c` whose gradient is followed.", isRequired: true),
    .init(
      "sensitivity", expression,
      "`S` of the flux `u S ∇c`: of parameters, position, time and fields, as in `chi/(1 + c)^2` or `chi*(1 - u/K)`.",
      isRequired: true),
  ]

  private static let process: [Property] = [
    .init("name", .string(format: "text"), "As in `killing`.", isRequired: true),
    .init("rate", expression, "How often it happens, per unit of time.", isRequired: true),
    .init(
      "change", .map(key: "field", values: expression), "What it adds to each field when it happens once.",
      isRequired: true),
  ]

  /// Boundary conditions of a field or of the domain.
  package static let boundary = Schema.either([
    boundaryKind,
    .map(
      key: "axis or side",
      values: .either([
        boundaryKind,
        .object([.init("value", expression, "The value at the side.", isRequired: true, elsewhere: ["dirichlet"])]),
        .object([.init("flux", expression, "The flux into the domain.", isRequired: true, elsewhere: ["neumann"])]),
        .object([
          .init(
            "robin", .object(robin), "A flux into the domain in proportion to a difference.", isRequired: true)
        ]),
      ])),
  ])

  private static let boundaryKind = Schema.choice([
    .init(
      "no-flux", "nothing crosses the side",
      elsewhere: ["neumann", "noflux", "no_flux", "zero-flux", "zero_flux", "closed", "reflecting"]),
    .init("periodic", "what leaves at one side enters at the other", elsewhere: ["cyclic", "wrap", "pbc"]),
  ])

  private static let robin: [Property] = [
    .init(
      "coefficient", expression,
      "`h` of the flux `h (outside − value at the side)`, in length per time; of fields (their values at the side), position, time and parameters.",
      isRequired: true),
    .init("outside", expression, "The value outside of the domain.", isRequired: true),
  ]
}
