import Fields

/// `fields.xdmf`: tells ParaView and VisIt of any age where the frames lie in `fields.h5`.
struct XDMFFile {
  let series: String
  let grid: Grid
  let fields: [FieldDescription]

  private var path: String { series.hasSuffix(".h5") ? series.dropLast(3) + ".xdmf" : series + ".xdmf" }
  private var seriesName: String { String(series.split(separator: "/").last ?? "") }

  func write(times: [Double]) throws(StorageError) {
    var text = """
      <?xml version="1.0"?>
      <Xdmf Version="3.0">
        <Domain>
          <Grid Name="series" GridType="Collection" CollectionType="Temporal">

      """
    for (frame, time) in times.enumerated() { text += grid(frame: frame, time: time) }
    text += "    </Grid>\n  </Domain>\n</Xdmf>\n"
    try AtomicFile.write(text, to: path)
  }

  /// Values belong to cells between `n + 1` nodes; all lists begin with the last axis.
  private func grid(frame: Int, time: Double) -> String {
    let isLine = grid.axes.count == 1
    let axes = isLine ? [grid.axes[0], Axis(name: "y", length: grid.axes[0].spacing, points: 1)] : grid.axes
    let nodes = axes.reversed().map { "\($0.points + 1)" }.joined(separator: " ")
    let origin = axes.reversed().map { "\($0.origin)" }.joined(separator: " ")
    let spacing = axes.reversed().map { "\($0.spacing)" }.joined(separator: " ")
    let kind = axes.count == 3 ? ("3DCoRectMesh", "ORIGIN_DXDYDZ") : ("2DCoRectMesh", "ORIGIN_DXDY")
    var text = """
            <Grid Name="frame \(frame)" GridType="Uniform">
              <Time Value="\(time)"/>
              <Topology TopologyType="\(kind.0)" Dimensions="\(nodes)"/>
              <Geometry GeometryType="\(kind.1)">
                <DataItem Dimensions="\(axes.count)" NumberType="Float" Precision="8" Format="XML">\(origin)</DataItem>
                <DataItem Dimensions="\(axes.count)" NumberType="Float" Precision="8" Format="XML">\(spacing)</DataItem>
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
