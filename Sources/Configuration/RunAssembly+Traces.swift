import Documents
import Fields
import Models
import Simulations

extension RunAssembly {
  /// What the health check watches for populations that come back from traces: each cycle of fields that grow from each
  /// other, but where they can come from outside.
  var traceWatches: [TraceWatch] {
    let model = configuration.model
    let infused = configuration.fieldsInfusedFromNothing
    var known: Set<[Int]> = []
    return traceGrowth.cycles.compactMap { cycle in
      let isClosed = cycle.sources.allSatisfy { field in
        configuration.sides[field].given.isEmpty && !infused.contains(model.fieldNames[field])
          && model.noise(of: model.fieldNames[field]).isEmpty
      }
      // Named is what is no stage of a delay, and made of cells if anything is.
      let named = cycle.fields.filter { model.fields[$0].stage == nil }
      guard isClosed, !named.isEmpty, known.insert(cycle.sources).inserted else { return nil }
      let cells = named.filter(countsCells)
      return TraceWatch(
        fields: cells + named.filter { !cells.contains($0) }, sources: cycle.sources,
        countsCells: cycle.sources.allSatisfy { model.fields[$0].stage != nil || countsCells($0) }
          && model.fields.allSatisfy { $0.stage == nil },
        traceShare: cycle.sources.map(configuration.uncountedShare).max() ?? TraceWatch.leastShare)
    }
  }

  /// Whether the integral of a field over the domain is a number of cells: by its unit, as in cells/mm^2 on a domain with two
  /// dimensions in mm.
  private func countsCells(_ field: Int) -> Bool {
    guard let unit = configuration.model.fields[field].unit, let length = configuration.lengthUnit else { return false }
    let dimension = configuration.grid.axes.reduce(0) { $0 + $1.dimension }
    let volumes =
      dimension == 1 ? [length, "\(length)^1"] : ["\(length)^\(dimension)", "\(length)\(dimension)"]
    return volumes.contains { volume in unit == "cells/\(volume)" || unit == "cell/\(volume)" }
  }

  /// Refuses a run in which the error of a balance would grow where there is nothing.
  ///
  /// On one axis a balance is found with a small relative error at each point; else with an error of 1e-10 of its largest
  /// value, which reaches empty tissue.
  func checkBalances() throws {
    let isLine = configuration.grid.axes.count == 1 && !volumes.isMasked
    var found = Diagnostics()
    for cycle in traceGrowth.cycles where cycle.exponent > RunAssembly.mostGrowthOfBalances {
      for field in cycle.sources where configuration.model.fields[field].isQuasiSteady {
        guard !isLine || configuration.sides[field].boundaries[0] == .periodic,
          cycle.sources.contains(where: isEmptySomewhere)
        else { continue }
        let member = configuration.model.fields[field]
        found.error(
          "the balance of the quasi-steady field \(member.name) is known to 1e-10 of its largest value, and in empty tissue "
            + "that would grow: \(configuration.description(of: cycle))", at: member.diffusivity.place,
          remedy: "let \(member.name) change in time (without \"quasi_steady\"), or shorten the run")
      }
    }
    try found.throwIfErrors()
  }

  /// Refuses derivatives of series where their rounding, about 1e-16 of the largest value of a field everywhere, would grow in empty tissue.
  func checkSpectralTaxis() throws {
    guard let taxis = spectralTaxis else { return }
    var found = Diagnostics()
    for cycle in traceGrowth.harmful {
      guard let field = cycle.sources.first(where: { taxis.fields.contains($0) && isEmptySomewhere($0) }) else {
        continue
      }
      found.error(
        "the taxis of \(configuration.model.fieldNames[field]) by derivatives of series reaches all points with a rounding of 1e-16 of its largest value, and in empty "
          + "tissue that would grow: \(configuration.description(of: cycle))",
        at: configuration.model.fields[field].diffusivity.place,
        remedy: "leave out numerics.taxis, or shorten the run")
    }
    try found.throwIfErrors()
  }

  /// From 1e-10 to 1e-5.
  private static let mostGrowthOfBalances = 12.0

  /// Whether there is next to nothing of a field at some point of the tissue, but not at all of them.
  private func isEmptySomewhere(_ field: Int) -> Bool {
    let grid = configuration.grid
    var (least, most) = (Double.infinity, 0.0)
    for row in 0..<grid.rowCount {
      let (values, inside) = (state.pointer(field, row: row), volumes.values(ofRow: row))
      for point in 0..<grid.rowLength where inside?[point] ?? 1 > 0 {
        least = min(least, abs(values[point]))
        most = max(most, abs(values[point]))
      }
    }
    return most > 0 && least < 1e-8 * most
  }
}

extension RunConfiguration {
  /// The share of its largest value below which nothing is known of a field: by its tolerance, or by rounding.
  fileprivate func uncountedShare(_ field: Int) -> Double {
    guard case .controlled(let tolerance, _) = steps, tolerance.absolute[field] == nil else {
      return TraceWatch.leastShare
    }
    return max(tolerance.uncountedShare(field), TraceWatch.leastShare)
  }
}
