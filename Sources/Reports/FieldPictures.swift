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
  /// How many pictures there are.
  package private(set) var extent = 0
  /// What is not drawn yet.
  package private(set) var unwritten: [UnwrittenOutput] = []
  private let identity: FileIdentity

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
      throw StorageError(system: directory, "cannot be created")
    }
    identity = try FileIdentity(of: directory)
  }

  package func observe(_ moment: Moment) -> Writing {
    let (state, time) = (moment.fields.kept(moment.state), moment.time)
    let isCopy = !moment.fields.mustBeWrittenAtOnce
    return {
      self.unwritten.append(UnwrittenOutput(time: time, state: state))
      do { try self.settle() } catch {
        if !isCopy { self.unwritten[self.unwritten.count - 1] = .init(time: time, state: try FieldSet(copying: state)) }
        throw error
      }
    }
  }

  package func take(_ output: UnwrittenOutput) { unwritten.append(output) }

  package func settle() throws {
    while let output = unwritten.first {
      if let state = output.state { try draw(state, time: output.time) }
      unwritten.removeFirst()
    }
  }

  package func commit() throws { try settle() }

  private func draw(_ state: FieldSet, time: Double) throws {
    let panels = fields.enumerated().map { index, field in
      FieldPanel(
        title: field.title.map { "\(field.name) · \($0)" } ?? field.name, unit: field.unit ?? "",
        values: state.values(index), colormap: colormap, isMasked: isMasked)
    }
    let figure = FieldFigure(
      title: title, time: "t = \(FieldPictures.text(time)) \(timeUnit)", grid: state.gridInSpace,
      lengthUnit: lengthUnit, panels: panels)
    try identity.require(at: directory)
    try AtomicFile.write(figure.pngData(), to: path(extent))
    extent += 1
  }

  /// To six digits, without an empty fraction.
  private static func text(_ time: Double) -> String {
    let rounded = (time * 1e6).rounded() / 1e6
    return rounded == rounded.rounded() && abs(rounded) < 1e15 ? String(Int(rounded)) : "\(rounded)"
  }

  private func path(_ number: Int) -> String { directory + "/" + RunDirectory.pictureName(number) }

  package func cutBack(to extent: Int) throws {
    self.extent = extent
    var number = extent
    while unlink(path(number)) == 0 { number += 1 }
  }
}
