import Documents
import Foundation
import Simulations

/// The ledger of a run as people and programs read it: for each field what it was, what has been added, and what it is.
package struct LedgerReport {
  /// The account of one field.
  package struct Account {
    package let field: String
    package let initial: Double
    package let final: Double
    package let entries: [(name: String, amount: Double)]
    /// How far the processes did not add up to their change by themselves.
    package let doubt: Double

    /// What has been added, taken, and was there.
    package var turnover: Double { entries.reduce(abs(initial)) { $0 + abs($1.amount) } }
    /// What the entries do not explain: rounding.
    package var difference: Double { final - initial - entries.reduce(0) { $0 + $1.amount } }
  }

  package let start: Double
  package let accounts: [Account]

  package init(_ ledger: MassLedger, masses: [Double], _ configuration: RunConfiguration) {
    start = ledger.memory.start
    let entries = ledger.entries()
    accounts = ledger.fields.map { field in
      Account(
        field: configuration.model.fieldNames[field], initial: ledger.memory.initial[field], final: masses[field],
        entries: entries.filter { $0.field == field }.map { ($0.name, $0.amount) },
        doubt: ledger.doubt[field])
    }
  }

  /// The key of its start in `run.json`, beside those of the fields.
  static let start = "since"

  /// For programs.
  package var output: JSONText {
    .object([.init(LedgerReport.start, .number(start))] + accounts.map { .init($0.field, LedgerReport.output($0)) })
  }

  private static func output(_ account: Account) -> JSONText {
    .object([
      .init("start", .number(account.initial)),
      .init("changes", .object(account.entries.map { .init($0.name, .number($0.amount)) })),
      .init("end", .number(account.final)),
      .init("doubt", .number(account.doubt)),
      .init("difference", .number(account.difference)),
    ])
  }

  /// For people: a table, one field after the other.
  package var text: String {
    let names = accounts.flatMap { ["at the end"] + $0.entries.map(\.name) }
    let width = (names.map(\.count).max() ?? 0) + 2
    func line(_ name: String, _ amount: Double, _ format: String = "%+.6e") -> String {
      "  " + name.padding(toLength: width, withPad: " ", startingAt: 0) + String(format: format, amount)
    }
    return accounts.map { account in
      let shown = account.entries.filter { abs($0.amount) > 1e-12 * account.turnover }
      let doubt = account.doubt / max(account.turnover, .leastNormalMagnitude)
      return
        (["Mass of \(account.field) since t = \(JSONText.text(start))", line("at the start", account.initial, "% .6e")]
        + shown.map { line($0.name, $0.amount) } + [line("at the end", account.final, "% .6e")]
        + (doubt > 1e-9 ? [String(format: "  (shares of the processes known to %.0e)", doubt)] : []))
        .joined(separator: "\n")
    }.joined(separator: "\n")
  }
}
