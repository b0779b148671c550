import ArrayFiles
import Configuration
import Documents
import Expressions
import Foundation
import Storage

/// What reads something that others have written.
enum Reader: String, CaseIterable {
  case json, runFile = "run-file", expression, npy, png, tiff, hdf5, checkpoint

  var words: [String] {
    switch self {
    case .json, .runFile: Mutator.wordsOfRunFiles
    case .expression: Mutator.wordsOfExpressions
    case .npy, .png, .tiff, .hdf5, .checkpoint: []
    }
  }

  /// The HDF5 library keeps something from one damaged file to the next: each is read in a process of its own.
  var isIsolated: Bool { self == .hdf5 || self == .checkpoint }

  /// By which the program knows what is in a file.
  private var suffix: String { self == .tiff ? "tif" : isIsolated ? "h5" : rawValue }

  /// In memory; the same in copies of the process.
  var path: String { "/dev/shm/oncofield-fuzz-\(Reader.process).\(suffix)" }
  private static let process = getpid()

  /// Pieces of a seed file that are inputs by themselves.
  func inputs(in bytes: [UInt8]) -> [[UInt8]] {
    self == .expression ? bytes.split(separator: UInt8(ascii: "\n")).map(Array.init) : [bytes]
  }

  /// Reads an input.
  ///
  /// - Returns: whether it was taken for a good one.
  /// - Throws: `Defect` where something is wrong with the reader.
  func accepts(_ bytes: [UInt8]) throws -> Bool {
    switch self {
    case .json:
      do {
        let text = JSONText(try JSONNode.parse(SourceText(name: "input", bytes: bytes))).pretty
        guard (try? JSONNode.parse(SourceText(name: "output", text: text))).map({ JSONText($0).pretty }) == text else {
          throw Defect(what: "what it wrote does not read back: \(text)")
        }
        return true
      } catch let problems as Diagnostics {
        return try refused(problems.description)
      }
    case .runFile:
      do {
        let configuration = try RunConfiguration(SourceText(name: "input", bytes: bytes))
        let text = configuration.resolved(chosen: nil).pretty
        do {
          let again = try RunConfiguration(SourceText(name: "resolved", text: text)).resolved(chosen: nil).pretty
          guard again == text else { throw Defect(what: "it resolves to something else each time: \(text)\n\(again)") }
        } catch let problems as Diagnostics {
          throw Defect(what: "its resolved form does not read back: \(problems)\n\(text)")
        }
        return true
      } catch let problems as Diagnostics {
        return try refused(problems.description)
      }
    case .expression:
      let text = String(decoding: bytes, as: UTF8.self)
      do {
        let read = try Expressions.Expression(text, in: Reader.scope)
        // Random numbers are counted in the text, also those that are multiplied by 0.
        let isRandom = read.symbols.contains {
          if case .normal = $0 { true } else if case .random = $0 { true } else { false }
        }
        guard try isRandom || Expressions.Expression(read.description, in: Reader.scope) == read else {
          throw Defect(what: "\(read) reads back as something else")
        }
        return true
      } catch let problem as ExpressionProblems {
        return try refused(problem.items.map { "\($0)" }.joined())
      }
    case .npy, .png, .tiff, .hdf5:
      do {
        try write(bytes)
        let array = try ArrayFile.read(path, allowsMissing: true)
        let upright = try array.oriented(along: ["y", "x"])
        for dimension in upright.dimensions { _ = try dimension.extent() }
        return try upright.tissue(scale: 1).values.count == array.values.count
      } catch let problem as ArrayFileError {
        return try refused("\(problem)")
      }
    case .checkpoint:
      try write(bytes)
      switch CheckpointFile.verified(path) {
      case .success: return true
      case .failure(let problem): return try refused("\(problem)")
      }
    }
  }

  /// How many inputs would have ended the program, had they not been read in a copy of it.
  nonisolated(unsafe) private(set) static var caught = 0

  private func refused(_ sentence: String) throws -> Bool {
    guard !sentence.isEmpty else { throw Defect(what: "it was refused without a word") }
    if sentence.contains("that crashes the program") || sentence.contains("there is no end to it") {
      Reader.caught += 1
    }
    return false
  }

  private func write(_ bytes: [UInt8]) throws {
    guard FileManager.default.createFile(atPath: path, contents: Data(bytes)) else {
      throw Defect(what: "\(path) cannot be written")
    }
  }

  private static let scope = Scope(
    fields: ["u", "v", "w"], parameters: ["a", "b", "k"], coordinates: ["x", "y"], functions: [:],
    allows: [.fields, .position, .time, .functionals, .random])
}

/// A reader is at fault.
struct Defect: Error {
  let what: String
}
