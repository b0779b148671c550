import ArrayFiles
import Reports
import Testing

@Suite struct PictureTests {
  @Test(arguments: [false, true])
  func tiffsOfAllKindsAreReadBottomRowFirst(big: Bool) throws {
    var tiff = TIFF(big: big)
    #expect(try read(tiff.bytes).values == [0.4, 1, 0, 0.2])
    tiff.bits = 16
    tiff.pages = [[UInt16(0), 13107, 26214, 65535].flatMap { $0.bytes(big: big) }]
    #expect(try read(tiff.bytes).values == [0.4, 1, 0, 0.2])
    (tiff.bits, tiff.format) = (32, 3)
    tiff.pages = [[Float(-1), 2.5, 1e9, 0].flatMap { $0.bitPattern.bytes(big: big) }]
    #expect(try read(tiff.bytes).values == [1e9, 0, -1, 2.5])
    (tiff.bits, tiff.format) = (16, 2)
    tiff.pages = [[Int16(-3), 4, 500, -600].flatMap { $0.bytes(big: big) }]
    #expect(try read(tiff.bytes).values == [500, -600, -3, 4])
  }

  @Test func severalPicturesAreTheAxisZ() throws {
    let array = try read(TIFF(pages: [[0, 51, 102, 255], [255, 0, 0, 51]]).bytes)
    #expect(array.shape == [2, 2, 2])
    #expect(array.values == [0.4, 1, 0, 0.2, 0, 0.2, 1, 0])
  }

  @Test func pngsOfColorsBecomeLuminance() throws {
    var raster = Raster(width: 2, height: 2)
    raster[0, 0] = Color(0xFF0000)
    raster[1, 0] = Color(0x00FF00)
    raster[0, 1] = Color(0x0000FF)
    raster[1, 1] = Color(0x808080)
    let array = try read(Array(try raster.pngData()))
    #expect(array.shape == [2, 2])
    let expected = [0.0722, 128.0 / 255, 0.2126, 0.7152]
    #expect(zip(array.values, expected).allSatisfy { abs($0 - $1) < 1e-6 })
  }

  @Test func truncatedPicturesAreRefused() throws {
    for count in [5, 40, 100] { #expect(try problem(Array(TIFF().bytes.prefix(count))) != "none") }
    let png = Array(try Raster(width: 9, height: 7).pngData())
    for count in [10, 40, png.count - 20] { #expect(try problem(Array(png.prefix(count))) != "none") }
  }
}

/// Small good files with random bytes changed, cut off or added: an array or an error, never anything else.
@Suite struct HostileFileTests {
  private static func examples() throws -> [[UInt8]] {
    [
      npy("<f8", "(2, 2)", [1.0, 2, 3, 4].flatMap { $0.bitPattern.bytes() }),
      npy("|u1", "(3, 1)", [1, 2, 3], fortran: "True", version: 2), TIFF().bytes,
      TIFF(big: true, pages: [[0, 1, 2, 3], [4, 5, 6, 7]]).bytes, Array(try Raster(width: 5, height: 4).pngData()),
    ]
  }

  @Test(arguments: 0..<5)
  func anythingGivesAnArrayOrAnError(example: Int) throws {
    let good = try Self.examples()[example]
    let directory = try TemporaryDirectory()
    var state = UInt64(example + 1)
    func random(_ count: Int) -> Int {
      state = state &* 6_364_136_223_846_793_005 &+ 1_442_695_040_888_963_407
      return Int(state >> 33) % count
    }
    var (arrays, errors) = (0, 0)
    for _ in 0..<4000 {
      var bytes = good
      for _ in 0...random(4) {
        switch random(5) {
        case 0: bytes = Array(bytes.prefix(random(bytes.count + 1)))
        case 1: bytes.insert(UInt8(random(256)), at: random(bytes.count + 1))
        default:
          if !bytes.isEmpty { bytes[random(bytes.count)] = UInt8([0, 1, 127, 128, 255, random(256)][random(6)]) }
        }
      }
      do {
        let array = try directory.read(bytes)
        #expect(array.values.count == array.shape.reduce(1, *) && array.values.allSatisfy(\.isFinite))
        arrays += 1
      } catch is ArrayFileError {
        errors += 1
      }
    }
    #expect(arrays + errors == 4000 && errors > 100)
  }
}
