import Reports
import Testing

struct PNGTests {
  private func picture(width: Int, height: Int) -> Raster {
    var raster = Raster(width: width, height: height)
    var state: UInt32 = 7
    for y in 0..<height {
      for x in 0..<width {
        state = state &* 1_664_525 &+ 1_013_904_223
        raster[x, y] = Color(state >> 8)
      }
    }
    return raster
  }

  @Test(arguments: [(1, 1), (3, 2), (17, 31), (640, 5)])
  func decodingGivesThePictureBack(size: (Int, Int)) throws {
    let raster = picture(width: size.0, height: size.1)
    #expect(try Raster(pngData: raster.pngData()) == raster)
  }

  @Test func equalPicturesGiveEqualBytes() throws {
    #expect(try picture(width: 40, height: 30).pngData() == picture(width: 40, height: 30).pngData())
  }

  @Test func theFileBeginsAsTheStandardSays() throws {
    let file = try picture(width: 300, height: 2).pngData()
    #expect(Array(file.prefix(8)) == [0x89, 0x50, 0x4E, 0x47, 0x0D, 0x0A, 0x1A, 0x0A])
    #expect(Array(file[16..<24]) == [0, 0, 1, 44, 0, 0, 0, 2])
  }

  @Test func aDamagedFileIsRefusedWithAReason() throws {
    let file = try picture(width: 40, height: 30).pngData()
    for damaged in [[], Array(file.prefix(20)), Array(file.prefix(file.count / 2)), Array("no picture".utf8)] {
      let error = #expect(throws: PNGError.self) { try Raster(pngData: damaged) }
      #expect(error?.description.hasPrefix("reading a PNG picture failed: ") == true)
    }
    var flipped = file
    flipped[file.count / 2] ^= 0x40
    #expect(throws: PNGError.self) { try Raster(pngData: flipped) }
  }
}
