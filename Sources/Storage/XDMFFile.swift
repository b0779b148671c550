import Fields
import Glibc

/// `fields.xdmf`: tells ParaView and VisIt of any age where the frames lie in `fields.h5`.
///
/// A frame is added in place of the end of the file, so that it costs the same however many there are. Where this
/// breaks off, the file is written again when the run is resumed.
struct XDMFFile {
  private let series: String
  private let path: String
  private let grid: Grid
  private let fields: [FieldDescription]
  /// Bytes up to the end of the last frame; 0 if this process has not written the file yet.
  private var length = 0

  private static let start = """
    <?xml version="1.0"?>
    <Xdmf Version="3.0">
      <Domain>
        <Grid Name="series" GridType="Collection" CollectionType="Temporal">

    """
  private static let end = "    </Grid>\n  </Domain>\n</Xdmf>\n"

  init(series path: String, grid: Grid, fields: [FieldDescription]) {
    series = String(path.split(separator: "/").last ?? "")
    self.path = FieldSeries.base(path) + ".xdmf"
    self.grid = grid
    self.fields = fields
  }

  /// Writes the whole file, which is either the old or the new one whatever happens meanwhile.
  ///
  /// - Parameter scales: sizes of the domain relative to that of the grid.
  mutating func write(times: [Double], scales: [Double]) throws(StorageError) {
    var text = XDMFFile.start
    for (frame, (time, scale)) in zip(times, scales).enumerated() {
      text += describe(grid.scaled(by: scale), frame: frame, time: time)
    }
    try AtomicFile.write(text + XDMFFile.end, to: path)
    length = text.utf8.count
  }

  /// Adds the frames from one on.
  mutating func append(from first: Int, times: [Double], scales: [Double]) throws(StorageError) {
    let file = open(path, O_WRONLY | O_NOFOLLOW | O_CLOEXEC)
    defer { if file >= 0 { close(file) } }
    var status = stat()
    let isOurs = file >= 0 && fstat(file, &status) == 0 && Int(status.st_size) == length + XDMFFile.end.utf8.count
    guard length > 0, isOurs else { return try write(times: times, scales: scales) }
    var text = ""
    for frame in first..<times.count {
      text += describe(grid.scaled(by: scales[frame]), frame: frame, time: times[frame])
    }
    try AtomicFile.writeAll(Array((text + XDMFFile.end).utf8), to: file, at: UInt64(length), path: path)
    length += text.utf8.count
  }

  /// Makes sure that what was added is on the disk.
  func synchronize() throws(StorageError) {
    if length > 0 { try AtomicFile.synchronize(path) }
  }

  /// Values belong to cells between `n + 1` nodes; all lists begin with z.
  ///
  /// The mesh always has three axes, because readers lay meshes of two into different planes, and fail on flat ones: along
  /// axes that the grid has not it is one cell thick.
  private func describe(_ grid: Grid, frame: Int, time: Double) -> String {
    let missing = ["y", "z"].suffix(3 - grid.axes.count)
    let axes = grid.axes + missing.map { Axis(name: $0, length: grid.axes[0].spacing, points: 1) }
    func list(_ number: (Axis) -> String) -> String { axes.reversed().map(number).joined(separator: " ") }
    let nodes = list { "\($0.points + 1)" }
    let origin = list { "\($0.origin)" }
    let spacing = list { "\($0.spacing)" }
    var text = """
            <Grid Name="frame \(frame)" GridType="Uniform">
              <Time Value="\(time)"/>
              <Topology TopologyType="3DCoRectMesh" Dimensions="\(nodes)"/>
              <Geometry GeometryType="ORIGIN_DXDYDZ">
                <DataItem Dimensions="3" NumberType="Float" Precision="8" Format="XML">\(origin)</DataItem>
                <DataItem Dimensions="3" NumberType="Float" Precision="8" Format="XML">\(spacing)</DataItem>
              </Geometry>

      """
    for field in fields { text += describe(field, shape: list { "\($0.points)" }, frame: frame) }
    return text + "      </Grid>\n"
  }

  /// The part of a series that is one frame of a field.
  ///
  /// It stands there twice, since no single way of saying it is understood by both libraries that read XDMF. For the
  /// second version (ParaView's "XDMF Reader", VisIt) the `DataItem` is a hyperslab of the inner one; it does not look
  /// at the text. The third ("Xdmf3 Reader") reads no hyperslabs of attributes; it knows the word only as `HyperSlab`,
  /// and so takes the text: dataset, start, stride, count, and shape of the whole.
  private func describe(_ field: FieldDescription, shape: String, frame: Int) -> String {
    let inSpace = grid.storageShape
    func list(_ first: Int, _ others: [Int]) -> String { ([first] + others).map(String.init).joined(separator: " ") }
    let start = list(frame, inSpace.map { _ in 0 })
    let stride = list(1, inSpace.map { _ in 1 })
    let count = list(1, inSpace)
    let whole = list(frame + 1, inSpace)
    let dataset = "\(series):/\(field.name)"
    return """
              <Attribute Name="\(field.name)" AttributeType="Scalar" Center="Cell">
                <DataItem ItemType="Hyperslab" Dimensions="\(shape)" NumberType="Float" Precision="8" Format="HDF">\(dataset)|\(start):\(stride):\(count):\(whole)
                  <DataItem Dimensions="3 \(inSpace.count + 1)" NumberType="Int" Format="XML">\(start) \(stride) \(count)</DataItem>
                  <DataItem Dimensions="\(whole)" NumberType="Float" Precision="8" Format="HDF">\(dataset)</DataItem>
                </DataItem>
              </Attribute>

      """
  }
}
