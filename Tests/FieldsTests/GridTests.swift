import Fields
import Testing

@Suite struct GridTests {
  private let grid = Grid(axes: [
    Axis(name: "x", origin: -1, length: 2, points: 5), Axis(name: "y", length: 3, points: 3),
    Axis(name: "z", length: 4, points: 2),
  ])

  @Test func pointsStandAtTheCentersOfTheirVolumes() {
    #expect(grid.axes[0].coordinate(0) == -0.8)
    #expect(grid.axes[0].coordinate(4) == 0.8)
    #expect(abs(grid.pointVolume! * Double(grid.pointCount) - grid.measure) < 1e-14)
  }

  @Test func rowsAreNumberedAlongYThenZ() {
    #expect(grid.rowCount == 6)
    #expect(grid.rowCoordinates(0) == [0.5, 1])
    #expect(grid.rowCoordinates(4) == [1.5, 3])
    #expect(grid.globalIndex(row: 4, column: 3) == 4 * 5 + 3)
  }

  @Test(arguments: [1, 7, 8, 64, 128, 255, 512, 1024])
  func rowsAreAlignedAndDoNotLieAPowerOfTwoApart(points: Int) {
    let grid = Grid(axes: [Axis(name: "x", length: 1, points: points), Axis(name: "y", length: 1, points: 4)])
    #expect(grid.rowStride % 8 == 0)
    #expect(grid.rowStride >= points)
    #expect(points < 128 || grid.rowStride % 128 != 0)
  }

  @Test(arguments: [1, 255, 256, 257, 1000])
  func tilesCoverEachPointOnce(points: Int) {
    let grid = Grid(axes: [Axis(name: "x", length: 1, points: points), Axis(name: "y", length: 1, points: 3)])
    var seen = [Int](repeating: 0, count: 3 * points)
    for index in 0..<grid.tileCount {
      let tile = grid.tile(index)
      for point in 0..<tile.count { seen[tile.row * points + tile.column + point] += 1 }
    }
    #expect(seen.allSatisfy { $0 == 1 })
  }
}
