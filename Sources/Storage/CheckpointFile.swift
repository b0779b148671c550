import Fields
import Glibc

/// A checkpoint file open for reading.
///
/// Nothing in it is trusted: names, kinds, sizes and hashes are checked before values
/// are used, and nothing is read that does not lie in the file itself.
package final class CheckpointFile {
  package let path: String
  package let header: CheckpointHeader
  private let file: HDF5File

  private static let textLimit = 64 << 20

  /// Opens a file and reads all but the field values.
  package init(_ path: String) throws(StorageError) {
    self.path = path
    guard access(path, R_OK) == 0 else { throw StorageError(system: path, "cannot be opened") }
    do throws(HDF5Error) {
      file = try HDF5File(opening: path)
    } catch {
      throw StorageError(path, "is not a readable HDF5 file: \(error.message)", isDamage: true)
    }
    header = try CheckpointFile.readHeader(file, path)
    var status = stat()
    // In the file there is nothing between rows.
    let bytes = header.grid.storageShape.reduce((8, false)) { size, count in
      let (product, overflows) = size.0.multipliedReportingOverflow(by: count)
      return (product, size.1 || overflows)
    }
    guard header.entries.isEmpty || !bytes.1 && stat(path, &status) == 0 && bytes.0 <= status.st_size
    else { throw CheckpointFile.damage(path, "it is too short for the values of its grid") }
  }

  private static func damage(_ path: String, _ problem: String) -> StorageError {
    StorageError(path, "is damaged: \(problem)", isDamage: true)
  }

  private static func readHeader(_ file: HDF5File, _ path: String) throws(StorageError) -> CheckpointHeader {
    do {
      guard try file.has("manifest"), let text = try self.text("manifest", file) else {
        throw HDF5Error(message: "it has no manifest, so it is not a checkpoint")
      }
      guard try file.textAttribute("hash", of: "manifest") == ContentHash.of(text) else {
        throw HDF5Error(message: "the hash of its manifest differs")
      }
      return try header(CheckpointManifest(text, path: path), file)
    } catch let error as HDF5Error {
      throw damage(path, error.message)
    } catch let error as StorageError {
      throw error
    } catch {
      throw damage(path, "\(error)")
    }
  }

  private static func header(_ manifest: CheckpointManifest, _ file: HDF5File) throws -> CheckpointHeader {
    var texts: [String: String] = [:]
    for (key, hash) in manifest.texts {
      guard isName(key), let text = try text("texts/\(key)", file), ContentHash.of(text) == hash else {
        throw HDF5Error(message: "the text \(key) is missing or its hash differs")
      }
      texts[key] = text
    }
    for entry in manifest.entries
    where !(isName(entry.field.name) && entry.group.split(separator: "/").allSatisfy { isName(String($0)) }) {
      throw HDF5Error(message: "a field has no proper name")
    }
    return CheckpointHeader(
      step: manifest.step, time: manifest.time, timeUnit: manifest.timeUnit, lengthUnit: manifest.lengthUnit,
      grid: manifest.grid, texts: texts, entries: manifest.entries)
  }

  /// A name that leads nowhere but to itself.
  private static func isName(_ name: String) -> Bool {
    !name.isEmpty && !name.contains("/") && name != "." && name != ".."
  }

  private static func text(_ name: String, _ file: HDF5File) throws(HDF5Error) -> String? {
    guard try file.isHardLink(name) else { return nil }
    return try file.openDataset(name).readText(limit: textLimit)
  }

  /// A set for one field on the checkpoint's grid.
  package func allocate(_ count: Int = 1) throws(StorageError) -> FieldSet {
    do throws(FieldAllocationError) {
      return try FieldSet(grid: header.grid, count: count)
    } catch {
      throw StorageError(path, "needs \(error.bytes) bytes of memory for its fields, more than there are")
    }
  }

  /// Reads a field and compares its hash.
  package func read(_ entry: CheckpointHeader.Entry, into set: FieldSet, field: Int) throws(StorageError) {
    do throws(HDF5Error) {
      guard try file.isHardLink(entry.group), try file.isHardLink(entry.path) else {
        throw HDF5Error(message: "\(entry.path) leads elsewhere")
      }
      let dataset = try file.openDataset(entry.path)
      guard try dataset.isPlainDoubles(), try dataset.shape() == header.grid.storageShape else {
        throw HDF5Error(message: "\(entry.path) is not an array of numbers of the shape of the grid")
      }
      try dataset.read(into: set, field: field)
    } catch {
      throw CheckpointFile.damage(path, error.message)
    }
    guard ContentHash.of(set, field: field) == entry.hash else {
      throw CheckpointFile.damage(path, "the hash of \(entry.path) differs")
    }
  }

  /// A checkpoint whose values have all been read and found to be what was written, or what is wrong with it.
  package static func verified(_ path: String) -> Result<CheckpointFile, StorageError> {
    Result { () throws(StorageError) in
      try rehearsed(path) { () throws(StorageError) in
        let file = try CheckpointFile(path)
        let scratch = try file.allocate()
        for entry in file.header.entries { try file.read(entry, into: scratch, field: 0) }
        return file
      }
    }
  }
}
