import CKernels
import Fields

/// The lines of a grid along one axis, divided into blocks of neighbors that are worked on together.
struct LineBlocks: Sendable {
  let axis: Int
  /// Values of a line.
  let lineLength: Int
  /// Doubles from one value of a line to the next (along x: from one line to the next).
  let stride: Int
  let blockCount: Int
  /// Most lines of a block.
  let lanes: Int
  private let rowLength: Int
  private let rowStride: Int
  private let rowCount: Int
  private let blocksPerRow: Int

  init(grid: Grid, axis: Int, lanes: Int) {
    self.axis = axis
    self.lanes = lanes
    lineLength = grid.box.ranges[axis].count
    rowLength = grid.rowLength
    rowStride = grid.rowStride
    rowCount = grid.rowCount
    if axis == 0 {
      stride = grid.rowStride
      blocksPerRow = 1
      blockCount = (rowCount + lanes - 1) / lanes
    } else {
      stride = grid.rowStride * (axis == 1 ? 1 : grid.box.ranges[1].count)
      blocksPerRow = (rowLength + lanes - 1) / lanes
      blockCount = blocksPerRow * (rowCount / lineLength)
    }
  }

  /// Offset of the first value of a block in a field, and the number of its lines.
  func block(_ index: Int) -> (offset: Int, lanes: Int) {
    if axis == 0 {
      let row = index * lanes
      return (row * rowStride, min(lanes, rowCount - row))
    }
    let column = index % blocksPerRow * lanes
    // Lines along y begin at the first row of each plane; lines along z at every row of the first plane.
    let line = index / blocksPerRow
    let firstRow = axis == 1 ? line * lineLength : line
    return (firstRow * rowStride + column, min(lanes, rowLength - column))
  }
}

extension Grid {
  /// Lines of a block that is transformed: sixteen real ones, in pairs; or a pair, of which one is empty, where there is only
  /// one line.
  var transformLanes: Int { Int(rowCount == 1 ? TRANSFORM_PAIR : TRANSFORM_LANES) }
}
