import Documents
import Foundation
import Simulations
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
  func description(ofPoint place: (row: Int, column: Int)) -> String {
    let numbers = indices(ofPoint: place).map(String.init).joined(separator: ", ")
    let coordinates = zip(grid.axes, position(ofPoint: place)).map { "\($0.name) = \(Float($1))" }
    return "point (\(numbers)), \(coordinates.joined(separator: ", "))" + RunConfiguration.suffix(lengthUnit)
  }

  func indices(ofPoint place: (row: Int, column: Int)) -> [Int] {
    grid.axes.indices.map { grid.place(row: place.row, column: place.column, along: $0).index }
  }

  func position(ofPoint place: (row: Int, column: Int)) -> [Double] {
    [grid.axes[0].coordinate(place.column)] + grid.rowCoordinates(place.row)
  }

  func description(ofTime time: Double) -> String { "\(Float(time))" + RunConfiguration.suffix(timeUnit) }

  /// A unit behind a number; models without dimensions have the unit 1.
  private static func suffix(_ unit: String?) -> String { unit.map { $0 == "1" ? "" : " " + $0 } ?? "" }
}

/// What the health check of a run found, as people and programs read it.
package struct HealthReport {
  private let health: HealthCheck
  private let configuration: RunConfiguration

  package init(_ health: HealthCheck, _ configuration: RunConfiguration) {
    self.health = health
    self.configuration = configuration
  }

  /// One sentence for each finding, with its remedy.
  package var warnings: [String] { health.findings.map(sentence) }

  private func sentence(_ finding: HealthCheck.Finding) -> String {
    let name = configuration.model.fieldNames[finding.field]
    let when = "step \(finding.step), t = \(configuration.description(ofTime: finding.time))"
    let point = configuration.description(ofPoint: (finding.row, finding.column))
    switch finding.kind {
    case .negative:
      return "field \(name) fell below 0, to \(Float(health.lowest[finding.field])), first at \(point) (\(when)); "
        + remedy(negative: finding.field)
    case .thinFront(let points):
      return
        "the front of field \(name) is thinner than two points (\(Float(points)) at \(point), \(when)), so that its "
        + "speed and width depend on the grid; take at least twice as many points (domain.points)"
    case .regrowth(let trough): return regrowth(finding.field, from: trough) + " (\(when))"
    }
  }

  private func regrowth(_ field: Int, from trough: Double) -> String {
    let name = configuration.model.fieldNames[field]
    return
      "field \(name) has grown again after it was down to \(String(format: "%.3g", trough)) at its largest, which is less than "
      + "one cell or than anything that can be told from errors; if it is made of cells, give it a threshold below which "
      + "they are gone (\"extinction\" of the field, as in { \"below\": 1e-3, \"every\": 1 })"
  }

  private func remedy(negative field: Int) -> String {
    let obstacles = configuration.productionLoss[field].obstacles.map { "\($0.term) of \($0.process)" }
    return obstacles.isEmpty
      ? "if it is a density, take a shorter step or a smaller tolerance, let it diffuse by kernel (numerics.propagator), "
        + "or use the scheme \(Scheme.etd2Positive.name)"
      : "its processes can take away what is not there: \(obstacles.joined(separator: ", "))"
  }

  /// For `run.json`.
  package var output: JSONText {
    .object([
      "lowest_values": .object(
        zip(configuration.model.fieldNames, health.lowest).map { .init($0, .number($1)) }),
      "warnings": .array(health.findings.map(output)),
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
    case .thinFront(let points):
      members.insert(.init("kind", .string("thin front")), at: 0)
      members.append(.init("width_in_points", .number(points)))
    case .regrowth(let trough):
      members.insert(.init("kind", .string("regrowth")), at: 0)
      members.append(.init("lowest_maximum", .number(trough)))
    }
    return .object(members)
  }
}
