import Foundation
import Operators
import Testing

/// Transforms of complex lines against their definition.
@Suite struct ComplexTransformTests {
  /// Lines that FFTW transforms as a whole, those of one pass of each radix, of several, and those that cannot be divided.
  @Test(
    arguments: [
      1, 2, 7, 16, 17, 18, 22, 30, 33, 40, 48, 49, 77, 96, 100, 104, 119, 120, 125, 128, 150, 160, 192, 225, 240, 256,
      300, 384, 500,
      512, 640, 1000, 1024,
    ], [2, 16])
  func transformsAreThoseOfTheDefinition(count: Int, lanes: Int) throws {
    let transform = ComplexTransform(count: count, lanes: lanes)
    #expect(transform.order.sorted() == Array(0..<count))
    let memory = try Memory(doubles: count * lanes)
    var values: [[Double]] = []
    for index in 0..<count {
      values.append((0..<lanes).map { sin(Double(index * (3 * $0 + 1) + $0)) + ($0 == 1 ? 0.5 : 0) })
      for lane in 0..<lanes { memory.a[transform.order[index] * lanes + lane] = values[index][lane] }
    }
    transform.forward(memory.a, to: memory.b)
    let angles = (0..<count).map { -2 * .pi * Double($0) / Double(count) }
    let (cosines, sines) = (angles.map { cos($0) }, angles.map { sin($0) })
    for k in Set([0, 1, 2, count / 3, count / 2, count - 1]).filter({ $0 < count }) {
      for line in 0..<lanes / 2 {
        var (real, imaginary) = (0.0, 0.0)
        for (index, value) in values.enumerated() {
          let (c, s) = (cosines[index * k % count], sines[index * k % count])
          real += value[2 * line] * c - value[2 * line + 1] * s
          imaginary += value[2 * line] * s + value[2 * line + 1] * c
        }
        let tolerance = 1e-14 * Double(count)
        #expect(abs(memory.b[k * lanes + 2 * line] - real) < tolerance)
        #expect(abs(memory.b[k * lanes + 2 * line + 1] - imaginary) < tolerance)
      }
    }
    transform.backward(memory.b, to: memory.a)
    for index in 0..<count {
      for lane in 0..<lanes {
        let found = memory.a[transform.order[index] * lanes + lane] / Double(count)
        #expect(abs(found - values[index][lane]) < 2e-15)
      }
    }
  }

  @Test func linesAreDividedIntoWhatFFTWDoesInOnePiece() {
    let pieces = Set(Array(2...16) + [20, 25, 32, 64, 128])
    var divided = 0
    for count in 1...2100 where LineDivision(count) != LineDivision(undivided: count) {
      let division = LineDivision(count)
      divided += 1
      #expect(pieces.contains(division.length) && !pieces.contains(count))
      #expect(division.radices.allSatisfy { (2...5).contains($0) })
      #expect(division.radices.reduce(division.length, *) == count)
    }
    #expect(divided > 100)
    for count in [96, 192, 256, 1000, 2048] { #expect(!LineDivision(count).radices.isEmpty) }
    // A program of one piece, and lines with factors that have none.
    for count in [1, 16, 128, 17, 49, 2 * 17] { #expect(LineDivision(count) == LineDivision(undivided: count)) }
  }

  private final class Memory {
    let a, b: UnsafeMutablePointer<Double>

    init(doubles: Int) throws {
      func allocate() throws -> UnsafeMutablePointer<Double> {
        let memory = try #require(aligned_alloc(64, (doubles * 8 + 63) / 64 * 64)).bindMemory(
          to: Double.self, capacity: doubles)
        memory.initialize(repeating: 0, count: doubles)
        return memory
      }
      (a, b) = (try allocate(), try allocate())
    }

    deinit {
      free(a)
      free(b)
    }
  }
}
