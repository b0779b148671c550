import Fields

/// `fields.xdmf`: tells ParaView and VisIt of any age where the frames lie in `fields.h5`.
struct XDMFFile {
  let series: String
  let grid: Grid
  let fields: [FieldDescription]

  private var path: String { series.hasSuffix(".h5") ? series.dropLast(3) + ".xdmf" : series + ".xdmf" }
  private var seriesName: String { String(series.split(separator: "/").last ?? "") }

  /// - Parameter scales: sizes of the domain relative to that of the grid.
  func write(times: [Double], scales: [Double]) throws(StorageError) {
    var text = """
      <?xml version="1.0"?>
      <Xdmf Version="3.0">
        <Domain>
          <Grid Name="series" GridType="Collection" CollectionType="Temporal">

      """
    for (frame, (time, scale)) in zip(times, scales).enumerated() {
      text += describe(grid.scaled(by: scale), frame: frame, time: time)
    }
    text += "    </Grid>\n  </Domain>\n</Xdmf>\n"
    try AtomicFile.write(text, to: path)
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
    let shape = grid.frameShape.map(String.init).joined(separator: " ")
    for field in fields {
      text += """
                <Attribute Name="\(field.name)" AttributeType="Scalar" Center="Cell">
                  <DataItem Dimensions="\(shape)" NumberType="Float" Precision="8" Format="HDF">\(seriesName):/\(FieldSeriesLayout.group(frame))/\(field.name)</DataItem>
                </Attribute>

        """
    }
    return text + "      </Grid>\n"
  }
}
