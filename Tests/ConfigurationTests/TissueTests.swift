import Configuration
import Documents
import Fields
import Foundation
import Testing

@Suite struct TissueTests {
  private static func text(mask: String, rate: String = "u*(1 - u)*mean(u)", diffusion: String = "0.3") -> String {
    """
    { "model": { "name": "m", "fields": { "u": { "diffusion": "\(diffusion)" }, "v": {} }, "reactions": { "u": "\(rate)", "v": 1 } },
      "domain": { "size": [30, 20], "points": [60, 40], "mask": "\(mask)" },
      "initial": { "u": "1 + x", "v": 2 },
      "time": { "end": 2, "step": 0.1 },
      "observables": { "mean": "mean(u)", "least": "min(v)", "area": "integral(1)" } }
    """
  }

  @Test func nothingIsAndNothingHappensOutside() throws {
    // The rate is infinite or no number outside the tissue.
    let state = try finalState(Self.text(mask: "x > 5 && (x - 15)^2 + (y - 10)^2 < 64", rate: "0.1*log(x - 5)/(x - 5)"))
    for row in 0..<40 {
      for column in 0..<60 {
        let (x, y) = (0.5 * Double(column) + 0.25, 0.5 * Double(row) + 0.25)
        let isInside = x > 5 && (x - 15) * (x - 15) + (y - 10) * (y - 10) < 64
        #expect((state.values(0)[row * 60 + column] != 0) == isInside)
        #expect(abs(state.values(1)[row * 60 + column] - (isInside ? 4 : 0)) < 1e-12)
      }
    }
  }

  @Test func functionalsAreThoseOfTheTissue() throws {
    let assembly = try RunAssembly(configuration(Self.text(mask: "x < 10")), threads: 1)
    let values = assembly.observables.values(of: assembly.state, time: 0)
    #expect(abs(values[0] - 6) < 1e-12 && values[1] == 2 && abs(values[2] - 200) < 1e-10)
  }

  /// A mask that leaves a rectangle is the same problem as a smaller domain.
  @Test func aRectangleOfTissueIsADomainOfItsOwn() throws {
    let masked = try finalState(Self.text(mask: "x < 10 && y > 5", diffusion: "0.3 + 0.01*x"))
    let alone = try finalState(
      """
      { "model": { "name": "m", "fields": { "u": { "diffusion": "0.3 + 0.01*x" }, "v": {} }, "reactions": { "u": "u*(1 - u)*mean(u)", "v": 1 } },
        "domain": { "size": [10, 15], "points": [20, 30], "origin": [0, 5] },
        "initial": { "u": "1 + x", "v": 2 },
        "time": { "end": 2, "step": 0.1 } }
      """)
    for row in 0..<30 {
      for column in 0..<20 {
        #expect(abs(masked.values(0)[(row + 10) * 60 + column] - alone.values(0)[row * 20 + column]) < 1e-12)
      }
    }
  }

  @Test(arguments: [
    ("x > 100", "the mask leaves no tissue: it is nowhere true or greater than 0"),
    ("x < 0.5 && y < 0.5", "the mask leaves a single point of tissue"),
    ("x < 10 || x > 29.5 && y > 19.5", "the mask has a point of tissue that touches no other at x = 29.75, y = 19.75"),
    ("log(x - 3)", "the mask is not a number at x = 0.25, y = 0.25"),
  ])
  func aMaskThatLeavesNoGoodTissueIsRefused(mask: String, sentence: String) throws {
    let found = #expect(throws: Diagnostics.self) { try configuration(Self.text(mask: mask)).checkFiles() }
    #expect(found?.items.map(\.message) == [sentence])
    #expect(found?.items[0].place != nil)
  }
}
