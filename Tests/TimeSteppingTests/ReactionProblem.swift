import Expressions
import Fields
import Models
import TimeStepping

/// Reactions of some fields at independent points.
struct ReactionProblem {
  let system: ReactionSystem
  let points: Int
  let start: [[Double]]
  private let grid: Grid

  /// - Parameters:
  ///   - rates: of the fields named `fields`, as text.
  ///   - start: values of each field at all points.
  init(_ rates: [String], fields: [String], parameters: [String: Double] = [:], start: [[Double]]) throws {
    let scope = Scope(
      fields: fields, parameters: Array(parameters.keys), coordinates: ["x"], functions: [:],
      allows: [.fields, .position, .time, .functionals])
    try self.init(
      rates: rates.map { try Expression($0, in: scope) }, fields: fields, parameters: parameters, start: start)
  }

  init(_ model: Model, start: [[Double]]) throws {
    try self.init(rates: model.rates, fields: model.fieldNames, parameters: model.parameterValues, start: start)
  }

  private init(rates: [Expressions.Expression], fields: [String], parameters: [String: Double], start: [[Double]])
    throws
  {
    points = start[0].count
    self.start = start
    grid = Grid(axes: [Axis(name: "x", length: 1, points: points)])
    system = try ReactionSystem(rates: rates, fields: fields, parameters: parameters, grid: grid)
  }

  struct Solution {
    let values: [[Double]]
    let statistics: ReactionStatistics

    /// The largest error of each field relative to its value plus `floor`.
    func errors(against other: Solution, floor: Double = 1e-3) -> [Double] {
      zip(values, other.values).map { found, exact in
        zip(found, exact).map { abs($0 - $1) / (abs($1) + floor) }.max() ?? 0
      }
    }
    var lowest: Double { values.map { $0.min() ?? 0 }.min() ?? 0 }
  }

  /// The values after some equal intervals.
  ///
  /// - Parameters:
  ///   - tolerance: infinity takes one substep per interval.
  ///   - functionals: at the start and the end of all intervals together.
  func solution(
    _ method: ReactionMethod, tolerance: Double, interval: Double, intervals: Int = 1, source: [[Double]]? = nil,
    functionals: (start: [Double], end: [Double]) = ([], []), threads: Int = 1
  ) throws -> Solution {
    let pool = WorkerPool(threads: threads)
    let integrator = ReactionIntegrator(
      system, method: method, tolerance: tolerance, scales: start.map { $0.max() ?? 1 },
      volumes: try PointVolumes(grid), pool: pool)
    let state = try FieldSet(grid: grid, count: start.count)
    for field in start.indices { state.setValues(field, to: start[field]) }
    let added = try source.map { values in
      let set = try FieldSet(grid: grid, count: values.count)
      for field in values.indices { set.setValues(field, to: values[field]) }
      return set
    }
    func values(_ share: Double) -> [Double] {
      zip(functionals.start, functionals.end).map { $0 + ($1 - $0) * share }
    }
    for index in 0..<intervals {
      let (begin, end) = (Double(index) / Double(intervals), Double(index + 1) / Double(intervals))
      try integrator.advance(
        state, from: Double(index) * interval, by: interval, source: added,
        functionals: .init(start: values(begin), end: values(end)))
    }
    return Solution(values: start.indices.map { state.values($0) }, statistics: integrator.statistics)
  }

  /// The solution to ten digits or more.
  func reference(
    interval: Double, source: [[Double]]? = nil, functionals: (start: [Double], end: [Double]) = ([], [])
  ) throws -> Solution {
    try solution(.dormandPrince, tolerance: 1e-12, interval: interval, source: source, functionals: functionals)
  }
}
