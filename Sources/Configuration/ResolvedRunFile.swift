import Documents
import Fields
import Models
import Operators
import Reports
import TimeStepping

extension RunConfiguration {
  /// The run file with every value in force, defaults included, the model written out; reads back as the same run.
  ///
  /// - Parameters:
  ///   - chosen: what the program decided by itself, to be read by people.
  ///   - isForCheckpoint: leaves out what the result does not depend on and what may differ from place to place: the
  ///     directory, the number of threads and the choices.
  package func resolved(chosen: JSONText?, isForCheckpoint: Bool = false) -> JSONText {
    .object([
      "title": .string(title),
      "model": model.resolvedDocument,
      "domain": domainOutput,
      "initial": initialOutput,
      "history": document["history"].map(JSONText.init),
      "time": timeOutput(isForCheckpoint: isForCheckpoint),
      "treatment": document["treatment"].map(JSONText.init),
      "observables": document["observables"].map(JSONText.init),
      "stop": document["stop"].map(JSONText.init),
      "numerics": .object([
        "propagator": .object(
          zip(model.fieldNames, requestedMethods).map { .init($0, .string($1?.rawValue ?? "auto")) }),
        "symbol": .string(symbol.rawValue),
        "taxis": .string(taxisFluxes.rawValue),
      ]),
      "output": outputOutput(isForCheckpoint: isForCheckpoint),
      "checkpoint": .object([
        "every": checkpoints.every.map(JSONText.number),
        "wall_minutes": checkpoints.wallSeconds.map { .number($0 / 60) },
        "keep": .integer(checkpoints.keep),
      ]),
      "seed": .integer(Int(seed)),
      "threads": isForCheckpoint ? nil : .integer(threads),
      "chosen": isForCheckpoint ? nil : chosen,
    ])
  }

  /// The parts of the resolved run file that say how the state changes: not how long, and who looks on.
  var equationsOutput: JSONText {
    guard case .object(let members) = resolved(chosen: nil, isForCheckpoint: true) else { return .null }
    let others = ["title", "observables", "stop", "output", "checkpoint"]
    return .object(
      members.filter { !others.contains($0.key) }.map { member in
        guard member.key == "time", case .object(let times) = member.value else { return member }
        return .init(member.key, .object(times.filter { $0.key != "end" }))
      })
  }

  /// Files are named by their full paths: what is written lies elsewhere than the run file.
  private var initialOutput: JSONText {
    .object(
      zip(model.fieldNames, initial).compactMap { name, value in
        document["initial"]?[name].map { node in
          if case .file(let file) = value { return .init(name, file.resolved(node)) }
          return .init(name, JSONText(node))
        }
      })
  }

  private var domainOutput: JSONText {
    .object([
      "geometry": .string(grid.axes[0].geometry.rawValue),
      "size": .numbers(grid.axes.map(\.length)),
      "points": .integers(grid.axes.map(\.points)),
      "origin": .numbers(grid.axes.map(\.origin)),
      "unit": lengthUnit.map(JSONText.string),
      "mask": document["domain"]?["mask"].map { mask?.resolved($0) ?? .null },
      "boundary": document["domain"]?["boundary"].map(JSONText.init) ?? .string("no-flux"),
    ])
  }

  /// - Parameter isForCheckpoint: then what follows from the tolerance of the run is left out, so that it follows another one that a
  ///   branch is given.
  private func timeOutput(isForCheckpoint: Bool) -> JSONText {
    // A run file that was written out has it as a number, before the rule names the scheme.
    let isImplied = Scheme.offered.contains {
      reactionTolerance == RunFileReader.standardReactionTolerance(steps, $0)
    }
    return .object([
      "start": .number(startTime),
      "end": .number(endTime),
      "unit": timeUnit.map(JSONText.string),
      "step": isControlled ? nil : .number(steps.first),
      "estimate_error": .boolean(estimatesError),
      "tolerance": toleranceOutput,
      "first_step": stepBounds.map { .number($0.first) },
      "smallest_step": stepBounds.map { .number($0.smallest) },
      "largest_step": stepBounds.map { .number($0.largest) },
      "noise_interval": hasNoise ? .number(noiseInterval) : nil,
      "scheme": .string(askedScheme.name),
      "reactions": .object([
        "method": .string(reactionMethod.name),
        "tolerance": isForCheckpoint && isImplied ? nil : .number(reactionTolerance),
      ]),
    ])
  }

  private var stepBounds: StepSizeController.Bounds? {
    if case .controlled(_, let bounds) = steps { return bounds }
    return nil
  }

  /// The tolerance in force, where steps are chosen by it.
  var toleranceOutput: JSONText? {
    guard case .controlled(let tolerance, _) = steps else { return nil }
    return tolerance.output(model.fieldNames)
  }

  private func outputOutput(isForCheckpoint: Bool) -> JSONText {
    func every(_ interval: Double?) -> JSONText? { interval.map { .object(["every": .number($0)]) } }
    return .object([
      "directory": isForCheckpoint ? nil : .string(directory),
      "fields": every(fieldInterval),
      "observables": every(observableInterval),
      "images": imageInterval.map { .object(["every": .number($0), "colormap": .string(colormap.name)]) },
      "ledger": keepsLedger ? .boolean(true) : nil,
    ])
  }
}

extension Tolerance {
  /// As in a run file.
  func output(_ fields: [String]) -> JSONText {
    .object([
      "relative": .object(zip(fields, relative).map { .init($0, .number($1)) }),
      "absolute": .object(zip(fields, absolute).compactMap { name, value in value.map { .init(name, .number($0)) } }),
    ])
  }
}

extension RunAssembly {
  /// What the program chose: for each field and axis the propagator, and why.
  ///
  package var chosen: JSONText {
    .object([
      "scheme": .string(configuration.scheme.name),
      "scheme_because": configuration.schemeReason.map(JSONText.string),
      "propagators": .object(
        zip(configuration.model.fieldNames, diffusionPlanOfScheme).map { .init($0, $1.output) }),
      "taxis_parts": taxisParts.map(JSONText.integer),
    ])
  }

  /// How each field is moved in the first step, by the scheme that is taken: one without splitting takes exponentials of
  /// diffusion by transforms, whatever propagator a splitting would take.
  var diffusionPlanOfScheme: [Diffusion.Plan] {
    let scheme = configuration.scheme
    guard scheme.isUnsplit else { return diffusionPlan }
    return diffusionPlan.map { plan in
      guard case .axes(let axes) = plan else { return plan }
      return .axes(axes.map { $0.asTransform(because: "by \(scheme.name)") })
    }
  }
}

extension Diffusion.Plan {
  fileprivate var output: JSONText {
    switch self {
    case .axes(let axes): .object(axes.map { .init($0.axis, $0.output) })
    case .balance: .object(["method": .string("balance")])
    case .movingDomain(let diffuses):
      .object(["method": .string("front-fixing"), "propagator": .string(diffuses ? "exponential" : "limited fluxes")])
    case .stages(let stages, let steps, let reason):
      .object([
        "method": .string("super-time-stepping"), "stages": .integer(stages), "steps": .integer(steps),
        "symbol": .string(DiffusionSymbol.secondOrder.rawValue), "because": .string(reason),
      ])
    }
  }
}

extension AxisPropagator {
  fileprivate var output: JSONText {
    let isLocal = method == .matrix || method == .tridiagonal
    return .object([
      "method": .string(method?.rawValue ?? "none"),
      "shape": shape.map { .string($0.rawValue) },
      "symbol": method == .fourier || isLocal ? .string(symbol.rawValue) : nil,
      "strength": .number(strength),
      "radius": method == .kernel || isLocal ? .integer(radius) : nil,
      "because": .string(reason),
    ])
  }
}
