import Expressions
import Fields
import Glibc
import Rates
import Testing

/// The values of kernels of convolutions.
@Suite struct ConvolutionKernelTests {
  private func grid(_ points: [Int], spacing: Double) -> Grid {
    Grid(
      axes: zip(["x", "y", "z"], points).map { Axis(name: $0, origin: 0.3, length: spacing * Double($1), points: $1) })
  }

  private func values(
    _ text: String, _ grid: Grid, parameters: [String: Double] = [:], periodic: Bool = false
  ) throws -> FieldSet {
    let scope = Scope(
      parameters: parameters.keys.sorted(), coordinates: grid.axes.map(\.name), allows: [.position])
    return try ConvolutionKernel.values(
      of: Expression(text, in: scope), parameters: parameters, grid: grid,
      isPeriodic: grid.axes.map { _ in periodic }, pool: WorkerPool(threads: 1))
  }

  /// Distances are whole multiples of the spacing; to the last bit there is no difference between left and right.
  @Test(
    arguments: [
      "where(abs(x) <= 0.5, 1, 0)", "exp(-x^2/0.3)", "exp(-abs(x)/0.3)", "where(x^2 < 0.17, cos(x), 0)",
      "exp(-x^2/1e-4)",
      "heaviside(0.3 - abs(x))*(1 - x^2)",
    ], [0.02, 0.1, 0.03, 1.0 / 7])
  func evenKernelsAreExactlyEven(text: String, spacing: Double) throws {
    for periodic in [false, true] {
      for points in [40, 41] {
        let all = try values(text, grid([points], spacing: spacing), periodic: periodic).values(0)
        #expect(all == Array(all.reversed()))
        #expect(all[all.count / 2] > 0)
      }
    }
  }

  @Test(
    arguments: ["where(x^2 + y^2 < 0.25, 1, 0)", "where(max(abs(x), abs(y)) <= 0.4, 1, 0)", "exp(-x^2 - y^2)"],
    [[12, 9], [12, 9, 7]])
  func evenKernelsAreExactlyEvenAlongEachAxis(text: String, points: [Int]) throws {
    let set = try values(text, grid(points, spacing: 0.1))
    for axis in points.indices {
      for row in 0..<set.grid.rowCount {
        for column in 0..<set.grid.rowLength {
          let (index, line) = set.grid.place(row: row, column: column, along: axis)
          let other = set.grid.point(set.grid.axes[axis].points - 1 - index, ofLine: line, along: axis)
          #expect(set.pointer(0, row: row)[column] == set.pointer(0, row: other.row)[other.column])
        }
      }
    }
  }

  /// A round kernel is the same with its axes exchanged, to rounding.
  @Test(
    arguments: [
      "where(x^2 + y^2 <= 0.2, 1, 0)", "where(sqrt(x^2 + y^2) < 0.37, x^2 + y^2, 0)", "exp(-(x^2 + y^2)/0.002)",
    ],
    [0.1, 0.07])
  func roundKernelsAreSymmetric(text: String, spacing: Double) throws {
    for periodic in [false, true] {
      let plane = try values(text, grid([16, 16], spacing: spacing), periodic: periodic)
      for row in 0..<plane.grid.rowCount {
        for column in 0..<plane.grid.rowLength {
          #expect(abs(plane.pointer(0, row: row)[column] - plane.pointer(0, row: column)[row]) <= 1e-14)
        }
      }
    }
  }

  @Test func aBallIsSymmetric() throws {
    let ball = try values("where(x^2 + y^2 + z^2 <= 0.09, 1, 0)", grid([5, 5, 5], spacing: 0.1)).values(0)
    let side = 9
    #expect(ball.count == side * side * side)
    for x in 0..<side {
      for y in 0..<side {
        for z in 0..<side {
          let value = ball[x + side * (y + side * z)]
          for other in [y + side * (x + side * z), z + side * (y + side * x), x + side * (z + side * y)] {
            #expect(abs(value - ball[other]) < 1e-15)
          }
        }
      }
    }
  }

  /// The sum over points of `exp(−|x|/l)` is `Δ coth(Δ/2l)`, `1 + Δ²/(12 l²)` times the integral: a kink counts with second order.
  @Test func aKinkCountsWithSecondOrder() throws {
    for points in [80, 160] {
      let spacing = 20.0 / Double(points)
      let all = try values("exp(-abs(x))", grid([points], spacing: spacing))
      #expect(abs(all.sum(0) * spacing - spacing / tanh(0.5 * spacing)) < 1e-7)
    }
  }

  /// A kernel that the points resolve has its values at the distances.
  @Test func smoothKernelsAreTakenAtThePoints() throws {
    let all = try values("exp(-x^2/0.3)*(1 + 0.2*x)", grid([30], spacing: 0.1)).values(0)
    let scope = Scope(coordinates: ["x"], allows: [.position])
    let kernel = try Expression("exp(-x^2/0.3)*(1 + 0.2*x)", in: scope)
    for (index, value) in all.enumerated() {
      let exact = try #require(kernel.value(at: [.coordinate("x"): Double(index - 29) * (3.0 / 30)]))
      #expect(abs(value - exact) <= 4e-16)
    }
  }

  /// The sum over all distances is the integral, wherever the edge lies between the points.
  @Test(arguments: [0.1, 0.3, 0.4567, 0.5, 0.505, 0.51])
  func theIntegralOfATopHatDoesNotDependOnTheGrid(theta: Double) throws {
    for (points, spacing) in [(100, 0.02), (40, 0.05), (14, 1.0 / 7), (333, 0.006)] {
      for periodic in [false, true] where Double(points) * spacing > 1.1 {
        let all = try values(
          "where(abs(x) <= theta, 1, 0)", grid([points], spacing: spacing), parameters: ["theta": theta],
          periodic: periodic)
        #expect(abs(all.sum(0) * spacing - 2 * theta) < 1e-13)
        let oneSided = try values(
          "where(x > 0 && x < theta, x^3, 0)", grid([points], spacing: spacing), parameters: ["theta": theta],
          periodic: periodic)
        #expect(abs(oneSided.sum(0) * spacing - theta * theta * theta * theta / 4) < 1e-13)
      }
    }
  }

  /// A disk and a ball: to the accuracy of the quadrature of the volumes that the edge crosses.
  @Test func theIntegralOfADiskAndOfABallDoesNotDependOnTheGrid() throws {
    for radius in [0.4, 0.437, 0.5] {
      for spacing in [0.1, 0.05] {
        let points = Int((0.7 / spacing).rounded())
        let disk = try values(
          "where(x^2 + y^2 <= r0^2, 1, 0)", grid([points, points], spacing: spacing), parameters: ["r0": radius])
        let area = disk.sum(0) * spacing * spacing
        #expect(abs(area / (.pi * radius * radius) - 1) < 2e-4, "\(area)")
        guard spacing == 0.1 else { continue }
        let ball = try values(
          "where(x^2 + y^2 + z^2 <= r0^2, 1, 0)", grid([points, points, points], spacing: spacing),
          parameters: ["r0": radius])
        let volume = ball.sum(0) * spacing * spacing * spacing
        #expect(abs(volume / (4 * .pi / 3 * radius * radius * radius) - 1) < 1e-3, "\(volume)")
      }
    }
  }

  /// What is narrower than a spacing, down to a tenth of it, keeps its integral.
  @Test(arguments: [0.3, 0.1]) func narrowKernelsKeepTheirIntegral(share: Double) throws {
    let spacing = 0.1
    let width = share * spacing
    let all = try values("exp(-x^2/(2*s^2))", grid([20], spacing: spacing), parameters: ["s": width])
    let exact = width * (2 * Double.pi).squareRoot()
    #expect(abs(all.sum(0) * spacing / exact - 1) < 1e-3)
  }

  /// Half a length away along a periodic axis two images are as near as each other: each counts half.
  @Test func imagesHalfALengthAwayCountHalf() throws {
    let all = try values("exp(-x^2)*(1 + x)", grid([8], spacing: 0.5), periodic: true).values(0)
    #expect(all.count == 9)
    #expect(abs(all[0] - 0.5 * -1 * 0.01831563888873418) < 1e-16 && abs(all[8] - 0.5 * 3 * 0.01831563888873418) < 1e-16)
    let box = try values("where(abs(x) <= 2, 1, 0)", grid([8], spacing: 0.5), periodic: true)
    #expect(abs(box.sum(0) * 0.5 - 4) < 1e-14)
  }

  /// A kernel that is infinite or no number at a distance is refused with the first such distance, x first.
  @Test(arguments: [
    ("1/abs(y)", [-0.3, 0.0]), ("log(x + 0.1)", [-0.3, -0.2]), ("1/(abs(x - 0.2) + abs(y))", [0.2, 0]),
  ])
  func kernelsWithoutAFiniteValueAreRefused(text: String, distances: [Double]) throws {
    let undefined = #expect(throws: UndefinedKernel.self) { try values(text, grid([4, 3], spacing: 0.1)) }
    let found = try #require(undefined).distances
    #expect(found.count == 2)
    for (value, exact) in zip(found, distances) { #expect(abs(value - exact) < 1e-15) }
  }
}
