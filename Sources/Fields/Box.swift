/// A box of points: the half-open range of indices that it takes of each axis, x first.
package struct Box: Hashable, Sendable {
  package let ranges: [Range<Int>]

  package init(_ ranges: [Range<Int>]) { self.ranges = ranges }

  /// Points along each axis.
  package var shape: [Int] { ranges.map(\.count) }
  package var pointCount: Int { shape.reduce(1, *) }
}
