import Fields
import Foundation
import Operators
import Testing

/// Fluxes by Fourier and cosine series, with derivatives that are known.
@Suite struct SpectralTaxisTests {
  /// A wave that an axis allows, its slope and its second derivative.
  private struct Wave {
    let value, slope, bend: (Double) -> Double

    /// Of `number` halves of a turn (no flux) or turns (periodic) on `length`.
    init(number: Int, length: Double, isPeriodic: Bool) {
      let k = (isPeriodic ? 2 : 1) * .pi * Double(number) / length
      let phase = isPeriodic ? 0.4 : 0.0
      value = { cos(k * $0 + phase) }
      slope = { -k * sin(k * $0 + phase) }
      bend = { -k * k * cos(k * $0 + phase) }
    }
  }

  /// `u = 1 + Π a`, `c = Σ b`, fluxes `0.7 u ∇c` and, along periodic axes, `0.3 u`: the divergence is known, and all products
  /// are resolved.
  @Test(arguments: [
    ([16], [true]), ([15], [true]), ([16], [false]), ([15], [false]), ([1, 12], [false, false]),
    ([16, 13], [true, false]), ([21, 40], [false, true]), ([12, 15, 14], [false, true, false]),
  ])
  func divergencesOfResolvedWavesAreExact(points: [Int], isPeriodic: [Bool]) throws {
    let grid = grid(points)
    let axes = grid.axes
    func waves(_ number: Int) -> [Wave] {
      zip(axes, isPeriodic).map { Wave(number: $0.points == 1 ? 0 : number, length: $0.length, isPeriodic: $1) }
    }
    let (a, b) = (waves(2), waves(3))
    func product(_ x: [Double], slopeAlong axis: Int? = nil) -> Double {
      x.indices.reduce(1) { $0 * ($1 == axis ? a[$1].slope(x[$1]) : a[$1].value(x[$1])) }
    }
    let u = try fields(grid) { 1 + product($0) }
    let c = try fields(grid) { x in x.indices.reduce(0) { $0 + b[$1].value(x[$1]) } }
    let expected = try fields(grid) { x in
      axes.indices.reduce(0.25) { sum, axis in
        let slope = product(x, slopeAlong: axis)
        let taxis = 0.7 * (slope * b[axis].slope(x[axis]) + (1 + product(x)) * b[axis].bend(x[axis]))
        return sum - taxis - (isPeriodic[axis] ? 0.3 * slope : 0)
      }
    }.values(0)
    let (state, rates) = (try FieldSet(grid: grid, count: 2), try FieldSet(grid: grid, count: 2))
    state.setField(0, toSumOf: [(1, u)], field: 0)
    state.setField(1, toSumOf: [(1, c)], field: 0)
    rates.fill(0, with: 0.25)
    rates.fill(1, with: 0.5)
    let flowAxes = axes.indices.filter { isPeriodic[$0] }
    let fluxes = SmoothFluxes(field: 0, targets: [1], flowAxes: flowAxes, operations: 1) { state, _, target in
      target.setField(0, toSumOf: [(0.7, state)], field: 0)
      for k in flowAxes.indices { target.setField(1 + k, toSumOf: [(0.3, state)], field: 0) }
    }
    let taxis = try SpectralTaxis(grid: grid, fluxes: [fluxes], isPeriodic: isPeriodic, pool: WorkerPool(threads: 2))
    try taxis.addRates(of: state, time: 0, to: rates)
    let size = expected.map(abs).max() ?? 0
    for (found, exact) in zip(rates.values(0), expected) { #expect(abs(found - exact) < 1e-13 * size) }
    #expect(rates.values(1).allSatisfy { $0 == 0.5 })
    #expect(taxis.work.transforms == 4 * points.count { $0 > 1 })
    // What moves is neither made nor lost.
    let mean = rates.values(0).reduce(0, +) / Double(expected.count)
    #expect(abs(mean - 0.25) < 1e-14 * size)
  }
}
