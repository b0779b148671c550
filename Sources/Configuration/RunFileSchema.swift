import Documents
import Models
import Operators
import Reports
import TimeStepping

extension RunConfiguration {
  /// The description of a run file.
  package static let schema = Schema.object(
    .init(
      "run file",
      [
        .init("$schema", .text("path"), "Where the JSON Schema lies, for editors."),
        .init("title", .text("text"), "One line for people.", standard: "the model's title"),
        .init(
          "model", .either([.text("name or path"), Model.schema]),
          "The name of a catalogue model (`oncofield models`), the path of a model file, or a model written out.", required: true),
        .init("parameters", .map(key: "parameter", of: .number()), "Other values for parameters of the model."),
        .init("domain", .object(domain), "Where the fields live.", required: true),
        .init(
          "initial", .map(key: "field", of: initial),
          "The value of each field at the start: a number, or an expression of position and parameters, which may use `random()` and `normal()`.",
          required: true),
        .init("time", .object(time), "From when to when, and how.", required: true),
        .init("treatment", .any("an array"), "Doses.", availability: .later),
        .init(
          "observables", .map(key: "observable", of: .text("expression")),
          "Numbers to be written along the run, as in `integral(T)`. Mass, minimum and maximum of each field come by themselves."),
        .init("stop", .any("an array"), "Conditions that end the run early.", availability: .later),
        .init("numerics", .object(numerics), "How diffusion is computed; for experts."),
        .init("output", .object(output), "What is written, where and when."),
        .init("checkpoint", .object(checkpoint), "When checkpoints are taken. One is taken at the end and on a request to stop."),
        .init("seed", .integer(.init(atLeast: 0, atMost: 0x1p53)), "Of the random numbers.", standard: "0"),
        .init("threads", .integer(.init(atLeast: 0, atMost: 1024)), "Number of threads; 0 for all processors. Results do not depend on it.", standard: "0"),
        .init("chosen", .any("an object"), "Written into `resolved.json`: what the program chose by itself. Not read."),
      ]))

  private static let domain = Schema.ObjectSchema(
    "domain",
    [
      .init(
        "geometry",
        .choice([
          .init("cartesian", "one, two or three axes"),
          .init("cylindrical-radial", "the radius of a cylinder", .later),
          .init("spherical-radial", "the radius of a sphere", .later),
        ]), "Shape of the coordinates.", standard: "cartesian"),
      .init("size", .array(of: .number(.init(above: 0)), count: 1...3), "Length of each axis.", required: true),
      .init("points", .array(of: .integer(.init(atLeast: 1, atMost: 16_777_216)), count: 1...3), "Number of points along each axis; they stand at the centers of equal volumes.", required: true),
      .init("origin", .array(of: .number(), count: 1...3), "Position of the lower sides.", standard: "0 for each axis"),
      .init("unit", .text("unit"), "Unit of length.", standard: "the model's"),
      .init("boundary", Model.boundary, "What happens at the sides, for all fields that say nothing else.", standard: "no-flux"),
      .init("mask", .any("an expression or an image"), "Where there is tissue.", availability: .later),
    ])

  private static let initial = Schema.either([
    .number(), .text("expression"),
    .object(
      .init("initial value", [.init("file", .text("path"), "Image or file with values.", availability: .later)])),
  ])

  private static let time = Schema.ObjectSchema(
    "time",
    [
      .init("end", .number(), "Time at which the run ends.", required: true),
      .init("start", .number(), "Time at which it begins.", standard: "0"),
      .init("unit", .text("unit"), "Unit of time.", standard: "the model's"),
      .init("step", .number(.init(above: 0)), "Length of a step; the way to the end is divided into equal steps of at most this.", required: true),
      .init("tolerance", .any("a number or an object"), "Relative error, from which steps follow.", availability: .later),
      .init(
        "scheme",
        .choice(
          SplittingScheme.all.map { .init($0.name, $0.summary) } + [
            .init("strang4", "fourth order by extrapolation", .later),
            .init("etdrk4", "exponential Runge–Kutta", .later),
            .init("etd2-positive", "non-negative at any step", .later),
            .init("auto", "chosen by trial steps", .later),
          ]), "How a step is composed.", standard: SplittingScheme.strang.name),
      .init(
        "reactions",
        .object(
          .init(
            "reactions",
            [
              .init("method", .choice(RungeKuttaPair.all.map { .init($0.name, "orders \($0.order) and \($0.embeddedOrder)") }), "The Runge–Kutta pair that integrates the reactions.", standard: RungeKuttaPair.standard.name),
              .init("tolerance", .number(.init(atLeast: 1e-13, atMost: 0.1)), "Relative error of one of its substeps.", standard: "1e-6"),
            ])), "How reactions are integrated within a step."),
    ])

  private static let numerics = Schema.ObjectSchema(
    "numerics",
    [
      .init(
        "propagator", .either([propagator, .map(key: "field", of: propagator)]),
        "How a step of diffusion is computed, for all fields or for some.", standard: "auto"),
      .init(
        "symbol",
        .choice([
          .init("spectral", "waves decay as in the differential equation"),
          .init("second-order", "the Laplacian of neighboring points"),
        ]), "Which discrete Laplacian.", standard: "spectral"),
    ])

  private static let propagator = Schema.choice([
    .init("auto", "chosen by cost, and by whether rounding would grow in empty tissue"),
    .init("kernel", "a positive kernel of limited reach"),
    .init("fourier", "a cosine or Fourier transform"),
  ])

  private static let output = Schema.ObjectSchema(
    "output",
    [
      .init("directory", .text("path"), "The run directory, relative to where the program is started.", standard: "runs/ and the name of the run file"),
      .init("fields", .object(.init("fields", [every])), "The fields, into `fields.h5`."),
      .init("observables", .object(.init("observables", [every])), "The observables, into `observables.csv`.", standard: "a hundredth of the run"),
      .init(
        "images",
        .object(
          .init(
            "images",
            [
              every,
              .init("colormap", .choice(Colormap.all.map { .init($0.name, $0.summary) }), "Colors.", standard: Colormap.all[0].name),
            ])), "Pictures of all fields, into `images/`."),
    ])

  private static let every = Schema.Property("every", .number(.init(above: 0)), "Interval of time between two.", required: true)

  private static let checkpoint = Schema.ObjectSchema(
    "checkpoint",
    [
      .init("every", .number(.init(above: 0)), "Interval of simulated time; taken at the first end of a step after it."),
      .init("wall_minutes", .number(.init(above: 0)), "Interval of real time, in minutes.", standard: "10"),
      .init("keep", .integer(.init(atLeast: 1, atMost: 1_000_000)), "How many of the newest are kept.", standard: "3"),
    ])
}
