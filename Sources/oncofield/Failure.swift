import ArgumentParser
import Configuration
import Documents
import Expressions
import Fields
import Foundation
import Storage

/// Exit codes, as in sysexits.h.
enum ExitStatus: Int32 {
  case badConfiguration = 65
  case missingInput = 66
  case defect = 70
  case cannotCreate = 73
  case inputOutput = 74
  case interrupted = 75
  case numericalFailure = 76
}

/// How the program ends when something went wrong.
struct Failure: Error {
  let status: ExitStatus
  let message: String

  init(status: ExitStatus, message: String) { (self.status, self.message) = (status, message) }

  /// A key that is set by `--set` and by an option.
  init(contradiction key: String, with option: String) {
    self.init(
      status: .badConfiguration,
      message: "error: --set \(key) and \(option) contradict each other; leave one of the two out")
  }

  static func exit(with error: any Error) -> Never {
    switch error {
    case let failure as Failure: leave(failure.status, failure.message)
    case let diagnostics as Diagnostics:
      leave(diagnostics.areMissingFiles ? .missingInput : .badConfiguration, diagnostics.description)
    case let error as StorageError: leave(.inputOutput, "error: \(error)")
    case let error as FieldAllocationError:
      leave(.badConfiguration, "error: the fields need \(ByteCount.text(error.bytes)) of memory, more than there is")
    case let code as ExitCode: Foundation.exit(code.rawValue)
    case let problems as ExpressionProblems:
      leave(.badConfiguration, problems.items.map { "error: \($0.message)" }.joined(separator: "\n"))
    default:
      if Oncofield.exitCode(for: error) == .success {
        do throws(Failure) { try writeOutput(Oncofield.fullMessage(for: error) + "\n") } catch {
          leave(error.status, error.message)
        }
        Foundation.exit(0)
      }
      // Wrong usage is the parser's; what nobody else knows is a defect.
      if Oncofield.exitCode(for: error) != .failure { Oncofield.exit(withError: error) }
      leave(.defect, "This is a defect in Oncofield, please report it: \(error)")
    }
  }

  private static func leave(_ status: ExitStatus, _ message: String) -> Never {
    note(message)
    Foundation.exit(status.rawValue)
  }
}

/// Writes a line to standard error.
func note(_ text: String) { writeError(text + "\n") }

/// What cannot be created is a failure of its own kind.
func creating<Result>(_ body: () throws -> Result) throws -> Result {
  do {
    return try body()
  } catch let error as StorageError {
    throw Failure(status: .cannotCreate, message: "error: \(error)")
  }
}
