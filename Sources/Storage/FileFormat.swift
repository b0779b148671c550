/// A format of files that the program writes and reads again, with a version that every file carries.
///
/// A file of a newer version is refused by name; files of all older ones are read.
struct FileFormat {
  let name: String
  /// The one that is written.
  let version: Int

  static let checkpoint = FileFormat(name: "checkpoint", version: 1)
  static let fields = FileFormat(name: "fields", version: 2)

  /// The attribute of a file that says what it is.
  static let attribute = "format"
  var text: String { "Oncofield \(name) \(version)" }

  /// - Parameter found: the version that a file is of.
  func require(_ found: Int, of path: String) throws(StorageError) {
    guard found <= version else {
      throw StorageError(
        path, "is in format \(found), newer than the format \(version) of this program",
        remedy: "use the Oncofield that wrote it, or a newer one")
    }
  }

  /// Refuses an HDF5 file that says that it is of a newer version of one of the formats.
  static func requireKnown(_ path: String) throws(StorageError) {
    var text: String?
    do throws(HDF5Error) {
      let file = try HDF5File(opening: path)
      text = try file.textAttribute(attribute)
      try file.close()
    } catch {
      // The reader of the content reports what is wrong.
      return
    }
    for format in [checkpoint, fields] {
      let start = "Oncofield \(format.name) "
      if let text, text.hasPrefix(start), let found = Int(text.dropFirst(start.count)) {
        try format.require(found, of: path)
      }
    }
  }
}
