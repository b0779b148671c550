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
    _ = try broken.commit()
    let reopened = try FieldSeries(opening: other.path + "/fields.h5", grid: state.grid, fields: fields)
    #expect(try reopened.commit() == 4)
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

  /// A writer may be killed after any byte of the journal; what is journaled in full may have been overwritten.
  @Test func aChangeThatBreaksOffAnywhereIsTakenBack() throws {
    let directory = try TemporaryDirectory()
    let state = try exampleFields([5, 4])
    let series = try series(directory, state.grid)
    let (path, journalPath) = (directory.path + "/fields.h5", directory.path + "/fields.h5-journal")
    for time in [0.0, 1, 2] { try series.append(state, time: time) }
    _ = try series.commit()
    #expect(access(journalPath, F_OK) != 0)
    let before = try AtomicFile.read(path)
    try series.append(state, time: 3)
    let (after, journal) = (try AtomicFile.read(path), try AtomicFile.read(journalPath))
    var pages: [(pages: Range<Int>, end: Int)] = []
    var position = 16
    while position < journal.count {
      let numbers = journal[position..<position + 16].withUnsafeBytes { $0.bindMemory(to: UInt64.self).map(Int.init) }
      position += 24 + numbers[1]
      pages.append((numbers[0]..<numbers[0] + numbers[1], position))
    }
    #expect(pages.count > 3)
    #expect(after.starts(with: before) == false, "something that was there is changed")
    for cut in Array(stride(from: 16, to: journal.count, by: 331)) + [journal.count] {
      var file = before
      for page in pages where page.end <= cut { file.replaceSubrange(page.pages, with: after[page.pages]) }
      if cut % 2 == 0 { file += after[before.count...] }
      if cut == journal.count { file = after }
      try AtomicFile.write(file, to: path)
      try AtomicFile.write(Array(journal[..<cut]), to: journalPath)
      let reopened = try FieldSeries(opening: path, grid: state.grid, fields: fields)
      #expect(try AtomicFile.read(path) == before)
      #expect(try reopened.commit() == 3)
      #expect(access(journalPath, F_OK) != 0)
    }
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
