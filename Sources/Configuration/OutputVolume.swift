import Simulations
import Storage

/// How much a run will write, and whether that may be a slip.
package struct OutputVolume {
  package let frames: Int
  package let images: Int
  package let rows: Int
  /// Of `fields.h5`, its structure aside.
  package let fieldBytes: Int
  /// Of all files together, the checkpoints among them.
  package let bytes: Int

  /// More than that is written only when it is asked for in so many words.
  package static let (mostFrames, mostRows, mostBytes) = (10_000, 1_000_000, 64 << 30)

  /// - Parameter time: from which on outputs are counted; the start of the run without it.
  package init(_ configuration: RunConfiguration, after time: Double? = nil) {
    func count(_ interval: Double?) -> Int {
      guard let interval else { return 0 }
      let cadence = Cadence(start: configuration.startTime, interval: interval)
      let count = cadence.count(upTo: configuration.endTime)
      // The last state is written, whenever it comes.
      let last = cadence.isDue(count - 1, at: configuration.endTime) ? 0 : 1
      return count + last - (time.map { cadence.count(upTo: $0) } ?? 0)
    }
    func product(_ factors: Int...) -> Int {
      factors.reduce(1) { result, factor in
        let (product, overflows) = result.multipliedReportingOverflow(by: factor)
        return overflows ? Int.max / 8 : product
      }
    }
    (frames, images, rows) = (
      count(configuration.fieldInterval), count(configuration.imageInterval), count(configuration.observableInterval)
    )
    let (points, fields) = (configuration.grid.pointCount, configuration.model.fieldsInSpace.count)
    fieldBytes = product(frames, points, fields, 8)
    // A frame is described in fields.xdmf, too; numbers of a row have up to 24 bytes; pictures differ.
    let others = [
      product(frames, 1000 + 500 * fields), product(images, 50_000),
      product(rows, 24 * (2 + configuration.observables.count + 3 * configuration.model.fields.count)),
      product(configuration.checkpoints.keep + 2, points, configuration.model.fields.count, 8),
    ]
    bytes = others.reduce(fieldBytes) { $0.addingReportingOverflow($1).overflow ? Int.max : $0 + $1 }
  }

  /// Why it is refused unless it is asked for in so many words; nil if it is not.
  ///
  /// - Parameter free: bytes on the disk.
  package func refusal(free: Int?) -> String? {
    var reasons: [String] = []
    if frames > OutputVolume.mostFrames { reasons.append("\(frames) frames of fields") }
    if images > OutputVolume.mostFrames { reasons.append("\(images) images") }
    if rows > OutputVolume.mostRows { reasons.append("\(rows) rows of observables") }
    if bytes > OutputVolume.mostBytes || isTooMuch(for: free) { reasons.append("about \(ByteCount.text(bytes))") }
    guard !reasons.isEmpty else { return nil }
    let rest = free.map { isTooMuch(for: $0) ? ", and \(ByteCount.text($0)) are free" : "" } ?? ""
    return "the run would write \(reasons.joined(separator: ", "))\(rest)"
  }

  /// Whether the disk has less free space than that.
  package func isTooMuch(for free: Int?) -> Bool { free.map { bytes > $0 } ?? false }

  /// What can be done about it.
  package static let remedy =
    "ask for outputs more rarely (output.fields.every, output.images.every, output.observables.every), "
    + "or say that it is meant with --allow-large-output"
}
