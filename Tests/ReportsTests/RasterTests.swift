import Reports
import Testing

struct RasterTests {
  @Test func aFilledBlockIsCutAtTheBorder() {
    var raster = Raster(width: 10, height: 6)
    raster.fill(Rectangle(left: 7, top: -3, width: 20, height: 5), with: .ink)
    for y in 0..<6 {
      for x in 0..<10 { #expect(raster[x, y] == (x >= 7 && y < 2 ? .ink : .white)) }
    }
  }

  @Test func pixelsLieInTheOrderOfPNG() {
    var raster = Raster(width: 3, height: 2)
    raster[2, 1] = Color(0x010203)
    #expect(Array(raster.bytes.suffix(3)) == [1, 2, 3])
    #expect(raster.bytes.count == 18)
  }

  @Test func aLineOnePixelWideThroughCentersIsSharp() {
    var raster = Raster(width: 20, height: 5)
    raster.stroke([Point(2.5, 2.5), Point(16.5, 2.5)], width: 1, color: Color(0))
    for x in 3..<16 {
      #expect(raster[x, 2] == Color(0))
      #expect(raster[x, 1] == .white && raster[x, 3] == .white)
    }
  }

  /// The darkness of a line is its length times its width: here within 2 %, the ends left out.
  @Test(arguments: [0.0, 0.3, 0.7, 1.1, 1.5])
  func aLineHasTheSameDarknessInEveryDirection(angle: Double) {
    let (dx, dy) = (1 - angle * angle / 4, angle)
    let length = (dx * dx + dy * dy).squareRoot()
    func darkness(_ reach: Double) -> Double {
      var raster = Raster(width: 200, height: 200)
      let end = Point(100 + dx / length * reach, 100 + dy / length * reach)
      raster.stroke([Point(100, 100), end], width: 3, color: Color(0))
      return raster.bytes.reduce(0) { $0 + Double(255 - $1) } / (3 * 255)
    }
    #expect(abs((darkness(90) - darkness(20)) / 70 - 3) < 0.06)
  }

  @Test func crossingStrokesOfOneLayerAreNotDarker() {
    var raster = Raster(width: 21, height: 21)
    raster.stroke(
      [[Point(0, 10.5), Point(21, 10.5)], [Point(10.5, 0), Point(10.5, 21)]], width: 0.5, color: Color(0))
    #expect(raster[10, 10] == raster[3, 10])
    #expect(raster[3, 10] == Color(0x808080))
  }

  @Test func aPointThatIsNotFiniteInterruptsALine() {
    var raster = Raster(width: 30, height: 5)
    let line = [Point(2.5, 2.5), Point(8.5, 2.5), Point(.nan, 2.5), Point(20.5, 2.5), Point(26.5, 2.5)]
    raster.stroke(line, width: 1, color: Color(0))
    #expect(raster[5, 2] == Color(0) && raster[23, 2] == Color(0))
    for x in 11..<18 { #expect(raster[x, 2] == .white) }
  }

  @Test func strokesFarOutsideLeaveThePictureAsItIs() {
    let empty = Raster(width: 10, height: 10)
    var raster = empty
    raster.stroke([Point(-1e300, 4), Point(-1e200, 1e300)], width: 2, color: .ink)
    raster.stroke([Point(1e12, 4), Point(1e13, 5)], width: 2, color: .ink)
    raster.stroke([Point(.infinity, .nan)], width: 2, color: .ink)
    raster.stroke([Point](), width: 2, color: .ink)
    let unchanged = raster == empty
    #expect(unchanged)
  }

  @Test func aLineFromFarOutsideCrossesThePicture() {
    var raster = Raster(width: 10, height: 11)
    raster.stroke([Point(-1e6, 5.5), Point(1e6, 5.5)], width: 1, color: Color(0))
    for x in 0..<10 { #expect(raster[x, 5] == Color(0) && raster[x, 3] == .white) }
  }

  @Test func aClipKeepsTheRestClean() {
    var raster = Raster(width: 20, height: 5)
    raster.stroke(
      [Point(0, 2.5), Point(20, 2.5)], width: 1, color: Color(0),
      clip: Rectangle(left: 5, top: 0, width: 5, height: 5))
    for x in 0..<20 { #expect(raster[x, 2] == ((5..<10).contains(x) ? Color(0) : .white)) }
  }
}
