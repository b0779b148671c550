import Fields
import Glibc
import Simulations
import Storage

/// `images/`: a picture of all fields for each time, numbered in the order of the times.
package final class FieldPictures: Observer {
  package let name = "images"
  private let directory: String
  private let title: String
  private let fields: [FieldDescription]
  private let lengthUnit: String
  private let timeUnit: String
  private let colormap: Colormap
  private let isMasked: Bool
  private var count = 0

  /// - Parameter isMasked: NaN marks what lies outside the tissue.
  package init(
    _ directory: String, title: String, fields: [FieldDescription], lengthUnit: String?, timeUnit: String?,
    colormap: Colormap, isMasked: Bool
  ) throws(StorageError) {
    self.directory = directory
    self.title = title
    self.fields = fields
    self.lengthUnit = lengthUnit.flatMap { $0 == "1" ? nil : $0 } ?? ""
    self.timeUnit = timeUnit.flatMap { $0 == "1" ? nil : $0 } ?? ""
    self.colormap = colormap
    self.isMasked = isMasked
    guard mkdir(directory, 0o755) == 0 || errno == EEXIST else {
      throw StorageError(directory, "cannot be created: \(String(cString: strerror(errno)))")
    }
  }

  package func observe(_ moment: Moment) -> Writing {
    let (state, time) = (moment.fields.kept(moment.state), moment.time)
    return { try self.draw(state, time: time) }
  }

  private func draw(_ state: FieldSet, time: Double) throws {
    let panels = fields.enumerated().map { index, field in
      FieldPanel(
        title: field.title.map { "\(field.name) · \($0)" } ?? field.name, unit: field.unit ?? "",
        values: state.values(index), colormap: colormap, isMasked: isMasked)
    }
    let figure = FieldFigure(
      title: title, time: "t = \(FieldPictures.text(time)) \(timeUnit)", grid: state.gridInSpace,
      lengthUnit: lengthUnit, panels: panels)
    try AtomicFile.write(figure.pngData(), to: path(count))
    count += 1
  }

  /// To six digits, without an empty fraction.
  private static func text(_ time: Double) -> String {
    let rounded = (time * 1e6).rounded() / 1e6
    return rounded == rounded.rounded() && abs(rounded) < 1e15 ? String(Int(rounded)) : "\(rounded)"
  }

  private func path(_ number: Int) -> String {
    let digits = String(number)
    return "\(directory)/\(String(repeating: "0", count: max(0, 6 - digits.count)))\(digits).png"
  }

  package func commit() -> Int { count }

  package func cutBack(to extent: Int) throws {
    count = extent
    var number = extent
    while unlink(path(number)) == 0 { number += 1 }
  }
}
