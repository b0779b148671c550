import CFFTW
import CKernels
import Glibc

/// The complex transform `V_k = Σ_i v_i e^{−2πi ik/N}` of lines side by side, and back times `N`.
///
/// Two real lines are the real and the imaginary part of one complex line, so that a block is eight complex lines, or one.
/// Long lines are divided: FFTW transforms every `r`-th value, in lengths for which it has a program of one piece, and
/// passes of radix 2 to 5 join what it finds, all lines at once. FFTW's own estimate goes through the eight lines one by one there and takes
/// two to three times as long.
///
/// FFTW plans with its estimate, never by measuring: a measured plan, and with it the last bits of the result, may
/// differ from run to run. From one block to another: in place it takes up to twice as long, for lengths that are no
/// powers of two.
///
/// Source: J. W. Cooley & J. W. Tukey, An algorithm for the machine calculation of complex Fourier series, Math. Comp.
/// 19 (1965) 297–301.
package final class ComplexTransform: @unchecked Sendable {
  package let count: Int
  package let lanes: Int
  /// Place in a block of each value of a line; its coefficients lie in their natural order.
  package let order: [Int]
  private let division: LineDivision
  /// For each radix the factors of its pass.
  private let factors: [[Double]]
  private let forwardPlan: fftw_plan
  private let backwardPlan: fftw_plan

  /// - Parameter lanes: real lines of a block, 16 or 2.
  package init(count: Int, lanes: Int) {
    self.count = count
    self.lanes = lanes
    let division = lanes == Int(TRANSFORM_LANES) ? LineDivision(count) : LineDivision(undivided: count)
    self.division = division
    order = (0..<count).map(division.place)
    factors = division.radices.indices.map(division.factors)
    let length = division.length
    (forwardPlan, backwardPlan) = withPlanningBlocks(doubles: length * lanes) { from, to in
      (
        ComplexTransform.plan(length, lanes, from, to, FFTW_FORWARD),
        ComplexTransform.plan(length, lanes, from, to, FFTW_BACKWARD)
      )
    }
  }

  deinit {
    PlanningLock.shared.withLock {
      fftw_destroy_plan(forwardPlan)
      fftw_destroy_plan(backwardPlan)
    }
  }

  private static func plan(
    _ count: Int, _ lanes: Int, _ from: UnsafeMutablePointer<Double>, _ to: UnsafeMutablePointer<Double>,
    _ sign: Int32
  ) -> fftw_plan {
    var length = Int32(count)
    let columns = Int32(lanes / 2)
    return withComplex(from, to, count * lanes / 2) {
      fftw_plan_many_dft(1, &length, columns, $0, nil, columns, 1, $1, nil, columns, 1, sign, UInt32(FFTW_ESTIMATE))!
    }
  }

  /// From the values of a block to the coefficients, in another one.
  package func forward(_ block: LineBlock, to other: LineBlock) {
    execute(forwardPlan, block, other)
    var part = division.length
    for (radix, factors) in zip(division.radices, factors).reversed() {
      radix_pass_forward(other, radix, part, count / (radix * part), factors)
      part *= radix
    }
  }

  /// From the coefficients of a block, which are lost, to the values times `count`, in another one.
  package func backward(_ block: LineBlock, to other: LineBlock) {
    var part = count
    for (radix, factors) in zip(division.radices, factors) {
      part /= radix
      radix_pass_backward(block, radix, part, count / (radix * part), factors)
    }
    execute(backwardPlan, block, other)
  }

  private func execute(_ plan: fftw_plan, _ from: LineBlock, _ to: LineBlock) {
    ComplexTransform.withComplex(from, to, count * lanes / 2) { from, to in
      let length = division.length * lanes / 2
      for start in stride(from: 0, to: count * lanes / 2, by: length) {
        fftw_execute_dft(plan, from + start, to + start)
      }
    }
  }

  private static func withComplex<Result>(
    _ from: UnsafeMutablePointer<Double>, _ to: UnsafeMutablePointer<Double>, _ capacity: Int,
    _ body: (UnsafeMutablePointer<fftw_complex>, UnsafeMutablePointer<fftw_complex>) -> Result
  ) -> Result {
    from.withMemoryRebound(to: fftw_complex.self, capacity: capacity) { from in
      to.withMemoryRebound(to: fftw_complex.self, capacity: capacity) { to in body(from, to) }
    }
  }
}

/// How a line is divided: into transforms of one length, which passes of some radices join, the last one first.
package struct LineDivision: Hashable, Sendable {
  package let length: Int
  package let radices: [Int]

  /// Not at all.
  package init(undivided count: Int) { (length, radices) = (count, []) }

  /// What takes least by a table of how long each part takes; not at all where FFTW has a program for the whole or where the
  /// factors are too large.
  package init(_ count: Int) {
    self.init(undivided: count)
    guard LineDivision.programs[count] == nil else { return }
    let ways = LineDivision.programs.compactMap { length, cost in
      count % length == 0
        ? LineDivision.cheapestPasses(count / length).map { (length, $0.radices, cost + $0.cost) } : nil
    }
    if let best = ways.min(by: { ($0.2, $0.0) < ($1.2, $1.0) }) { self.init(length: best.0, radices: best.1) }
  }

  private init(length: Int, radices: [Int]) { (self.length, self.radices) = (length, radices) }

  /// Nanoseconds per value of FFTW's programs of one piece (no other length than these has one) and of the passes, measured on
  /// one machine; what is chosen must be the same everywhere.
  private static let programs = [
    2: 0.30, 3: 0.30, 4: 0.37, 5: 0.42, 6: 0.37, 7: 0.44, 8: 0.36, 9: 0.47, 10: 0.39, 11: 0.40, 12: 0.27, 13: 0.40,
    14: 0.32, 15: 0.34, 16: 0.28, 20: 0.33, 25: 0.55, 32: 0.36, 64: 0.37, 128: 0.46,
  ]
  private static let passes = [5: 0.24, 4: 0.17, 3: 0.15, 2: 0.11]

  private static func cheapestPasses(_ quotient: Int) -> (radices: [Int], cost: Double)? {
    if quotient == 1 { return ([], 0) }
    return passes.compactMap { radix, cost in
      quotient % radix == 0
        ? cheapestPasses(quotient / radix).map { (($0.radices + [radix]).sorted(by: >), $0.cost + cost) } : nil
    }.min { ($0.1, $0.0.count, $0.0[0]) < ($1.1, $1.0.count, $1.0[0]) }
  }

  /// Place of the value `index` of a line: `j` parts after the first for the value `j + r i` with the first radix `r`, and so on with
  /// `i`.
  package func place(of index: Int) -> Int {
    var (index, place, part) = (index, 0, radices.reduce(length, *))
    for radix in radices {
      part /= radix
      place += index % radix * part
      index /= radix
    }
    return place + index
  }

  /// `e^{−2πi jk/N}` of the pass of a radix, `N` being the values that it joins, for `j` from 1 on and then for `k`.
  func factors(ofRadix number: Int) -> [Double] {
    let part = radices[(number + 1)...].reduce(length, *)
    let (radix, count) = (radices[number], radices[number] * part)
    return (0..<part).flatMap { k in
      (1..<radix).flatMap { j in
        let angle = -2 * .pi * Double(j * k % count) / Double(count)
        return [cos(angle), sin(angle)]
      }
    }
  }
}
