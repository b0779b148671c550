import Documents
import Fields

/// The list of all that a checkpoint holds, with hashes, as JSON.
struct CheckpointManifest {
  let step: Int
  let time: Double
  let timeUnit: String?
  let lengthUnit: String?
  let grid: Grid
  /// Hashes of the texts.
  let texts: [String: String]
  let entries: [CheckpointHeader.Entry]

  var text: String {
    JSONText.object([
      "format": .integer(FileFormat.checkpoint.version),
      "step": .integer(step),
      "time": .number(time),
      "time_unit": timeUnit.map(JSONText.string),
      "length_unit": lengthUnit.map(JSONText.string),
      "axes": .array(
        grid.axes.map {
          .object([
            "name": .string($0.name), "origin": .number($0.origin), "length": .number($0.length),
            "points": .integer($0.points), "geometry": .string($0.geometry.rawValue),
          ])
        }),
      "texts": .object(texts.sorted { $0.key < $1.key }.map { .init($0.key, .string($0.value)) }),
      "fields": .array(
        entries.map {
          .object([
            "group": .string($0.group), "name": .string($0.field.name), "title": $0.field.title.map(JSONText.string),
            "unit": $0.field.unit.map(JSONText.string), "hash": .string($0.hash),
          ])
        }),
    ]).pretty
  }

  /// Reads a manifest, trusting nothing in it.
  init(_ text: String, path: String) throws(StorageError) {
    func damage(_ problem: String) -> StorageError {
      StorageError(path, "is damaged: \(problem)", isDamage: true)
    }
    guard let root = try? JSONNode.parse(SourceText(name: path, text: text)) else {
      throw damage("its manifest cannot be read")
    }
    guard let format = root["format"]?.integer else { throw damage("its manifest has no format") }
    try FileFormat.checkpoint.require(format, of: path)
    let axes = (root["axes"]?.array ?? []).compactMap { node -> Axis? in
      guard let name = node["name"]?.string, let origin = node["origin"]?.number,
        let length = node["length"]?.number, length > 0, let points = node["points"]?.integer, points > 0,
        let geometry = Axis.Geometry(rawValue: node["geometry"]?.string ?? Axis.Geometry.cartesian.rawValue)
      else { return nil }
      return Axis(name: name, origin: origin, length: length, points: points, geometry: geometry)
    }
    guard let step = root["step"]?.integer, let time = root["time"]?.number, (1...3).contains(axes.count),
      Grid.axisNames(axes[0].geometry, count: axes.count) == axes.map(\.name),
      axes.reduce(1.0, { $0 * Double($1.points) }) <= 0x1p40
    else { throw damage("its manifest is incomplete") }
    self.step = step
    self.time = time
    timeUnit = root["time_unit"]?.string
    lengthUnit = root["length_unit"]?.string
    grid = Grid(axes: axes)
    texts = Dictionary(
      (root["texts"]?.members ?? []).compactMap { member in member.value.string.map { (member.key, $0) } },
      uniquingKeysWith: { first, _ in first })
    entries = (root["fields"]?.array ?? []).compactMap { node in
      guard let group = node["group"]?.string, let name = node["name"]?.string, let hash = node["hash"]?.string else {
        return nil
      }
      return .init(
        group: group, field: FieldDescription(name: name, title: node["title"]?.string, unit: node["unit"]?.string),
        hash: hash)
    }
  }

  init(_ checkpoint: Checkpoint, grid: Grid) {
    step = checkpoint.step
    time = checkpoint.time
    timeUnit = checkpoint.timeUnit
    lengthUnit = checkpoint.lengthUnit
    self.grid = grid
    texts = checkpoint.texts.mapValues(ContentHash.of)
    entries = checkpoint.groups.flatMap { group in
      group.fields.enumerated().map { index, field in
        .init(group: group.name, field: field, hash: ContentHash.of(group.values, field: index))
      }
    }
  }
}
