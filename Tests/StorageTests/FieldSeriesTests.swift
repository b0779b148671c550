import Fields
import Foundation
import Storage
import Testing

@Suite struct FieldSeriesTests {
  private let fields = [FieldDescription(name: "T", unit: "cells"), FieldDescription(name: "E")]

  private func series(_ directory: TemporaryDirectory, _ grid: Grid) throws -> FieldSeries {
    try FieldSeries(
      creating: directory.path + "/fields.h5", grid: grid, fields: fields, title: "test", lengthUnit: "mm",
      timeUnit: "day")
  }

  @Test(arguments: [[129], [7, 5], [5, 4, 3]])
  func framesComeBackBitForBit(points: [Int]) throws {
    let directory = try TemporaryDirectory()
    let state = try exampleFields(points)
    let series = try series(directory, state.grid)
    for time in [0, 1.5, 4] { try series.append(state, time: time) }
    let file = try FieldFile(directory.path)
    #expect(file.times == [0, 1.5, 4])
    #expect(file.fields == ["E", "T"])
    for (index, name) in ["T", "E"].enumerated() {
      #expect(try file.values(name, frame: 2) == state.values(index))
    }
  }

  @Test func aSeriesThatWasCutBackGoesOnAsIfNothingHadBeen() throws {
    let (one, other) = (try TemporaryDirectory(), try TemporaryDirectory())
    let state = try exampleFields([9, 4])
    let whole = try series(one, state.grid)
    for time in 0..<5 { try whole.append(state, time: Double(time)) }
    let broken = try series(other, state.grid)
    for time in [0.0, 1, 2, 77] { try broken.append(state, time: time) }
    try broken.commit()
    let reopened = try FieldSeries(opening: other.path + "/fields.h5", grid: state.grid, fields: fields)
    #expect(reopened.extent == 4)
    try reopened.cutBack(to: 2)
    for time in 2..<5 { try reopened.append(state, time: Double(time)) }
    let (a, b) = (try FieldFile(one.path), try FieldFile(other.path))
    #expect(a.times == b.times)
    #expect(try a.values("T", frame: 4) == b.values("T", frame: 4))
    #expect(
      try String(contentsOfFile: one.path + "/fields.xdmf", encoding: .utf8)
        == String(contentsOfFile: other.path + "/fields.xdmf", encoding: .utf8))
  }

  @Test func framesAreAddedToTheXDMFFileAndAFileThatIsNotOursIsReplaced() throws {
    let directory = try TemporaryDirectory()
    let state = try exampleFields([9, 4])
    let series = try series(directory, state.grid)
    let path = directory.path + "/fields.xdmf"
    func frames() throws -> Int {
      try String(contentsOfFile: path, encoding: .utf8).components(separatedBy: "<Grid Name=\"frame").count - 1
    }
    for time in [0.0, 1, 2] { try series.append(state, time: time) }
    let three = try AtomicFile.read(path)
    try AtomicFile.write("somebody's", to: path)
    try series.append(state, time: 3)
    #expect(try frames() == 4)
    unlink(path)
    try series.append(state, time: 4)
    #expect(try frames() == 5)
    let five = try AtomicFile.read(path)
    try series.append(state, time: 5)
    let tail = "    </Grid>\n  </Domain>\n</Xdmf>\n".utf8.count
    #expect(try AtomicFile.read(path).starts(with: five.dropLast(tail)))
    try series.cutBack(to: 3)
    #expect(try AtomicFile.read(path) == three)
  }

  /// A writer may be killed after any of the pages that it overwrites, and also while the file is brought back.
  @Test func aChangeThatBreaksOffAnywhereIsTakenBack() throws {
    let directory = try TemporaryDirectory()
    let state = try exampleFields([5, 4])
    let series = try series(directory, state.grid)
    let (path, journalPath) = (directory.path + "/fields.h5", directory.path + "/fields.h5-journal")
    for time in [0.0, 1, 2] { try series.append(state, time: time) }
    let before = try AtomicFile.read(path)
    try series.append(state, time: 3)
    let after = try AtomicFile.read(path)
    #expect(access(journalPath, F_OK) != 0)
    let pages = stride(from: 0, to: before.count, by: 4096).map { $0..<min($0 + 4096, before.count) }
      .filter { before[$0] != after[$0] }
    #expect(pages.count > 2)
    for count in 0...pages.count {
      var file = before
      for page in pages.prefix(count) { file.replaceSubrange(page, with: after[page]) }
      if count % 2 == 0 { file += after[before.count...] }
      try AtomicFile.write(file, to: path)
      try ChangeJournal.write(
        of: path, length: UInt64(before.count), pages: pages.map { (UInt64($0.lowerBound), Array(before[$0])) })
      let reopened = try FieldSeries(opening: path, grid: state.grid, fields: fields)
      #expect(try AtomicFile.read(path) == before)
      #expect(reopened.extent == 3)
      #expect(access(journalPath, F_OK) != 0)
    }
  }

  @Test func locksOfReadersKeepNobodyOut() throws {
    let directory = try TemporaryDirectory()
    let state = try exampleFields([5, 4])
    let series = try series(directory, state.grid)
    let reader = open(series.path, O_RDONLY)
    defer { close(reader) }
    #expect(flock(reader, LOCK_SH | LOCK_NB) == 0)
    try series.append(state, time: 0)
    #expect(try FieldFile(series.path).times == [0])
  }

  @Test func framesThatCannotBeWrittenWaitAndAreWrittenLater() throws {
    let (one, other) = (try TemporaryDirectory(), try TemporaryDirectory())
    let state = try exampleFields([9, 4])
    let (series, whole) = (try series(one, state.grid), try series(other, state.grid))
    for time in 0..<5 { try whole.append(state, time: Double(time)) }
    try series.append(state, time: 0)
    // Another program that writes has a lock of its own.
    let writer = open(series.path, O_RDWR)
    #expect(flock(writer, LOCK_EX | LOCK_NB) == 0)
    #expect { try series.append(state, time: 1) } throws: { ($0 as? StorageError)?.code == EWOULDBLOCK }
    #expect(series.extent == 1)
    #expect(series.unwritten.map(\.time) == [1])
    close(writer)
    try series.append(state, time: 2)
    // The file is away for a while.
    let bytes = try AtomicFile.read(series.path)
    #expect(rename(series.path, series.path + "-away") == 0)
    #expect { try series.append(state, time: 3) } throws: { ($0 as? StorageError)?.code == ENOENT }
    // Another of its name is not it.
    try AtomicFile.write(bytes, to: series.path)
    #expect(throws: StorageError.self) { try series.settle() }
    #expect(try AtomicFile.read(series.path) == bytes)
    #expect(rename(series.path + "-away", series.path) == 0)
    try series.append(state, time: 4)
    #expect(series.unwritten.isEmpty)
    let (a, b) = (try FieldFile(one.path), try FieldFile(other.path))
    #expect(a.times == b.times)
    for frame in 0..<5 { #expect(try a.values("T", frame: frame) == b.values("T", frame: frame)) }
    #expect(try AtomicFile.read(one.path + "/fields.xdmf") == AtomicFile.read(other.path + "/fields.xdmf"))
  }

  @Test func fewerFramesThanACheckpointCountedAreAnError() throws {
    let directory = try TemporaryDirectory()
    let state = try exampleFields([4])
    let series = try series(directory, state.grid)
    try series.append(state, time: 0)
    #expect(throws: StorageError.self) { try series.cutBack(to: 3) }
  }
}

@Suite struct RunDirectoryTests {
  @Test func aRunIsNeverOverwrittenUnlessAsked() throws {
    let temporary = try TemporaryDirectory()
    let path = temporary.path + "/runs/one"
    try RunDirectory(path).create(overwrite: false)
    try AtomicFile.write("{}", to: path + "/config.json")
    try AtomicFile.write("mine", to: path + "/notes.txt")
    #expect(throws: StorageError.self) { try RunDirectory(path).create(overwrite: false) }
    try RunDirectory(path).create(overwrite: true)
    #expect(!FileManager.default.fileExists(atPath: path + "/config.json"))
    #expect(FileManager.default.fileExists(atPath: path + "/notes.txt"), "files of others are left alone")
  }

  @Test func aSecondRunInTheSameDirectoryIsRefused() throws {
    let temporary = try TemporaryDirectory()
    let first = RunDirectory(temporary.path)
    try first.create(overwrite: false)
    #expect {
      try RunDirectory(temporary.path).create(overwrite: true)
    } throws: { error in
      "\(error)".contains("is in use by process \(getpid())")
    }
    withExtendedLifetime(first) {}
  }

  @Test func aDirectoryThatIsRemovedIsMadeAgainUnlessAnotherRunHasTakenItsPlace() throws {
    let temporary = try TemporaryDirectory()
    let first = RunDirectory(temporary.path + "/run")
    try first.create(overwrite: false)
    try first.requireLocked()
    try FileManager.default.removeItem(atPath: first.path)
    try first.requireLocked()
    #expect(FileManager.default.fileExists(atPath: first.path(.checkpoints)))
    try FileManager.default.removeItem(atPath: first.path)
    let second = RunDirectory(first.path)
    try second.create(overwrite: false)
    #expect { try first.requireLocked() } throws: { "\($0)".contains("is in use by process \(getpid())") }
    try second.requireLocked()
  }

  @Test func onlyTheNewestCheckpointsAreKept() throws {
    let temporary = try TemporaryDirectory()
    let directory = RunDirectory(temporary.path)
    try directory.create(overwrite: false)
    for step in [5, 40, 300, 2000] {
      try AtomicFile.write("", to: directory.path(.checkpoints) + "/" + Checkpoint.fileName(step: step))
    }
    try AtomicFile.write("", to: directory.path(.checkpoints) + "/12.h5")
    directory.removeCheckpoints(keeping: 2)
    #expect(directory.checkpoints.map(\.step) == [300, 2000])
    try directory.removeCheckpoints(after: 300)
    #expect(directory.checkpoints.map(\.step) == [300])
  }
}
