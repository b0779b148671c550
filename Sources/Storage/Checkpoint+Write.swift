import Fields
import Glibc

extension Checkpoint {
  /// Writes the checkpoint into a directory, under the name of its step.
  ///
  /// Temporary name → close → read back and compare hashes → on the disk → final name → name on the disk. If anything
  /// fails the temporary file is removed, and the files that were there are as they were.
  ///
  /// - Parameter state: the set that gives the grid.
  /// - Returns: the path.
  @discardableResult
  package func write(to directory: String) throws(StorageError) -> String {
    let path = directory + "/" + Checkpoint.fileName(step: step)
    let temporary = path + AtomicFile.temporarySuffix
    unlink(temporary)
    do throws(HDF5Error) {
      try writeFile(temporary)
    } catch {
      unlink(temporary)
      throw StorageError(path, "cannot be written: \(error.message)", code: error.code)
    }
    do throws(StorageError) {
      try verify(temporary, as: path)
      try AtomicFile.synchronize(temporary)
    } catch {
      unlink(temporary)
      throw error
    }
    try AtomicFile.publish(temporary, as: path)
    return path
  }

  private func writeFile(_ path: String) throws(HDF5Error) {
    let grid = groups[0].values.grid
    let file = try HDF5File(creating: path, .checked)
    let manifest = CheckpointManifest(self, grid: grid).text
    try file.writeText(manifest, to: "manifest")
    try file.setAttribute("hash", of: "manifest", to: ContentHash.of(manifest))
    try file.setAttribute(FileFormat.attribute, to: FileFormat.checkpoint.text)
    try file.setAttribute("Conventions", to: "CF-1.10")
    try file.setAttribute("step", to: step)
    try file.setAttribute("time", to: time)
    try file.createGroup("texts")
    for (key, text) in texts.sorted(by: { $0.key < $1.key }) { try file.writeText(text, to: "texts/\(key)") }
    let scales = try CoordinateScales.write(groups[0].values.gridInSpace, unit: lengthUnit, to: file)
    for group in groups {
      try file.createGroup(group.name)
      for (index, field) in group.fields.enumerated() {
        let name = "\(group.name)/\(field.name)"
        let dataset = try file.createDataset(
          name, type: .double, shape: grid.storageShape, chunk: grid.chunkShape)
        try dataset.write(group.values, field: index)
        if group.hasScales { try scales.attach(to: dataset, in: file) }
        try dataset.close()
        try field.annotate(name, in: file)
      }
    }
    try file.close()
  }

  /// Reads the file that was just written and compares what it holds with what should be in it.
  private func verify(_ temporary: String, as path: String) throws(StorageError) {
    do throws(StorageError) {
      let reader = try CheckpointFile(temporary)
      let check = try reader.allocate()
      for entry in reader.header.entries { try reader.read(entry, into: check, field: 0) }
    } catch {
      throw StorageError(path, "does not read back as it was written: \(error.problem)")
    }
  }
}

extension Grid {
  /// Chunks of at most 1 MiB: whole rows and planes, as many as fit.
  var chunkShape: [Int] {
    var chunk = storageShape
    for index in chunk.indices {
      let rest = chunk[(index + 1)...].reduce(8, *)
      chunk[index] = max(1, min(chunk[index], (1 << 20) / rest))
    }
    return chunk
  }
}
