import Fields

// What single precision does to the rates.
extension TilePass {
  /// For each field the largest difference between its rates in single and in double precision, and the largest of these.
  fileprivate mutating func compareRates(of state: FieldSet) -> [(difference: Double, largest: Double)] {
    guard let single = worker.singleStages else { return [] }
    // Looking on is no work of the run.
    let counters = worker.counters
    defer { worker.counters = counters }
    block.load(state, tile: tile, into: rows.old)
    findPlaces()
    enter(system.functions, worker.rates)
    evaluateRates(inputRow: rows.old, outputRow: rows.stages, at: 0)
    evaluateRates(inputRow: rows.old, stage: 0, at: 0)
    return (0..<fields).map { field in
      let (exact, rounded) = (block.row(rows.stages + field), single.row(field))
      return (0..<tile.count).reduce((0, 0)) { found, point in
        (max(found.0, abs(exact[point] - Double(rounded[point]))), max(found.1, abs(exact[point])))
      }
    }
  }
}

extension ReactionIntegrator {
  /// By how much the rates in single precision differ from those in double at a state, for each field relative to its largest
  /// rate; nil where they have double precision.
  ///
  /// - Parameter state: of the fields whose rates they are.
  package func roundingOfRates(of state: FieldSet, time: Double) -> [Double]? {
    guard precision == .single, state.count == system.fieldCount else { return nil }
    let functions = system.functions
    let functionals =
      functions.isNonlocal
      ? GridEvaluator(functions, volumes: volumes, pool: pool).functionalValues(of: state, time: time) : []
    var found = [(difference: Double, largest: Double)](repeating: (0, 0), count: system.fieldCount)
    for index in 0..<tiling.count {
      var pass = TilePass(
        integrator: self, worker: workers[0], tile: tiling[index], time: time, interval: 1, scale: state.scale,
        functionals: FunctionalCourse(start: functionals, end: functionals), hasSource: false)
      for (field, rates) in pass.compareRates(of: state).enumerated() {
        found[field].difference = max(found[field].difference, rates.difference)
        found[field].largest = max(found[field].largest, rates.largest)
      }
    }
    return found.map { $0.difference == 0 ? 0 : $0.difference / $0.largest }
  }
}
