import Fields
import Operators

/// The computation cannot go on.
package struct NumericalFailure: Error, Sendable {
  /// What went wrong, as a clause: "is not a finite number".
  package let problem: String
  /// Number of the field.
  package let field: Int
  package let tile: Tile
  /// Point within the tile.
  package let point: Int
  package let time: Double
  /// The end of the step, where that is known; else `time`.
  package private(set) var end: Double
  /// Of all fields at the point, where a rate is no number; else empty.
  package let values: [Double]
  /// Where it is the face below the point that something is wrong at, the axis along which that lies.
  package let faceAxis: Int?

  package let cause: Cause

  /// What kind of thing went wrong, on which it depends what may help.
  package enum Cause: Hashable, Sendable {
    /// Reactions cannot be integrated.
    case reactions
    /// A rate is no number although all values are.
    case undefined
    /// A step passes a value at which a rate is infinite.
    case pole
    /// A value of the state is not finite.
    case notFinite
    /// A step of the smallest size is not as accurate as asked for.
    case smallestStep
    case diffusivity
    case velocity
    /// A field diffuses or is carried so fast that a step would be divided into more parts than are taken.
    case tooManyParts
    /// A loss is too fast.
    case loss
    case freeBoundary
    case balance
    /// Noise leads to a value that is not finite.
    case noise
    /// A treatment sets a value that is not finite.
    case dose
    /// A density is negative although the scheme promises that it cannot be.
    case violatedInvariant

    /// Whether the point of the failure is known.
    package var isLocated: Bool {
      switch self {
      case .reactions, .undefined, .pole, .notFinite, .diffusivity, .tooManyParts, .noise, .dose, .violatedInvariant:
        true
      case .smallestStep, .velocity, .loss, .freeBoundary, .balance: false
      }
    }
  }

  package init(
    problem: String, field: Int, tile: Tile, point: Int, time: Double, values: [Double] = [], faceAxis: Int? = nil,
    cause: Cause = .reactions
  ) {
    self.values = values
    self.faceAxis = faceAxis
    self.problem = problem
    self.field = field
    self.tile = tile
    self.point = point
    self.time = time
    end = time
    self.cause = cause
  }

  /// The same within a step that ends at a time.
  package func inStep(endingAt end: Double) -> NumericalFailure {
    var failure = self
    failure.end = end
    return failure
  }

  /// Where the point lies in the grid.
  package var row: Int { tile.place(of: point).row }
  package var column: Int { tile.place(of: point).column }
}

extension NumericalFailure {
  /// Something is wrong at a point.
  package init(problem: String, field: Int, row: Int, column: Int, time: Double, cause: Cause) {
    self.init(
      problem: problem, field: field, tile: Tile(row: row, column: column, count: 1), point: 0, time: time, cause: cause
    )
  }

  package static let undefinedRate = "has a rate that is no number"

  /// A rate is no number at a point where all values are; nil if there is no such point.
  ///
  /// - Parameter rates: one for each field, or several lists of them one after the other.
  package init?(undefined rates: FieldSet, of state: FieldSet, time: Double) {
    for field in 0..<rates.count {
      for row in 0..<rates.grid.rowCount {
        let values = rates.pointer(field, row: row)
        for column in 0..<rates.grid.rowLength where !values[column].isFinite {
          let present = (0..<state.count).map { state.pointer($0, row: row)[column] }
          guard present.allSatisfy(\.isFinite) else { continue }
          self.init(
            problem: NumericalFailure.undefinedRate, field: field % state.count,
            tile: Tile(row: row, column: column, count: 1), point: 0, time: time, values: present, cause: .undefined)
          return
        }
      }
    }
    return nil
  }

  private static let manyParts = "(a step would be divided into more than a million parts)"

  package init(_ failure: DiffusionFailure) {
    switch failure {
    case .diffusivity(let failure) where failure.hasTooManyParts:
      self.init(
        problem: "has a \(failure.quantity) of \(failure.value) \(NumericalFailure.manyParts)", field: failure.field,
        row: failure.row, column: failure.column, time: failure.time, cause: .tooManyParts)
    case .diffusivity(let failure):
      self.init(
        problem: "has a \(failure.quantity) "
          + (failure.value.isNaN ? "that is no number (NaN)" : "of \(failure.value)"), field: failure.field,
        tile: Tile(row: failure.row, column: 0, count: 1), point: failure.column, time: failure.time,
        cause: .diffusivity)
    case .velocity(let failure): self.init(failure)
    case .freeBoundary(let failure):
      self.init(
        problem: failure.problem, field: failure.field, tile: Tile(row: 0, column: 0, count: 1), point: 0,
        time: failure.time, cause: .freeBoundary)
    }
  }

  package init(_ failure: VelocityFailure) {
    if let location = failure.location, location.velocity.isFinite {
      self.init(
        problem: "is carried with a velocity of \(location.velocity) \(NumericalFailure.manyParts)",
        field: failure.field,
        tile: Tile(row: location.row, column: location.column, count: 1), point: 0, time: failure.time,
        faceAxis: location.axis, cause: .tooManyParts)
      return
    }
    let what =
      switch failure.location?.velocity {
      case .some(let velocity) where velocity.isNaN: "no number (NaN)"
      case .some: "infinite"
      case nil: "too large or no number"
      }
    self.init(
      problem: "is carried with a velocity that is \(what)", field: failure.field,
      tile: Tile(row: failure.location?.row ?? 0, column: failure.location?.column ?? 0, count: 1), point: 0,
      time: failure.time, values: failure.location?.values ?? [], faceAxis: failure.location?.axis, cause: .velocity)
  }
}
