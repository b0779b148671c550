import Fields
import Foundation
import Storage
import Testing

/// A directory of its own for each test, removed with it.
final class TemporaryDirectory {
  let path: String

  init() throws {
    path = NSTemporaryDirectory() + "oncofield-" + UUID().uuidString
    try FileManager.default.createDirectory(atPath: path, withIntermediateDirectories: true)
  }

  deinit { try? FileManager.default.removeItem(atPath: path) }
}

func exampleFields(_ points: [Int], count: Int = 2) throws -> FieldSet {
  let axes = points.indices.map { Axis(name: ["x", "y", "z"][$0], origin: 0.5, length: 3, points: points[$0]) }
  let set = try FieldSet(grid: Grid(axes: axes), count: count)
  for field in 0..<count {
    set.setValues(field, to: (0..<set.grid.pointCount).map { sin(Double($0 * (field + 1))) * 1e-3 })
  }
  return set
}

private func example(_ state: FieldSet) -> Checkpoint {
  let fields = [FieldDescription(name: "T", title: "tumor", unit: "cells/mm^2"), FieldDescription(name: "E")]
  return Checkpoint(
    step: 1200, time: 12.5, timeUnit: "day", lengthUnit: "mm", texts: ["memory": "{}", "run_file": "{ \"µ\": 1 }"],
    groups: [
      .init(name: "fields", fields: fields, values: state), .init(name: "memory/latest", fields: fields, values: state),
    ])
}

@Suite struct CheckpointTests {
  @Test(arguments: [[129], [7, 5], [128, 9], [5, 4, 3]])
  func whatWasWrittenComesBackBitForBit(points: [Int]) throws {
    let directory = try TemporaryDirectory()
    let state = try exampleFields(points)
    let path = try example(state).write(to: directory.path)
    #expect(path.hasSuffix("/000000001200.h5"))
    let file = try CheckpointFile(path)
    #expect(file.header.step == 1200 && file.header.time == 12.5)
    #expect(file.header.grid == state.grid)
    #expect(file.header.texts == ["memory": "{}", "run_file": "{ \"µ\": 1 }"])
    let back = try file.allocate(2)
    for (index, entry) in file.header.fields(of: "memory/latest").enumerated() {
      try file.read(entry, into: back, field: index)
    }
    for field in 0..<2 { #expect(back.values(field) == state.values(field)) }
    #expect(try FileManager.default.contentsOfDirectory(atPath: directory.path) == ["000000001200.h5"])
  }

  /// In memory rows are longer than what they hold, in a file not: that of a single field is shorter than the field in memory.
  @Test func aSingleFieldOfPaddedRowsComesBack() throws {
    let directory = try TemporaryDirectory()
    let state = try exampleFields([512, 512], count: 1)
    let checkpoint = Checkpoint(
      step: 1, time: 1, timeUnit: "day", lengthUnit: "mm", texts: [:],
      groups: [.init(name: "fields", fields: [FieldDescription(name: "u")], values: state)])
    let path = try checkpoint.write(to: directory.path)
    let size = try #require(FileManager.default.attributesOfItem(atPath: path)[.size] as? Int)
    #expect(size < 8 * state.grid.storageCount)
    let file = try CheckpointFile(path)
    let back = try file.allocate()
    try file.read(file.header.entries[0], into: back, field: 0)
    #expect(back.values(0) == state.values(0))
  }

  /// A sample of the bits of a small file, or all of them with `ONCOFIELD_BIT_FLIPS=all`: each flip is found, or changes
  /// nothing.
  @Test func noFlippedBitIsReadAsDataAndNoneCrashes() throws {
    let directory = try TemporaryDirectory()
    let state = try exampleFields([12, 6])
    let path = try example(state).write(to: directory.path)
    let whole = try Data(contentsOf: URL(fileURLWithPath: path))
    var (refused, harmless) = (0, 0)
    let all = 0..<whole.count * 8
    let isComplete = ProcessInfo.processInfo.environment["ONCOFIELD_BIT_FLIPS"] == "all"
    for bit in isComplete ? Array(all) : (0..<1500).map({ ($0 &* 7919 &* 104_729) % all.count }) {
      var damaged = whole
      damaged[bit / 8] ^= 1 << UInt8(bit % 8)
      let target = directory.path + "/damaged.h5"
      try damaged.write(to: URL(fileURLWithPath: target))
      switch CheckpointFile.verified(target) {
      case .failure: refused += 1
      case .success(let file):
        harmless += 1
        #expect(file.header.step == 1200 && file.header.time == 12.5 && file.header.texts["memory"] == "{}")
        let back = try file.allocate(2)
        for (index, entry) in file.header.fields(of: "fields").enumerated() {
          try file.read(entry, into: back, field: index)
        }
        for field in 0..<2 { #expect(back.values(field) == state.values(field)) }
      }
    }
    print("\(refused) flips refused, \(harmless) without effect")
    #expect(refused > 500)
  }

  @Test func truncatedAndOverwrittenFilesAreRefused() throws {
    let directory = try TemporaryDirectory()
    let path = try example(exampleFields([12, 6])).write(to: directory.path)
    let whole = try Data(contentsOf: URL(fileURLWithPath: path))
    let target = directory.path + "/damaged.h5"
    for share in [0, 1, 10, 50, 90, 99] {
      try whole.prefix(whole.count * share / 100).write(to: URL(fileURLWithPath: target))
      #expect(throws: StorageError.self) { try CheckpointFile.verified(target).get() }
    }
    for start in stride(from: 0, to: whole.count - 512, by: 512) {
      var damaged = whole
      damaged.replaceSubrange(start..<start + 512, with: [UInt8](repeating: 0xFF, count: 512))
      try damaged.write(to: URL(fileURLWithPath: target))
      if case .success(let file) = CheckpointFile.verified(target) { #expect(file.header.step == 1200) }
    }
  }

  @Test func aDirectoryThatCannotBeWrittenToLeavesNothingBehind() throws {
    let checkpoint = try example(exampleFields([4]))
    #expect(throws: StorageError.self) { try checkpoint.write(to: "/proc/nothing-here") }
  }
}
