import Fields
import Simulations
import Testing

@Suite struct CopyMemoryTests {
  /// A copy stays as it is as long as somebody holds it; then its memory serves the next one.
  @Test func memoryIsUsedAgainWhenNobodyHoldsTheCopy() throws {
    let grid = Grid(axes: [Axis(name: "x", length: 1, points: 20), Axis(name: "y", length: 1, points: 3)])
    let set = try FieldSet(grid: grid, count: 2)
    let memory = CopyMemory(WorkerPool(threads: 2))
    set.fill(1, with: 1)
    var first: FieldSet? = try memory.copy(of: set)
    let place = try #require(first).pointer(0)
    set.fill(1, with: 2)
    set.scale = 3
    let second = try memory.copy(of: set)
    #expect(first?.values(1).allSatisfy { $0 == 1 } == true)
    #expect(second.values(1).allSatisfy { $0 == 2 } && second.scale == 3)
    first = nil
    // Other numbers of fields do not fit.
    #expect(try memory.copy(of: FieldSet(grid: grid, count: 1)).count == 1)
    set.fill(0, with: 4)
    let third = try memory.copy(of: set)
    #expect(third.pointer(0) == place && third !== second)
    #expect(third.values(0).allSatisfy { $0 == 4 } && second.values(0).allSatisfy { $0 == 0 })
  }
}
