import Fields
import Foundation
import Operators
import Testing
import TimeStepping

/// Tableaux of exponential methods, by their algebra and by steps.
@Suite struct ExponentialSchemeTests {
  /// Methods that users are not offered: nodes that are no halves, none of them at the end, in the middle, or two different weights there.
  private static let others = [ExponentialScheme.coxMatthews, thirds, strehmelWeiner]
  static let all = ExponentialScheme.all + others
  private static let names = all.map(\.name)

  /// The method of three stages of Hochbruck & Ostermann (2005), (5.8), with `c₂ = 1/3`.
  private static let thirds = ExponentialScheme(
    name: "thirds", order: 3, stiffOrder: 3, errorOrder: 2,
    stages: [
      .init(node: 1.0 / 3, weights: [[1.0 / 3, 0, 0]]),
      .init(node: 2.0 / 3, weights: [[2.0 / 3, -4.0 / 3, 0], [0, 4.0 / 3, 0]]),
    ],
    weights: [[1, -1.5, 0], [0, 0, 0], [0, 1.5, 0]], error: .init([0, 1.5, 0], of: 2, minus: 0), middle: nil,
    stability: 2.5, errorTarget: 0.1, summary: "")

  /// The method of Strehmel and Weiner with four stages.
  ///
  /// K. Strehmel & R. Weiner, Linear-implizite Runge–Kutta-Methoden und ihre Anwendung, Teubner 1992, as given by Hochbruck &
  /// Ostermann (2005), (5.18).
  private static let strehmelWeiner = ExponentialScheme(
    name: "strehmel-weiner", order: 4, stiffOrder: 3, errorOrder: 4,
    stages: [
      .init(node: 0.5, weights: [[0.5, 0, 0]]), .init(node: 0.5, weights: [[0.5, -0.5, 0], [0, 0.5, 0]]),
      .init(node: 1, weights: [[1, -2, 0], [0, -2, 0], [0, 4, 0]]),
    ],
    weights: [[1, -3, 4], [0, 0, 0], [0, 4, -8], [0, -1, 4]], error: .init([0, -1, 4], of: 4, minus: 3),
    middle: [0, 0, 1, 0], stability: 2.7, errorTarget: 0.1, summary: "")

  private static func scheme(_ name: String) throws -> ExponentialScheme { try #require(all.first { $0.name == name }) }

  // MARK: Conditions of order

  /// `φ_k` for `k` from 1 to 4.
  private static func phi(_ k: Int, _ z: Double) -> Double {
    let known = PhiFunctions(z).values
    return k < 4 ? known[k - 1] : z == 0 ? 1.0 / 24 : (known[2] - 1.0 / 6) / z
  }

  /// Residuals of the conditions of one order, `b_i` being taken at `z₁` and all else at `z₂` and `z₃`: table 5.2 of Hochbruck &
  /// Ostermann (2005).
  private static func residuals(
    _ scheme: ExponentialScheme, order: Int, _ z1: Double, _ z2: Double, _ z3: Double
  ) -> [Double] {
    let (nodes, stages) = (scheme.nodes, 0..<scheme.weights.count)
    let b = scheme.weights.map { $0.value(at: z1, node: 1) }
    func a(_ i: Int, _ z: Double) -> [Double] {
      i == 0 ? [] : scheme.stages[i - 1].weights.map { $0.value(at: z, node: nodes[i]) }
    }
    func power(_ c: Double, _ k: Int) -> Double { k == 1 ? 1 : pow(c, Double(k - 1)) / [1, 2, 6][k - 2] }
    /// What a stage misses of `t^{k−1}/(k − 1)!`.
    func defect(_ k: Int, _ i: Int, _ z: Double) -> Double {
      a(i, z).enumerated().reduce(0) { $0 + $1.element * power(nodes[$1.offset], k) }
        - pow(nodes[i], Double(k)) * phi(k, nodes[i] * z)
    }
    func sum(_ term: (Int) -> Double) -> Double { stages.reduce(0) { $0 + b[$1] * term($1) } }
    let quadrature = sum { power(nodes[$0], order) } - phi(order, z1)
    switch order {
    case 1: return [quadrature]
    case 2: return [quadrature] + stages.map { defect(1, $0, z2) }
    case 3: return [quadrature, sum { defect(2, $0, z2) }]
    default:
      return [
        quadrature, sum { defect(3, $0, z2) }, sum { nodes[$0] * defect(2, $0, z2) },
        sum { i in a(i, z2).enumerated().reduce(0) { $0 + $1.element * defect(2, $1.offset, z3) } },
      ]
    }
  }

  /// Those of lower orders for all arguments, those of the order itself with `b_i(0)`.
  private static func stiffOrder(_ scheme: ExponentialScheme) -> Int {
    let arguments = [-0.7, -4, -30]
    func holds(_ order: Int, isWeak: Bool) -> Bool {
      (isWeak ? [0] : arguments).allSatisfy { z1 in
        arguments.allSatisfy { z2 in
          arguments.allSatisfy { z3 in
            residuals(scheme, order: order, z1, z2, z3).allSatisfy { abs($0) < 1e-13 }
          }
        }
      }
    }
    return (1...4).last { order in
      holds(order, isWeak: true) && (1..<order).allSatisfy { holds($0, isWeak: false) }
    } ?? 0
  }

  @Test(arguments: names) func theStiffOrderIsThatOfItsConditions(name: String) throws {
    let scheme = try Self.scheme(name)
    #expect(Self.stiffOrder(scheme) == scheme.stiffOrder)
  }

  /// Which the other stepper takes for granted: `Σ_j a_ij = c_i φ₁(c_i z)`.
  @Test(arguments: names) func constantsAreIntegratedExactly(name: String) throws {
    let scheme = try Self.scheme(name)
    for z in [0, -0.3, -5, -1e3] {
      let sum = scheme.weights.reduce(0) { $0 + $1.value(at: z, node: 1) }
      #expect(abs(sum - PhiFunctions(z).values[0]) < 1e-14)
      for stage in scheme.stages {
        let sum = stage.weights.reduce(0) { $0 + $1.value(at: z, node: stage.node) }
        #expect(abs(sum - stage.node * PhiFunctions(stage.node * z).values[0]) < 1e-14)
      }
    }
  }

  /// Of the Runge–Kutta method that is left without a linear part: `|R(−x)| ≤ 1`, and not much beyond.
  @Test(arguments: names) func explicitPartsAreStableUpToTheirBound(name: String) throws {
    let scheme = try Self.scheme(name)
    func amplification(_ x: Double) -> Double {
      var stages = [1.0]
      for stage in scheme.stages {
        stages.append(1 - x * zip(stage.weights, stages).reduce(0) { $0 + $1.0.limit * $1.1 })
      }
      return 1 - x * zip(scheme.weights, stages).reduce(0) { $0 + $1.0.limit * $1.1 }
    }
    for part in 0...100 { #expect(abs(amplification(0.01 * Double(part) * scheme.stability)) <= 1 + 1e-12) }
    #expect(abs(amplification(1.1 * scheme.stability)) > 1)
  }

  @Test func theWeightsOfThePositiveMethodAreNonNegative() {
    let scheme = ExponentialScheme.coxMatthews
    for z in stride(from: -60.0, through: 0, by: 0.25) {
      for weights in scheme.stages.flatMap(\.weights) + scheme.weights { #expect(weights.value(at: z, node: 1) >= 0) }
    }
  }

  // MARK: What steps do with a tableau

  /// A step by the plan, with one number in each slot, against the sums of the tableau; and by increments, as far as there are some.
  @Test(arguments: names) func aPlanGivesTheSumsOfItsTableau(name: String) throws {
    let scheme = try Self.scheme(name)
    let plan = StagePlan(scheme)
    let z = -1.3
    let rates = (0..<scheme.weights.count).map { [0.7, -1.1, 0.4, 2.3, -0.6][$0] }
    let tableau = scheme.stages.map(\.weights) + [scheme.weights]
    var slots = [rates[0]] + [Double](repeating: .nan, count: plan.slotCount)
    var before = 0.0
    for (index, row) in plan.rows.enumerated() {
      func sum(_ terms: [StagePlan.Term]) -> Double {
        terms.reduce(0) { $0 + $1.weights.value(at: z, node: row.node) * slots[$1.slot] }
      }
      let exact = zip(tableau[index], rates).reduce(0) { $0 + $1.0.value(at: z, node: row.node) * $1.1 }
      #expect(abs(sum(row.terms) - exact) < 1e-14)
      if let increments = row.increments {
        // Without the rates at the start, whose weights are what is left of a sum that both rows have.
        let less = tableau[index][0].value(at: z, node: row.node) - tableau[index - 1][0].value(at: z, node: row.node)
        #expect(abs(before + less * rates[0] + sum(increments) - exact) < 1e-14)
      }
      if let latest = row.latest, let total = row.addedTo { slots[total] += slots[latest] }
      before = exact
      if let target = row.target { slots[target] = rates[index + 1] }
    }
    if let middle = plan.middle {
      let exact = zip(try #require(scheme.middle), rates).reduce(0) { $0 + $1.0 * $1.1 }
      #expect(abs(middle.scale * slots[middle.slot] - exact) < 1e-15)
    }
    for (slot, stage) in [(plan.error.of, scheme.error.of), (plan.error.minus, scheme.error.minus)] {
      if let slot { #expect(slots[slot] == rates[stage]) } else { #expect(stage == rates.count) }
    }
  }

  /// Two stages in the middle that are used alike share a slot, and what has been used up makes room.
  @Test func ratesShareSlots() {
    #expect(StagePlan(.krogstad).slotCount == 2 && StagePlan(.krogstad).rows[2].addedTo == 1)
    #expect(StagePlan(.krogstad).rows[3].terms.count == 3 && StagePlan(.krogstad).rows[1].increments?.count == 1)
    #expect(StagePlan(.hochbruckOstermann).slotCount == 2 && StagePlan(.hochbruckOstermann).rows[4].terms.count == 3)
    #expect(StagePlan(.coxMatthews).slotCount == 1)
    #expect(StagePlan(Self.strehmelWeiner).rows.allSatisfy { $0.addedTo == nil })
  }

  @Test(arguments: others.map(\.name), [false, true])
  func anyTableauIsStepped(name: String, isCoupled: Bool) throws {
    let scheme = try Self.scheme(name)
    let problem = try LineProblem.cycle()
    let method = isCoupled ? LineProblem.Method(coupled: scheme) : LineProblem.Method(scheme)
    let reference = try problem.solution(.etdrk4, steps: 4096, until: 4)
    let errors = try [32, 64].map { distance(try problem.solution(method, steps: $0, until: 4), reference) }
    let order = log2(errors[0] / errors[1])
    print("\(method.name): errors \(errors), order \(order)")
    #expect(abs(order - Double(scheme.order)) < 0.3)
    // The estimate goes to zero with its order.
    let estimates = try [0.1, 0.05].map { size in
      let stepper = ErrorControl.adaptive(try problem.stepper(method))
      let measure = ErrorMeasure(
        try problem.norm(), start: try problem.start(), largestSizes: [0, 0], contractionRates: [0, 0],
        estimator: .init())
      let (_, estimate) = try stepper.step(
        problem.start(), from: 0, by: size, memory: StepperMemory(), measure: measure)
      return estimate.error.value
    }
    let power = log2(estimates[0] / estimates[1])
    print("\(method.name): estimates \(estimates), power \(power)")
    #expect(power > Double(scheme.errorOrder) - 0.4)
  }
}
