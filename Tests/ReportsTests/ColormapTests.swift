import Reports
import Testing

struct ColormapTests {
  @Test func namesAreFoundAndUnique() {
    #expect(Set(Colormap.all.map(\.name)).count == Colormap.all.count)
    for map in Colormap.all { #expect(Colormap.named(map.name)?.colors == map.colors) }
    #expect(Colormap.named("jet") == nil)
  }

  /// Eight bits a channel move the lightness by up to 0.002; the steps are 0.0027 and more.
  @Test(arguments: Colormap.all.filter { !$0.isDiverging })
  func sequentialLightnessGrowsLinearly(map: Colormap) {
    let lightness = map.colors.map { OKLab($0).lightness }
    let (first, last) = (lightness[0], lightness[255])
    #expect(first < 0.25 && last > 0.9)
    for (step, value) in lightness.enumerated() {
      #expect(abs(value - (first + (last - first) * Double(step) / 255)) < 0.004)
    }
    #expect(zip(lightness, lightness.dropFirst(2)).allSatisfy { $0 < $1 })
  }

  @Test(arguments: Colormap.all)
  func equalStepsLookEquallyFarApart(map: Colormap) {
    let colors = map.colors.map { OKLab($0) }
    let distances = stride(from: 0, to: 240, by: 8).map { colors[$0].distance(to: colors[$0 + 8]) }
      .enumerated().filter { !map.isDiverging || $0.offset != 15 }.map(\.element)
    let mean = distances.reduce(0, +) / Double(distances.count)
    for distance in distances { #expect(abs(distance - mean) < 0.12 * mean) }
  }

  @Test(arguments: Colormap.all.filter { !$0.isDiverging }, ColorVision.allCases)
  func colorBlindReadersSeeTheSameOrder(map: Colormap, vision: ColorVision) {
    let seen = map.colors.map(vision.seen)
    for step in stride(from: 0, to: 240, by: 8) {
      #expect(seen[step + 8].lightness > seen[step].lightness + 0.01)
      #expect(seen[step + 8].distance(to: seen[step]) > 0.012)
    }
  }

  @Test(arguments: Colormap.all.filter(\.isDiverging), ColorVision.allCases)
  func divergingArmsDifferAndDarkenOutward(map: Colormap, vision: ColorVision) {
    let seen = map.colors.map(vision.seen)
    for step in stride(from: 0, to: 120, by: 8) {
      #expect(seen[step].lightness < seen[step + 8].lightness)
      #expect(seen[255 - step].lightness < seen[247 - step].lightness)
    }
    for step in 0..<96 { #expect(seen[step].distance(to: seen[255 - step]) > 0.04) }
    #expect(OKLab(map.color(at: 0.5)).lightness > 0.94)
  }

  @Test func divergingArmsAreMirrorImagesInLightness() {
    let colors = Colormap.poles.colors.map { OKLab($0) }
    for step in 0..<128 { #expect(abs(colors[step].lightness - colors[255 - step].lightness) < 0.004) }
  }

  /// A cut channel would bend the curve through OKLab: the smallest and largest channel are never at their limits over
  /// several steps.
  @Test(arguments: Colormap.all)
  func noChannelIsCut(map: Colormap) {
    for channel in [\Color.red, \Color.green, \Color.blue] {
      let cut = map.colors.filter { $0[keyPath: channel] == 0 || $0[keyPath: channel] == 255 }
      #expect(cut.count <= 8)
    }
  }

  @Test(arguments: Colormap.all, ColorVision.allCases)
  func valuesThatAreNotFiniteHaveAColorOfTheirOwn(map: Colormap, vision: ColorVision) {
    let special = OKLab(.notFinite)
    #expect(map.color(at: .nan) == .notFinite)
    for color in map.colors { #expect(OKLab(color).distance(to: special) > 0.12) }
  }

  @Test func fractionsOutsideTakeTheEndColors() {
    let map = Colormap.aurora
    #expect(map.color(at: -1) == map.colors[0] && map.color(at: -.infinity) == map.colors[0])
    #expect(map.color(at: 1.5) == map.colors[255] && map.color(at: .infinity) == map.colors[255])
    #expect(map.color(at: 0.5) == map.colors[128])
  }
}
