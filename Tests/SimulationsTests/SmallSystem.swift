import Expressions
import Fields
import Operators
import Rates
import Simulations
import TimeStepping

/// `u' = f(t, u, v)`, `v' = g(t, u, v)` from values at t = 0, the same at two points, without anything of a run file.
///
/// The classical Runge–Kutta method with many substeps: exact to rounding for polynomials of third order.
final class SmallSystem: TimeStepper {
  typealias Rates = (_ time: Double, _ values: [Double]) -> [Double]

  static let fields = ["u", "v"]
  let traits = StepperTraits()
  let work = Work()
  let grid = Grid(axes: [Axis(name: "x", length: 1, points: 2)])
  let pool = WorkerPool(threads: 1)
  let initial: [Double]
  private let rates: Rates
  private let substeps = 1024

  init(from initial: [Double], _ rates: @escaping Rates) { (self.initial, self.rates) = (initial, rates) }

  var volumes: PointVolumes { get throws { try PointVolumes(grid) } }

  func state(_ values: [Double]) throws -> FieldSet {
    let set = try FieldSet(grid: grid, count: values.count)
    for (field, value) in values.enumerated() { set.fill(field, with: value) }
    return set
  }

  func advanced(_ values: [Double], from start: Double, by size: Double) -> [Double] {
    func moved(_ values: [Double], _ rates: [Double], _ step: Double) -> [Double] {
      zip(values, rates).map { $0 + step * $1 }
    }
    let step = size / Double(substeps)
    return (0..<substeps).reduce(values) { values, number in
      let time = start + Double(number) * step
      let first = rates(time, values)
      let second = rates(time + 0.5 * step, moved(values, first, 0.5 * step))
      let third = rates(time + 0.5 * step, moved(values, second, 0.5 * step))
      let fourth = rates(time + step, moved(values, third, step))
      return values.indices.map {
        values[$0] + step / 6 * (first[$0] + 2 * second[$0] + 2 * third[$0] + fourth[$0])
      }
    }
  }

  func step(
    _ state: FieldSet, from time: Double, by size: Double, memory: StepperMemory, goesOn: Bool
  ) throws(NumericalFailure) -> StepResult {
    let values = advanced((0..<state.count).map { state.pointer($0)[0] }, from: time, by: size)
    for (field, value) in values.enumerated() { state.fill(field, with: value) }
    return StepResult()
  }

  // MARK: What looks at it

  func expression(_ text: String) throws -> Expression {
    try Expression(
      text,
      in: Scope(
        fields: Self.fields, parameters: [], coordinates: ["x"], functions: [:],
        allows: [.fields, .position, .time, .functionals]))
  }

  func condition(_ text: String) throws -> DomainCondition {
    try DomainCondition(
      expression(text), fields: Self.fields, parameters: [:], span: 0...10, volumes: volumes, pool: pool, gate: { $0 })
  }

  /// An event that is named after its condition.
  func event(_ text: String) throws -> StateEvent { StateEvent(text, [(try condition(text), expected: true)]) }

  func stops(_ conditions: [StopCondition]) throws -> StopConditions {
    StopConditions(
      conditions, fieldCount: 2, tolerance: nil, volumes: try volumes, pool: pool,
      condition: { [self] in
        try DomainCondition(
          $0, fields: Self.fields, parameters: [:], span: 0...10, volumes: volumes, pool: pool, gate: { $0 })
      })
  }
}
