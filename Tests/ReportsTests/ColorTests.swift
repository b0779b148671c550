import Reports
import Testing

struct ColorTests {
  @Test func everyChannelSurvivesTheWayThroughOKLab() {
    for value in stride(from: UInt8(0), through: 255, by: 5) {
      for color in [
        Color(red: value, green: 40, blue: 200), Color(red: 10, green: value, blue: 90),
        Color(red: 250, green: 120, blue: value),
      ] { #expect(OKLab(color).color == color) }
    }
  }

  @Test func whiteAndBlackAreTheEndsOfLightness() {
    #expect(abs(OKLab(.white).lightness - 1) < 1e-6)
    #expect(abs(OKLab(Color(0)).lightness) < 1e-6)
  }

  /// OKLab of pure sRGB red, as its author gives it.
  @Test func redHasThePublishedCoordinates() {
    let red = OKLab(Color(0xFF0000))
    #expect(abs(red.lightness - 0.62796) < 1e-4 && abs(red.a - 0.22486) < 1e-4 && abs(red.b - 0.12585) < 1e-4)
  }

  @Test func halfACoverageIsTheMeanColor() {
    #expect(Color.white.covered(by: Color(0), 0.5) == Color(0x808080))
    #expect(Color.white.covered(by: Color(0x102030), 1) == Color(0x102030))
    #expect(Color(0x102030).covered(by: .white, 0) == Color(0x102030))
  }

  @Test(arguments: ColorVision.allCases)
  fileprivate func curveColorsAreToldApart(vision: ColorVision) {
    let seen = Color.curves.map(vision.seen)
    for i in seen.indices {
      for j in seen.indices where j < i {
        #expect(seen[i].distance(to: seen[j]) > (i < 5 ? 0.125 : 0.11), "colors \(i) and \(j)")
      }
      #expect(seen[i].distance(to: OKLab(.white)) > 0.17, "color \(i) on white")
    }
  }
}
