import Documents
import Fields
import Models
import Operators
import Simulations
import Storage

/// What a run will do and take, before it is begun.
package struct RunPlan {
  private let assembly: RunAssembly
  private let stepSize: Double
  /// nil where steps are chosen by their errors.
  private let stepCount: Int?

  package init(_ assembly: RunAssembly) throws {
    self.assembly = assembly
    let configuration = assembly.configuration
    stepSize = configuration.firstStep.size
    stepCount = RunPlan.stepCount(configuration)
  }

  /// Equal steps on the way to each time that must be hit and is known; nil where steps are chosen by their errors.
  private static func stepCount(_ configuration: RunConfiguration) -> Int? {
    guard case .fixed(let asked) = configuration.steps else { return nil }
    var clock = Clock(start: configuration.startTime)
    let known = configuration.knownTimes.events(after: configuration.startTime, most: 100_000)
    return (known.map(\.time) + [configuration.endTime]).reduce(0) { count, goal in
      let step = clock.nextStep(to: goal, askedStep: asked)
      defer { clock = Clock(start: goal) }
      return count + Int(((goal - clock.time) / step.size).rounded())
    }
  }

  private var configuration: RunConfiguration { assembly.configuration }

  private var volume: OutputVolume { OutputVolume(configuration) }

  package var output: JSONText {
    .object([
      "title": .string(configuration.title),
      "model": .string(configuration.model.name),
      "points": .integers(configuration.grid.axes.map(\.points)),
      "fields": .strings(configuration.model.fieldNames),
      "scheme": .string(configuration.scheme.name),
      "scheme_because": configuration.schemeReason.map(JSONText.string),
      "step": stepCount == nil ? nil : .number(stepSize),
      "steps": stepCount.map(JSONText.integer),
      "tolerance": configuration.toleranceOutput,
      "first_step": .number(stepSize),
      "treatment": configuration.treatments.isEmpty ? nil : .array(configuration.treatments.map(configuration.output)),
      "delays": assembly.delayOutput,
      "memory_bytes": .integer(assembly.fieldBytes),
      "field_frames": .integer(volume.frames),
      "images": .integer(volume.images),
      "fields_h5_bytes": .integer(volume.fieldBytes),
      "growth_from_empty": assembly.traceGrowth.harmful.isEmpty
        ? nil : .array(assembly.traceGrowth.harmful.map(output)),
      "pattern_growth": assembly.patternOnset.map { $0.output(limit: assembly.growthLimit) },
      "positivity": configuration.positivityOutput(limits: assembly.upperLimits),
      "noise": configuration.noiseOutput(isMasked: assembly.volumes.isMasked),
      "jumps": configuration.jumps.times.isEmpty ? nil : .numbers(configuration.jumps.times),
      "chosen": assembly.chosen,
    ])
  }

  package var text: String {
    let axes = configuration.grid.axes.map { "\($0.points)" }.joined(separator: " × ")
    var lines = [
      configuration.title,
      "  model        \(configuration.model.name): \(configuration.model.fieldNames.joined(separator: ", "))",
      "  grid         \(axes) points\(tissue), spacing \(configuration.grid.axes.map { "\(Float($0.spacing))" }.joined(separator: ", "))\(RunConfiguration.suffix(configuration.lengthUnit))",
      "  time         \(configuration.startTime) to \(configuration.endTime)\(RunConfiguration.suffix(configuration.timeUnit)), \(scheme), \(steps)",
      "  memory       \(megabytes(assembly.fieldBytes)) for fields",
      "  output       \(volume.frames) frames of fields (\(megabytes(volume.fieldBytes))), \(volume.images) images, \(volume.rows) rows of observables",
      "  diffusion",
    ]
    if let law = configuration.model.freeBoundary { lines.insert("  boundary     \(describe(law))", at: 3) }
    for (name, plan) in zip(configuration.model.fieldsInSpace.map(\.name), assembly.diffusionPlanOfScheme) {
      switch plan {
      case .axes(let axes):
        for propagator in axes { lines.append("    \(name) along \(propagator.axis): \(describe(propagator))") }
      case .balance: lines.append("    \(name): at quasi-steady state with the others")
      case .movingDomain(diffuses: true): lines.append("    \(name): exactly, on points that move with the boundary")
      case .movingDomain:
        lines.append("    \(name): not at all; limited fluxes between points that move with the boundary")
      case .stages(let stages, let steps, let reason):
        lines.append(
          "    \(name): super-time-stepping, \(stages) stages, \(steps) to a step of the run (\(reason))")
      }
    }
    for (number, cycle) in assembly.traceGrowth.harmful.enumerated() {
      lines.append((number == 0 ? "  growth       " : "               ") + configuration.description(of: cycle))
    }
    if let limit = assembly.growthLimit, let onset = assembly.patternOnset {
      lines.append(
        "               steps are at most \(Float(limit.longestStep)) while \(onset.description(configuration)), as long as it is small"
      )
    }
    let populated = zip(configuration.model.fieldNames, assembly.nowhereEmpty).filter(\.1).map(\.0)
    if !populated.isEmpty {
      lines.append(
        "               nowhere empty at the start: \(populated.joined(separator: ", ")); transformed until one is nearly so"
      )
    }
    if let parts = assembly.taxisParts {
      let names = (assembly.separateTaxis?.fields ?? []).map { configuration.model.fieldNames[$0.field] }
      lines.append(
        "  taxis        \(names.joined(separator: ", ")): limited fluxes, each half of a step in \(parts) parts at first"
      )
    }
    if let spectral = assembly.spectralTaxis {
      let names = spectral.fields.map { configuration.model.fieldNames[$0] }
      lines.append("  taxis        \(names.joined(separator: ", ")): derivatives of series, for smooth solutions")
    }
    lines.append("  reactions")
    lines += configuration.positivityLines(limits: assembly.upperLimits).map { "    " + $0 }
    lines += assembly.delayLines
    if let line = configuration.jumpLine { lines.append("  jumps        " + line) }
    lines += (configuration.noiseLines + configuration.varianceLines(isMasked: assembly.volumes.isMasked)).map {
      "  noise        " + $0
    }
    lines += configuration.treatments.map { "  treatment    " + configuration.description(of: $0) }
    if configuration.estimatesError {
      lines.append(
        "  error        of the last state: by running once more with \(TemporalRefinement(configuration).text), which the estimate below does not count"
      )
    } else if !configuration.isControlled {
      lines.append("  error        of the fixed step: not estimated (time.estimate_error)")
    }
    if let refusal = volume.refusal(free: FreeSpace(at: configuration.directory)?.bytes) {
      lines.append("  warning      \(refusal): `run` refuses that without --allow-large-output")
    }
    lines += configuration.stops.map { "  stop         \($0.reason)" }
    return lines.joined(separator: "\n") + "\n"
  }

  private func output(_ cycle: TraceGrowth.Cycle) -> JSONText {
    .object([
      "fields": .strings(cycle.fields.map { configuration.model.fieldNames[$0] }),
      "rate": cycle.rate.isFinite ? .number(cycle.rate) : .null,
      "exponent": cycle.exponent.isFinite ? .number(cycle.exponent) : .null,
    ])
  }

  private var scheme: String {
    configuration.scheme.name + (configuration.schemeReason.map { " (\($0))" } ?? "")
  }

  private var steps: String {
    if let stepCount {
      return
        "\(stepCount) steps\(configuration.knownTimes.events(after: configuration.startTime, most: 1).isEmpty ? " of" : ", the first of") \(Float(stepSize))"
    }
    guard case .controlled(let tolerance, _) = configuration.steps else { return "" }
    let relative = Set(tolerance.relative).sorted().map { "\(Float($0))" }.joined(separator: " or ")
    return "steps chosen for a relative error of \(relative), the first of \(Float(stepSize))"
  }

  /// Says how much of the grid is tissue, if not all.
  private var tissue: String {
    assembly.volumes.isMasked ? ", \(assembly.volumes.pointCount) of them tissue" : ""
  }

  private func describe(_ law: FreeBoundaryLaw) -> String {
    let side = configuration.grid.axes[0].name + "+"
    switch law.kind {
    case .stefan(let field, let coefficient): return "\(side) moves with s' = −(\(coefficient)) ∂\(field)/∂n"
    case .growth(let rate, let carried):
      return "\(side) moves with the tissue, ∇·v = \(rate), which carries \(carried.joined(separator: ", "))"
    }
  }

  private func describe(_ propagator: AxisPropagator) -> String {
    let strength = "r = D Δt/Δx² = \(Float(propagator.strength))"
    switch propagator.method {
    case nil: return "none (\(propagator.reason))"
    case .kernel:
      return
        "\(propagator.shape?.rawValue ?? "") kernel of radius \(propagator.radius), \(strength) (\(propagator.reason))"
    case .fourier: return "\(propagator.symbol.rawValue) transform, \(strength) (\(propagator.reason))"
    case .matrix: return "matrix of radius \(propagator.radius), \(strength) (\(propagator.reason))"
    case .tridiagonal:
      return "tridiagonal operator, reach \(propagator.radius), \(strength) (\(propagator.reason))"
    }
  }

  private func megabytes(_ bytes: Int) -> String { "\((Double(bytes) / 104857.6).rounded() / 10) MiB" }
}
