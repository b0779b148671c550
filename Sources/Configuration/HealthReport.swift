import Documents
import Foundation
import Simulations
import Storage
import TimeStepping

extension RunConfiguration {
  /// How far below 0 each density may fall, relative to its largest value, before that is reported: the tolerance of the
  /// run, or with a fixed step that of the reactions.
  package var negativityTolerances: [Double] {
    let tolerances: [Double] =
      switch steps {
      case .fixed: model.fields.map { _ in reactionTolerance }
      case .controlled(let tolerance, _): tolerance.relative
      }
    // A stage of a delay is a density only if what is delayed is one.
    return zip(zip(model.fields, productionLoss), tolerances).map { field, tolerance in
      field.0.stage != nil && !field.1.isPositive ? .infinity : tolerance
    }
  }

  /// Whether the equations of each field keep it non-negative: its reactions, and what else could take something away.
  package var cannotBecomeNegative: [Bool] {
    zip(zip(productionLoss, sides), diffusivities).map { parts, diffusivity in
      parts.0.isPositive && !parts.1.isPrescribed && diffusivity.crossTerms.isEmpty && treatments.isEmpty
    }
  }

  /// As in "point (118, 64), x = 9.2, y = 5 mm"; numbers count from 0.
  ///
  /// - Parameter faceAxis: for the face below the point along this axis.
  func description(ofPoint place: (row: Int, column: Int), faceAxis: Int? = nil) -> String {
    let numbers = indices(ofPoint: place).map(String.init).joined(separator: ", ")
    let coordinates = zip(grid.axes, position(ofPoint: place, faceAxis: faceAxis)).map { "\($0.name) = \(Float($1))" }
    let point = faceAxis.map { "the face below point (\(numbers)) along \(grid.axes[$0].name)" } ?? "point (\(numbers))"
    return "\(point), \(coordinates.joined(separator: ", "))" + RunConfiguration.suffix(lengthUnit)
  }

  func indices(ofPoint place: (row: Int, column: Int)) -> [Int] {
    grid.axes.indices.map { grid.place(row: place.row, column: place.column, along: $0).index }
  }

  func position(ofPoint place: (row: Int, column: Int), faceAxis: Int? = nil) -> [Double] {
    var position = [grid.axes[0].coordinate(place.column)] + grid.rowCoordinates(place.row)
    if let faceAxis { position[faceAxis] -= 0.5 * grid.axes[faceAxis].spacing }
    return position
  }

  func description(ofTime time: Double) -> String { "\(Float(time))" + RunConfiguration.suffix(timeUnit) }

  /// A unit behind a number; models without dimensions have the unit 1.
  static func suffix(_ unit: String?) -> String { unit.map { $0 == "1" ? "" : " " + $0 } ?? "" }
}

/// What the health check of a run found, as people and programs read it.
package struct HealthReport {
  private let health: HealthCheck
  private let configuration: RunConfiguration
  private let observables: [ObservableTable.NotFinite]
  private let allowsPositiveScheme: Bool

  /// - Parameters:
  ///   - observables: the columns of observables that were no finite number.
  ///   - allowsPositiveScheme: whether the run could have the scheme that keeps densities non-negative.
  package init(
    _ health: HealthCheck, _ configuration: RunConfiguration, observables: [ObservableTable.NotFinite] = [],
    allowsPositiveScheme: Bool = false
  ) {
    self.health = health
    self.configuration = configuration
    // What is no number because a field is none there is said of the field.
    let timesWithoutState = health.findings.compactMap { finding in
      if case .output(let value) = finding.kind, value.isNaN { finding.time } else { nil }
    }
    self.observables = observables.filter { !timesWithoutState.contains($0.time) }
    self.allowsPositiveScheme = allowsPositiveScheme
  }

  /// One sentence for each finding, with its remedy.
  package var warnings: [String] { health.findings.map(sentence) + observables.map(sentence) }

  private func sentence(_ found: ObservableTable.NotFinite) -> String {
    let value = found.value.isNaN ? "no number (NaN)" : found.value > 0 ? "infinite" : "minus infinity"
    let rows = found.rows == 1 ? "" : ", and no finite number in \(found.rows) rows"
    return
      "the observable \(found.column) is \(value) at t = \(configuration.description(ofTime: found.time))\(rows); look at "
      + "its expression where it divides, or takes a logarithm or a root"
  }

  private func sentence(_ finding: HealthCheck.Finding) -> String {
    let name = configuration.model.fieldNames[finding.field]
    let when = "step \(finding.step), t = \(configuration.description(ofTime: finding.time))"
    let point = configuration.description(ofPoint: (finding.row, finding.column))
    switch finding.kind {
    case .negative:
      return "field \(name) fell below 0, to \(Float(finding.value ?? 0)), first at \(point) (\(when)); "
        + lowest(finding) + remedy(negative: finding.field)
    case .thinFront(let points):
      return
        "the front of field \(name) is thinner than two points (\(Float(points)) at \(point), \(when)), so that its "
        + "speed and width depend on the grid; take at least twice as many points (domain.points)"
    case .narrowPeak(let points, let height):
      return
        "the peak of field \(name) has become as narrow as the grid (\(Float(points)) points at half of its height \(Float(height)) at \(point), \(when)), so that its height "
        + "depends on the spacing; take more points (domain.points): if the peak only becomes higher, the equations have no solution from here "
        + "on, unless taxis ceases where cells are dense, as with the sensitivity chi*(1 - \(name)/K)"
    case .regrowth(let trough): return regrowth(finding.field, from: trough) + " (\(when))"
    case .output(let value):
      return
        "what is written of field \(name) at t = \(configuration.description(ofTime: finding.time)), between two steps, is "
        + (value.isNaN ? "no number (NaN)" : "\(Float(value))")
        + " at \(point), though the steps before and after it are sound; write at times of steps "
        + "(\"output\", or a fixed time.step that divides its interval), or take shorter steps"
    }
  }

  /// The lowest value of the run, with its own place, if that is not the first.
  private func lowest(_ finding: HealthCheck.Finding) -> String {
    guard let lowest = health.lowestNegative[finding.field], lowest.step != finding.step else { return "" }
    let point = configuration.description(ofPoint: (lowest.row, lowest.column))
    return "its lowest value so far was \(Float(lowest.value)) at \(point) (step \(lowest.step), "
      + "t = \(configuration.description(ofTime: lowest.time))); "
  }

  private func regrowth(_ field: Int, from trough: TraceWatch.Trough) -> String {
    let name = configuration.model.fieldNames[field]
    return
      "field \(name) has grown again after it was down to \(String(format: "%.3g", trough.value)) at its largest at "
      + "t = \(configuration.description(ofTime: trough.time)), which is less than one cell or than the tolerance sees, so that the "
      + "time of its return is not known; if it is made of cells, give it a threshold below which they are gone "
      + "(\"extinction\" of the field, as in { \"below\": 1e-3, \"every\": 1 }), or else an absolute tolerance (\"absolute\" in "
      + "time.tolerance)"
  }

  private func remedy(negative field: Int) -> String {
    let causes = configuration.whatCanTakeAway(from: field)
    if !causes.processes.isEmpty {
      return "its processes can take away what is not there: \(causes.processes.joined(separator: ", "))"
    }
    if !causes.treatments.isEmpty {
      return "treatments can take away what is not there: \(causes.treatments.joined(separator: ", "))"
    }
    var advice = ["take a shorter step or a smaller tolerance"]
    if configuration.canDiffuseByKernel(field) { advice.append("let it diffuse by kernel (numerics.propagator)") }
    if allowsPositiveScheme, configuration.scheme.name != Scheme.etd2Positive.name {
      advice.append("use the scheme \(Scheme.etd2Positive.name)")
    }
    let text =
      advice.count < 2 ? advice[0] : advice.dropLast().joined(separator: ", ") + ", or " + advice[advice.count - 1]
    return "if it is a density, \(text)"
  }

  /// For `run.json`.
  package var output: JSONText {
    .object([
      "lowest_values": .object(
        zip(configuration.model.fieldNames, health.lowest).map { .init($0, .number($1)) }),
      "warnings": .array(health.findings.map { output($0) } + observables.map { output($0) }),
    ])
  }

  private func output(_ found: ObservableTable.NotFinite) -> JSONText {
    .object([
      "kind": .string("observable"),
      "observable": .string(found.column),
      "time": .number(found.time),
      "rows": .integer(found.rows),
      "text": .string(sentence(found)),
    ])
  }

  private func output(_ finding: HealthCheck.Finding) -> JSONText {
    let place = (finding.row, finding.column)
    var members: [JSONText.Member] = [
      .init("field", .string(configuration.model.fieldNames[finding.field])),
      .init("step", .integer(finding.step)),
      .init("time", .number(finding.time)),
      .init("point", .integers(configuration.indices(ofPoint: place))),
      .init("text", .string(sentence(finding))),
    ]
    switch finding.kind {
    case .negative: members.insert(.init("kind", .string("negative")), at: 0)
    case .output: members.insert(.init("kind", .string("output")), at: 0)
    case .thinFront(let points):
      members.insert(.init("kind", .string("thin front")), at: 0)
      members.append(.init("width_in_points", .number(points)))
    case .narrowPeak(let points, let height):
      members.insert(.init("kind", .string("narrow peak")), at: 0)
      members.append(.init("width_in_points", .number(points)))
      members.append(.init("height", .number(height)))
    case .regrowth(let trough):
      members.insert(.init("kind", .string("regrowth")), at: 0)
      members.append(.init("lowest_maximum", .number(trough.value)))
      members.append(.init("time_of_lowest", .number(trough.time)))
    }
    return .object(members)
  }
}
