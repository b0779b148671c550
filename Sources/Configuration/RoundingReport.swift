import Documents
import Foundation
import TimeStepping

extension RunAssembly {
  /// What single precision does to the rates at the present state, for each field relative to its largest rate; nil where there
  /// is none, or where integrals along an axis, convolutions or delayed values are among them.
  func roundingOfRates(at time: Double) -> [(field: String, error: Double)]? {
    reactions?.roundingOfRates(of: state, time: time).map { errors in
      zip(configuration.model.fieldNames, errors).map { (field: $0, error: $1) }
    }
  }

  /// For programs.
  func roundingOutput(at time: Double) -> JSONText? {
    roundingOfRates(at: time).map { .object($0.map { .init($0.field, .number($0.error)) }) }
  }

  /// For people; nil where there is nothing to say.
  func roundingLine(at time: Double) -> String? {
    guard configuration.reactionPrecision == .single, reactions != nil else { return nil }
    guard let found = roundingOfRates(at: time) else { return "rates of split reactions in single precision" }
    let errors = found.map { "\($0.field) \(String(format: "%.0e", $0.error))" }
    return "rates of split reactions in single precision; their rounding at the start, relative to the largest rate: "
      + errors.joined(separator: ", ")
  }
}
