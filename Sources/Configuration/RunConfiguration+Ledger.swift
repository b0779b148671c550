import Expressions
import Fields
import Models
import Operators
import Rates
import Simulations
import TimeStepping

extension RunConfiguration {
  /// The lines of the ledger; none if no ledger is kept.
  ///
  /// There is one for each process, or infusion of a treatment, and each field that it changes, the same throughout the run.
  package var ledgerLines: [MassLedger.Line] { ledgerTerms.map(\.line) }

  /// The rates of the lines: 0 for infusions that are not under way.
  var ledgerRates: [Expression] { ledgerTerms.map(\.rate) }

  private var ledgerTerms: [(line: MassLedger.Line, rate: Expression)] {
    guard keepsLedger else { return [] }
    var terms: [(line: MassLedger.Line, rate: Expression)] = []
    func add(_ name: String, _ field: String, _ rate: Expression) {
      guard let field = model.fieldNames.firstIndex(of: field), model.fields[field].hasAccount else { return }
      let line = MassLedger.Line(name: name, field: field)
      if let known = terms.firstIndex(where: { $0.line == line }) {
        terms[known].rate = terms[known].rate + rate
      } else {
        terms.append((line, rate))
      }
    }
    for process in model.processes {
      let name = RunConfiguration.lineName(process.name)
      for change in process.changes { add(name, change.field, change.amount * process.rate) }
    }
    for treatment in treatments {
      let name = RunConfiguration.infusionName(treatment.name)
      for rate in treatment.infusion?.rates ?? [] { add(name, rate.field, .constant(0)) }
    }
    for process in model.infusions {
      let name = RunConfiguration.infusionName(process.name)
      for change in process.changes { add(name, change.field, change.amount * process.rate) }
    }
    return terms
  }

  /// The line of what a treatment infuses.
  static func infusionName(_ treatment: String) -> String { "infusion \(treatment)" }

  /// The line of a process.
  static func lineName(_ process: String) -> String {
    MassLedger.ownLines.contains(process) ? "process \(process)" : process
  }

  /// Numbers of the lines that can be other than 0 now.
  var activeLedgerLines: [Int] {
    ledgerRates.enumerated().filter { $1.constantValue != 0 }.map(\.offset)
  }

  /// Where the steppers write down what changes the masses; nil if no ledger is kept.
  ///
  /// - Parameters:
  ///   - lines: their rates, with fields in place of integrals along an axis and convolutions.
  func massAccount(
    rates lines: [Expression], distributions: DistributionFields?, volumes: PointVolumes, pool: WorkerPool
  ) throws -> MassAccount? {
    guard keepsLedger else { return nil }
    let active = activeLedgerLines
    return MassAccount(
      lineFields: ledgerLines.map(\.field), active: active,
      rates: try ProcessIntegrals(
        active.map { lines[$0] }, fields: model.fieldNames, parameters: model.parameterValues,
        distributions: distributions, volumes: volumes, pool: pool),
      isKept: model.fields.map(\.hasAccount), isClosed: sides.map { !$0.isPrescribed },
      isCompartment: model.fields.map(\.isCompartment), volumes: volumes, pool: pool)
  }
}
