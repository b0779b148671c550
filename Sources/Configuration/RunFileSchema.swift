import Documents
import Models
import Operators
import Reports
import TimeStepping

extension RunConfiguration {
  /// The description of a run file.
  package static let schema = Schema.object([
    .init("title", .string(format: "text"), "One line for people.", default: "the model's title"),
    .init(
      "model", .either([.string(format: "name or path"), Model.schema]),
      "The name of a catalogue model (`oncofield models`), the path of a model file, or a model written out.",
      isRequired: true),
    .init(
      "parameters", .map(key: "parameter", values: .number()), "Other values for parameters of the model.",
      elsewhere: ["params", "constants"]),
    .init("domain", .object(domain), "Where the fields live. A model of compartments alone needs none."),
    .init(
      "initial", .map(key: "field", values: initial),
      "The value of each field at the start: a number, or an expression of position and parameters, which may use "
        + "`random()` and `normal()`.", isRequired: true,
      elsewhere: ["initial_conditions", "initial_condition", "initial_values", "ic", "ics", "init"]),
    .init(
      "history", .map(key: "field", values: Model.expression),
      "Where rates contain delays, what fields were before the start: expressions of `t`, position and parameters, as in "
        + "`0.3*cos(t)`.", default: "for each field its value at the start"),
    .init("time", .object(time), "From when to when, and how.", isRequired: true, elsewhere: ["tspan"]),
    .init(
      "treatment", .array(of: .object(treatment)),
      "Treatments: when doses are given, and what each does. Every time is hit exactly.",
      elsewhere: ["therapy", "therapies", "dosing", "doses", "events"]),
    .init(
      "observables",
      .map(
        key: "observable",
        values: .either([
          .string(format: "expression"),
          .object([
            .init("value", .string(format: "expression"), "The number.", isRequired: true),
            .init("unit", .string(format: "unit"), "Its unit."),
          ]),
        ])),
      "Numbers to be written along the run, as in `integral(T)`. Mass, minimum and maximum of each field come by "
        + "themselves. The units of all columns stand in `run.json`."),
    .init("stop", .array(of: stop), "What ends a run before its time."),
    .init("numerics", .object(numerics), "How diffusion is computed; for experts."),
    .init("output", .object(output), "What is written, where and when."),
    .init(
      "checkpoint", .object(checkpoint),
      "When checkpoints are taken, besides at the end and on a request to stop."),
    .init("seed", .integer(0...Int(1) << 53), "Of the random numbers.", default: "0"),
    .init(
      "threads", .integer(0...1024), "Number of threads; 0 for all processors. Results do not depend on it.",
      default: "0"),
    .init(
      "chosen", .map(key: "choice", values: anything),
      "Written into `resolved.json`: what the program chose by itself. Not read."),
  ])

  private static var anything: Schema {
    .reference("anything") {
      .either([.number(), .string(), .boolean, .array(of: Self.anything), .map(key: "key", values: Self.anything)])
    }
  }

  private static let domain: [Property] = [
    .init(
      "geometry",
      .choice([
        .init("cartesian", "one, two or three axes"),
        .init("cylindrical-radial", "the radius `r` of a cylinder, of which one unit of length is taken"),
        .init("spherical-radial", "the radius `r` of a sphere"),
      ]), "Shape of the coordinates.", default: "cartesian"),
    .init(
      "size", .array(of: .number(.positive), count: 1...3), "Length of each axis.", isRequired: true,
      elsewhere: ["length", "lengths", "L", "extent", "extents"]),
    .init(
      "points", .array(of: .integer(1...1 << 24), count: 1...3),
      "Number of points along each axis; they stand at the centers of equal volumes.", isRequired: true,
      elsewhere: ["N", "resolution", "shape", "grid", "cells", "nodes"]),
    .init("origin", .array(of: .number(), count: 1...3), "Position of the lower sides.", default: "0 for each axis"),
    .init(
      "unit", .string(format: "unit"), "Unit of length; the same as that of the model, which nothing converts.",
      default: "the model's"),
    .init(
      "boundary", Model.boundary, "What happens at the sides, for all fields that say nothing else.",
      default: "no-flux", elsewhere: ["boundaries", "boundary_condition", "boundary_conditions", "bc", "bcs"]),
    .init(
      "mask",
      .either([
        .string(format: "expression or path"),
        .object(
          ArraySource.schema + [
            .init(
              "above", .number(),
              "There is tissue where the file has a larger value; in an image 0 is black and 1 white.",
              default: "0.5 for an array; in an image what is not black, unless that is unclear because of greys")
          ]),
      ]),
      "Where there is tissue: an image or array, as in `tissue.png`, or a condition on the position, as in `x^2 + y^2 < 25`, or an expression that is greater than "
        + "0 there. Nothing crosses the edge of the tissue, nothing happens outside; fields are 0 there, and NaN in "
        + "`fields.h5`.", default: "everywhere"),
  ]

  private static let initial = Schema.either([
    .number(), .string(format: "expression"),
    .object(
      ArraySource.schema + [
        .init(
          "field", .string(format: "field"), "Of the fields of another run: which one.", default: "that of this name")
      ]),
  ])

  private static let time: [Property] = [
    .init(
      "end", .number(), "Time at which the run ends.", isRequired: true,
      elsewhere: ["t_end", "tend", "tmax", "t_max", "t1", "duration", "final", "until"]),
    .init("start", .number(), "Time at which it begins.", default: "0", elsewhere: ["t0", "t_start", "begin"]),
    .init(
      "unit", .string(format: "unit"), "Unit of time; the same as that of the model, which nothing converts.",
      default: "the model's"),
    .init(
      "tolerance", .either([.number(relativeTolerance), .object(tolerance)]),
      "How accurate each step is: its error relative to the size of each field. Steps are then as long as that allows.",
      default: "1e-4, unless there is a `step`", elsewhere: ["tol", "rtol", "reltol", "accuracy"], replaces: ["step"]),
    .init(
      "step", .number(.positive),
      "Instead of a tolerance: steps of this length; the way to the end is divided into equal steps of at most this. "
        + "Models with noise need it.",
      default: "chosen by the tolerance", elsewhere: ["dt", "timestep", "time_step", "step_size"],
      replaces: [
        "tolerance", "first_step", "smallest_step", "largest_step", .init("scheme", value: Scheme.auto.name),
      ]),
    .init(
      "estimate_error", .boolean,
      "Whether the run, when it is complete, is done again in memory with half the step or a tenth of the tolerance, to "
        + "estimate the error in time of its last state (`temporal_error` in `run.json`). That takes two to four times the "
        + "time of its steps.",
      default: "false"),
    .init(
      "first_step", .number(.positive), "Length of the first step to try.", default: "a thousandth of the run"),
    .init(
      "smallest_step", .number(.positive), "A run that would need a shorter step than this fails.",
      default: "1e-14 of the run"),
    .init(
      "largest_step", .number(.positive), "No step is longer.",
      default: "a fifth of the run; in any case a quarter of the shortest constant delay"),
    .init(
      "noise_interval", .number(.positive),
      "The paths of noise are drawn at multiples of this and filled in between: runs with the same seed and the same "
        + "interval have the same paths, whatever their steps.", default: "the first step"),
    .init(
      "scheme",
      .choice(
        Scheme.offered.map { .init($0.name, $0.summary) }), "How a step is composed.",
      default: "auto with a tolerance; with a fixed step strang, or rebalanced-strang where reactions "
        + "do not keep the boundary data", elsewhere: ["method", "solver", "integrator"]),
    .init("reactions", .object(reactions), "How reactions are integrated within a step."),
  ]

  static let relativeTolerance = Bounds.within(1e-12...0.1)

  private static let tolerance: [Property] = [
    .init(
      "relative",
      .either([.number(relativeTolerance), .map(key: "field", values: .number(relativeTolerance))]),
      "Error of a step relative to the size of a field, for all fields or for some.", default: "1e-4"),
    .init(
      "absolute", .either([.number(.positive), .map(key: "field", values: .number(.positive))]),
      "Error of a step that is accepted in any case, in the unit of the field, for all fields or for some.",
      default: "the threshold of extinction of the field, or 1e-6 of the relative one times the largest size that the "
        + "field has had, or what it would change by in the whole run at its present rate"),
  ]

  private static let reactions: [Property] = [
    .init(
      "method", .choice(ReactionMethod.all.map { .init($0.name, $0.summary) }),
      "The method that integrates the reactions, in substeps for each tile of points.",
      default: ReactionMethod.standard.name),
    .init(
      "tolerance", .number(.within(1e-13...0.1)), "Relative error of one of its substeps.",
      default: "0.03 of the error that a step may have, or 1e-6 with a fixed step"),
    .init(
      "precision",
      .choice([.init("double", "53 bits")]), "How many bits the rates have: 53; accepted so that earlier runs go on.",
      default: "double"),
  ]

  private static let numerics: [Property] = [
    .init(
      "propagator", .either([propagator, .map(key: "field", values: propagator)]),
      "How a step of diffusion is computed, for all fields or for some.", default: "auto"),
    .init(
      "symbol",
      .choice([
        .init("spectral", "waves decay as in the differential equation"),
        .init("second-order", "the Laplacian of neighboring points"),
      ]), "Which discrete Laplacian.", default: "spectral"),
    .init(
      "taxis",
      .choice([
        .init("limited", "limited fluxes of second order between points: no negative densities, no new extrema"),
        .init(
          "spectral",
          "derivatives of Fourier and cosine series, for smooth solutions; with the schemes `auto`, `etdrk4` and `etdrk4-coupled`"
        ),
      ]), "How taxis and advection are computed.", default: "limited"),
  ]

  private static let propagator = Schema.choice([
    .init("auto", "chosen by cost, and by whether rounding would grow in empty tissue"),
    .init("kernel", "a positive kernel of limited reach"),
    .init("fourier", "a cosine or Fourier transform"),
  ])

  private static let output: [Property] = [
    .init(
      "directory", .string(format: "path"), "The run directory, relative to where the program is started.",
      default: "runs/ and the name of the run file", elsewhere: ["dir", "folder", "path", "output_dir"]),
    .init("fields", .object([every]), "The fields, into `fields.h5`."),
    .init(
      "observables", .object([every]), "The observables, into `observables.csv`.", default: "a hundredth of the run"),
    .init("images", .object([every, colormap]), "Pictures of all fields, into `images/`."),
    .init(
      "ledger", .boolean,
      "Whether account is kept of what changes the mass of each field: every process, the sides, doses. In "
        + "`observables.csv`, `run.json` and at the end of the run.", default: "false"),
  ]

  private static let every = Property(
    "every", .number(.positive), "Interval of time between two.", isRequired: true,
    elsewhere: ["interval", "dt", "period"])

  private static let colormap = Property(
    "colormap", .choice(Colormap.all.map { .init($0.name, $0.summary) }), "Colors.", default: Colormap.all[0].name)

  private static let checkpoint: [Property] = [
    .init(
      "every", .number(.positive), "Interval of simulated time; taken at the first end of a step after it."),
    .init("wall_minutes", .number(.positive), "Interval of real time, in minutes.", default: "10"),
    .init("keep", .integer(1...1_000_000), "How many of the newest are kept.", default: "3"),
  ]
}
