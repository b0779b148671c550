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

  @Test(arguments: [1, 60, 85, 128, 255, 256, 257, 511, 512, 513, 1000, 7681, 9985], [false, true])
  func tilesCoverEachPointOnce(points: Int, joinsRows: Bool) {
    let grid = Grid(axes: [Axis(name: "x", length: 1, points: points), Axis(name: "y", length: 1, points: 7)])
    var seen = [Int](repeating: 0, count: 7 * points)
    let tiling = Tiling(grid, joinsRows: joinsRows)
    for index in 0..<tiling.count {
      let tile = tiling[index]
      #expect(tile.count > 0 && tile.count <= Tile.capacity && tile.count == tile.rows * tile.rowLength)
      for point in 0..<tile.count {
        let place = tile.place(of: point)
        seen[place.row * points + place.column] += 1
      }
    }
    #expect(seen.allSatisfy { $0 == 1 })
    // As few as there can be of whole rows, or of pieces of one.
    let rows = joinsRows ? min(7, max(1, 256 / points)) : 1
    #expect(tiling.count == (7 + rows - 1) / rows * ((points + 255) / 256))
  }

  /// Points of several rows lie in a block one after the other.
  @Test func rowsOfATileAreLoadedAndStored() throws {
    let grid = Grid(axes: [Axis(name: "x", length: 1, points: 100), Axis(name: "y", length: 1, points: 5)])
    let (state, copy) = (try FieldSet(grid: grid, count: 2), try FieldSet(grid: grid, count: 2))
    for field in 0..<2 { state.setValues(field, to: (0..<500).map { Double(1000 * field + $0) }) }
    let block = TileBlock(rowCount: 3)
    let tiling = Tiling(grid, joinsRows: true)
    #expect(tiling.count == 3)
    for index in 0..<3 {
      block.load(state, tile: tiling[index], into: 0)
      block.loadFirstCoordinate(of: grid, scale: 100, tile: tiling[index], into: 2)
      for point in 0..<tiling[index].count {
        let value = Double(200 * index + point)
        #expect(block[row: 0, point: point] == value && block[row: 1, point: point] == 1000 + value)
        #expect(abs(block[row: 2, point: point] - (Double(point % 100) + 0.5)) < 1e-12)
      }
      block.store(0, to: copy, tile: tiling[index])
    }
    for field in 0..<2 { #expect(copy.values(field) == state.values(field)) }
  }
}
