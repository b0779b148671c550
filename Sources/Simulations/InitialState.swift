import Expressions
import Fields
import Rates

/// Sets each field to its initial expression.
///
/// `random()` and `normal()` are numbered by the seed, the field, the call in the expression and the point of the
/// whole grid, so that they depend neither on threads nor on other fields.
///
/// - Parameter expressions: one per field; they may depend on position, parameters and, with the time 0, on `t`.
package func setInitialState(
  _ state: FieldSet, to expressions: [Expression], fields: [String], parameters: [String: Double], seed: UInt64,
  time: Double, volumes: PointVolumes, pool: WorkerPool
) throws {
  let grid = state.grid
  let single = try FieldSet(grid: grid, count: 1)
  let nothing = try FieldSet(grid: grid, count: 0)
  for (field, expression) in expressions.enumerated() {
    let calls = expression.symbols.filter(\.isRandom).sorted { $0.callNumber < $1.callNumber }
    let functions = try PointwiseFunctions(
      [expression], fields: [], parameters: parameters, grid: grid, extraInputs: calls)
    GridEvaluator(functions, volumes: volumes, pool: pool).evaluate(nothing, time: time, into: single) {
      block, firstRow, tile in
      for (offset, call) in calls.enumerated() {
        for point in 0..<tile.count {
          let index = UInt64(grid.globalIndex(row: tile.row, column: tile.column + point))
          block[row: firstRow + offset, point: point] = call.value(seed: seed, field: field, point: index)
        }
      }
    }
    state.setField(field, toSumOf: [(1, single)], field: 0)
  }
  volumes.clearOutside(state)
}

extension Symbol {
  fileprivate var isRandom: Bool {
    switch self {
    case .random, .normal: true
    default: false
    }
  }

  fileprivate var callNumber: Int {
    switch self {
    case .random(let call), .normal(let call): call
    default: -1
    }
  }

  fileprivate func value(seed: UInt64, field: Int, point: UInt64) -> Double {
    switch self {
    case .random(let call): CounterRandom.uniform(seed: seed, field: field, call: call, point: point)
    case .normal(let call): CounterRandom.normal(seed: seed, field: field, call: call, point: point)
    default: .nan
    }
  }
}
