import Fields
import Testing

@Suite struct FieldRangesTests {
  private let grid = Grid(axes: [
    Axis(name: "x", length: 1, points: 37), Axis(name: "y", length: 1, points: 5),
    Axis(name: "z", length: 1, points: 3),
  ])

  /// Numbers without order, between −0.5 and 0.5.
  private func state() throws -> FieldSet {
    let set = try FieldSet(grid: grid, count: 2)
    for field in 0..<2 {
      set.setValues(field, to: (0..<555).map { Double(($0 * 7919 + field * 31) % 1009) / 1009 - 0.5 })
    }
    return set
  }

  @Test func rangesAreThoseOfAllPoints() throws {
    let set = try state()
    let ranges = FieldRanges(grid: grid, count: 2, pool: WorkerPool(threads: 2)).ranges(of: set)
    for (field, range) in ranges.enumerated() {
      #expect(range.minimum == set.values(field).min() && range.maximum == set.values(field).max())
      #expect(range.isFinite && range.size == set.values(field).map(abs).max())
    }
  }

  @Test(arguments: [Double.nan, .infinity, -.infinity])
  func oneValueThatIsNotFiniteIsFoundWhereverItIs(value: Double) throws {
    let ranges = FieldRanges(grid: grid, count: 2, pool: WorkerPool(threads: 1))
    for row in [0, 7, 14] {
      for column in 0..<37 {
        let set = try state()
        set.pointer(1, row: row)[column] = value
        let found = ranges.ranges(of: set)
        #expect(found[0].isFinite && !found[1].isFinite)
        let place = try #require(set.firstPoint(1, where: { !$0.isFinite }))
        #expect(place == (row, column) && set.pointCount(1, where: { !$0.isFinite }) == 1)
      }
    }
  }

  @Test func theLargestJumpIsFoundAlongEachAxis() throws {
    let volumes = try PointVolumes(grid)
    for (axis, row, column) in [(0, 3, 35), (1, 8, 36), (2, 4, 0)] {
      let set = try FieldSet(grid: grid, count: 1)
      // A slope of 1 per point along the axis, and one step of 3 more.
      for other in 0..<grid.rowCount {
        for point in 0..<37 {
          let index = grid.place(row: other, column: point, along: axis).index
          let same = grid.place(row: other, column: point, along: axis).line
          let place = grid.place(row: row, column: column, along: axis)
          set.pointer(0, row: other)[point] = Double(index) + (same == place.line && index > place.index ? 3 : 0)
        }
      }
      // Other lines see the step as a jump of 3 across, which is less.
      let found = try #require(set.largestJump(0, volumes: volumes))
      #expect(found.jump == 4)
      #expect(found.face == FieldFace(axis: axis, row: row, column: column))
      #expect(set.jump(0, at: found.face) == 4)
    }
  }

  @Test func theEdgeOfTheTissueIsNoJump() throws {
    let line = Grid(axes: [Axis(name: "x", length: 1, points: 20)])
    let (mask, set) = (try FieldSet(grid: line, count: 1), try FieldSet(grid: line, count: 1))
    mask.setValues(0, to: (0..<20).map { $0 < 10 ? 1 : 0 })
    set.setValues(0, to: (0..<20).map { $0 < 10 ? 5 + 0.1 * Double($0) : 0 })
    let found = try #require(set.largestJump(0, volumes: PointVolumes(line, mask: mask)))
    #expect(abs(found.jump - 0.1) < 1e-12)
  }
}
