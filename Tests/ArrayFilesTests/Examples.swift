import ArrayFiles
import Foundation
import Testing

final class TemporaryDirectory {
  let path: String

  init() throws {
    path = NSTemporaryDirectory() + "oncofield-" + UUID().uuidString
    try FileManager.default.createDirectory(atPath: path, withIntermediateDirectories: true)
  }

  deinit { try? FileManager.default.removeItem(atPath: path) }

  /// Reads bytes as a file.
  func read(_ bytes: [UInt8], dataset: String? = nil) throws -> StoredArray {
    let file = path + "/file"
    try Data(bytes).write(to: URL(fileURLWithPath: file))
    return try ArrayFile.read(file, dataset: dataset)
  }
}

func read(_ bytes: [UInt8]) throws -> StoredArray { try TemporaryDirectory().read(bytes) }

/// The sentence of the error that reading ends with.
func problem(_ bytes: [UInt8]) throws -> String {
  let error = #expect(throws: ArrayFileError.self) { try read(bytes) }
  return error?.description ?? "none"
}

extension FixedWidthInteger {
  /// The bytes of a number.
  func bytes(big: Bool = false) -> [UInt8] {
    withUnsafeBytes(of: big ? bigEndian : littleEndian) { Array($0) }
  }
}

/// An NPY file made by hand.
func npy(
  _ type: String, _ shape: String, _ body: [UInt8], fortran: String = "False", version: UInt8 = 1
) -> [UInt8] {
  npy(header: "{'descr': '\(type)', 'fortran_order': \(fortran), 'shape': \(shape), }\n", body, version: version)
}

func npy(header: String, _ body: [UInt8], version: UInt8 = 1) -> [UInt8] {
  let length = version == 1 ? UInt16(header.utf8.count).bytes() : UInt32(header.utf8.count).bytes()
  return [0x93] + Array("NUMPY".utf8) + [version, 0] + length + Array(header.utf8) + body
}

/// A TIFF file made by hand, without compression: a stack of pictures, in one strip each or in tiles.
struct TIFF {
  var big: Bool
  var (width, height) = (2, 2)
  var (bits, samples, format, photometric) = (8, 1, 1, 1)
  var pages: [[UInt8]]
  /// Entries that replace others or come on top.
  var entries: [Int: Int] = [:]

  init(big: Bool = false, pages: [[UInt8]] = [[0, 51, 102, 255]]) {
    self.big = big
    self.pages = pages
  }

  var bytes: [UInt8] {
    var file: [UInt8] = (big ? [0x4D, 0x4D] : [0x49, 0x49]) + UInt16(42).bytes(big: big) + UInt32(8).bytes(big: big)
    for (index, page) in pages.enumerated() {
      var tags = [
        256: width, 257: height, 258: bits, 259: 1, 262: photometric, 273: 0, 277: samples, 278: height,
        279: page.count, 339: format,
      ]
      tags.merge(entries) { $1 }
      let isTiled = tags[322] != nil
      // Three samples and more say nothing of their format: whole numbers without sign.
      for tag in (isTiled ? [273, 278, 279] : []) + (samples > 2 ? [339] : []) { tags[tag] = nil }
      if isTiled { (tags[324], tags[325]) = (0, page.count) }
      let start = file.count + 2 + 12 * tags.count + 4 + 2 * samples
      tags[isTiled ? 324 : 273] = start
      file += UInt16(tags.count).bytes(big: big)
      for (tag, value) in tags.sorted(by: { $0.key < $1.key }) {
        let isPerSample = tag == 258 || tag == 339
        let isLong = [256, 257, 273, 278, 279, 324, 325].contains(tag)
        file += UInt16(tag).bytes(big: big) + UInt16(isLong ? 4 : 3).bytes(big: big)
        file += UInt32(isPerSample ? samples : 1).bytes(big: big)
        if isLong {
          file += UInt32(value).bytes(big: big)
        } else if isPerSample && samples > 2 {
          file += UInt32(start - 2 * samples).bytes(big: big)
        } else {
          file += UInt16(value).bytes(big: big) + UInt16(isPerSample && samples == 2 ? value : 0).bytes(big: big)
        }
      }
      let next = index + 1 < pages.count ? start + page.count : 0
      file += UInt32(next).bytes(big: big)
      for _ in 0..<samples { file += UInt16(bits).bytes(big: big) }
      file += page
    }
    return file
  }
}
