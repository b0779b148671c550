import Documents
import Expressions
import Fields
import Simulations

extension RunConfiguration {
  /// Warns of regions of treatments that hold at no point of the tissue, as far as the position and constant parameters
  /// decide that for the whole run.
  func checkRegions(volumes: PointVolumes, pool: WorkerPool) throws -> Diagnostics {
    var found = Diagnostics()
    // A boundary that moves takes points to other positions.
    guard model.freeBoundary == nil else { return found }
    let changed = Set(
      treatments.flatMap(\.changes).compactMap { if case .parameter(let name) = $0.target { name } else { nil } })
    func isConstant(_ symbol: Symbol) -> Bool {
      switch symbol {
      case .coordinate: true
      case .parameter(let name): !changed.contains(name)
      default: false
      }
    }
    for treatment in treatments {
      guard let region = treatment.region, region.symbols.allSatisfy(isConstant) else { continue }
      let inside = try FieldSet(grid: grid, count: 1)
      try setInitialState(
        inside, to: [.choice(region, .constant(1), .constant(0))], fields: [], parameters: model.parameterValues,
        seed: seed, time: startTime, volumes: volumes, pool: pool)
      volumes.clearOutside(inside)
      guard inside.maximum(0) == 0 else { continue }
      let node = document["treatment"]?.array?.first { $0["name"]?.string == treatment.name }
      found.warning(
        "the region of \(treatment.name) holds at no point", at: node?["region"]?.place,
        remedy: "look at its positions and at the extent of the domain")
    }
    return found
  }
}
