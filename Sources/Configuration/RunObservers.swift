import Fields
import Foundation
import Models
import Reports
import Simulations
import Storage

/// The observers of a run: its table of observables, its field values and its pictures, each with its interval.
struct RunObservers {
  private(set) var scheduled: [ScheduledObserver] = []
  /// nil if no observables are written.
  private(set) var table: ObservableTable?
  private let assembly: RunAssembly
  private let directory: RunDirectory
  private let extents: [String: Int]?

  /// - Parameters:
  ///   - ledger: adds its columns to the table.
  ///   - extents: how much each observer had written when the checkpoint was taken from which its file is continued; nil to begin
  ///     new files.
  /// - Throws: `StorageError` if a file cannot be created, or one that is to be continued is missing.
  init(
    _ assembly: RunAssembly, in directory: RunDirectory, ledger: MassLedger?, continuing extents: [String: Int]? = nil
  ) throws {
    (self.assembly, self.directory, self.extents) = (assembly, directory, extents)
    let configuration = assembly.configuration
    if let interval = configuration.observableInterval {
      let table = try observableTable(ledger)
      self.table = table
      add(table, every: interval)
    }
    if let interval = configuration.fieldInterval { add(masked(try fieldSeries()), every: interval) }
    if let interval = configuration.imageInterval { add(masked(try pictures()), every: interval) }
  }

  private mutating func add(_ observer: any Observer, every interval: Double) {
    let cadence = Cadence(start: assembly.configuration.startTime, interval: interval)
    scheduled.append(ScheduledObserver(observer, cadence: cadence))
  }

  private func observableTable(_ ledger: MassLedger?) throws -> ObservableTable {
    try ObservableTable(
      directory.path(.observables), observables: assembly.observables, ledger: ledger?.columns ?? [],
      isNew: !isContinued(.observables, "observables"))
  }

  private func fieldSeries() throws -> FieldSeries {
    let (configuration, path) = (assembly.configuration, directory.path(.fields))
    let fields = configuration.model.fieldsInSpace.map(\.fileDescription)
    return try isContinued(.fields, "fields")
      ? FieldSeries(opening: path, grid: configuration.grid, fields: fields)
      : FieldSeries(
        creating: path, grid: configuration.grid, fields: fields, title: configuration.title,
        lengthUnit: configuration.lengthUnit, timeUnit: configuration.timeUnit,
        hasFreeBoundary: configuration.model.freeBoundary != nil)
  }

  private func pictures() throws -> FieldPictures {
    let configuration = assembly.configuration
    return try FieldPictures(
      directory.path(.images), title: configuration.title,
      fields: configuration.model.fieldsInSpace.map(\.fileDescription), lengthUnit: configuration.lengthUnit,
      timeUnit: configuration.timeUnit, colormap: configuration.colormap, isMasked: assembly.volumes.isMasked)
  }

  /// An observer that sees no values outside of the tissue.
  private func masked(_ observer: any Observer) -> any Observer {
    assembly.volumes.isMasked ? MaskedObserver(observer, volumes: assembly.volumes) : observer
  }

  /// Whether the file of an observer exists and is continued.
  private func isContinued(_ part: RunDirectory.Part, _ observer: String) throws(StorageError) -> Bool {
    guard let extents else { return false }
    if FileManager.default.fileExists(atPath: directory.path(part)) { return true }
    guard extents[observer, default: 0] == 0 else {
      throw StorageError(
        directory.path(part), "is not there, and the run had written into it before the checkpoint was taken",
        remedy: "put the file of this run back, or continue without it in a new directory: resume … --output NEW",
        code: ENOENT)
    }
    return false
  }

  /// A warning if some of the pictures that a run has drawn are missing; unlike the other files they may be removed.
  static func missingPictures(_ directory: RunDirectory, of count: Int) -> [String] {
    let names = (try? FileManager.default.contentsOfDirectory(atPath: directory.path(.images))) ?? []
    let found = names.filter { $0.hasSuffix(".png") }.count
    guard found < count else { return [] }
    return ["\(directory.path(.images)) holds \(found) of the \(count) pictures that were drawn before"]
  }
}

extension ModelField {
  /// The field as files describe it.
  var fileDescription: FieldDescription { FieldDescription(name: name, title: title, unit: unit) }
}
