/// What the programs that write stacks of pictures say of the axis along which they are stacked: ImageJ and tifffile in the
/// first picture's description, OME-TIFF in XML.
struct TIFFSeries {
  private let description: String

  init(description: String) { self.description = description }

  /// Refuses stacks whose pictures are times or channels, or of which the file's directory lists only the first picture.
  func check(pictures: Int) throws(ArrayFileError) {
    if description.hasPrefix("ImageJ=") {
      if let count = number(after: "\nimages="), count > pictures, pictures == 1 {
        throw ArrayFileError(
          "is an ImageJ stack of \(count) pictures that lists only the first; save it as one TIFF each page")
      }
      try refuse("times", number(after: "\nframes="), pictures)
      try refuse("channels", number(after: "\nchannels="), pictures)
      if description.contains("\nc1=") || description.contains("\ncf=") {
        throw ArrayFileError(
          "has ImageJ's calibration of values, which is not applied; save the calibrated values as 32-bit numbers")
      }
    } else if description.contains("<OME") {
      try refuse("times", number(after: "SizeT=\""), pictures)
      if pictures > 1 { try refuse("channels", number(after: "SizeC=\""), pictures) }
    } else if description.hasPrefix("{"), pictures > 1, let axes = text(after: "\"axes\": \"") {
      try refuse("times", axes.contains("T") ? pictures : nil, pictures)
      try refuse("channels", axes.contains("C") ? pictures : nil, pictures)
    }
  }

  private func refuse(_ what: String, _ count: Int?, _ pictures: Int) throws(ArrayFileError) {
    guard let count, count > 1 else { return }
    throw ArrayFileError(
      "is a stack of \(count) \(what), which are no axis of the domain; save the picture that is meant alone")
  }

  private func text(after key: String) -> Substring? {
    guard let start = description.firstRange(of: key)?.upperBound else { return nil }
    return description[start...].prefix { $0 != "\"" && $0 != "\n" }
  }

  private func number(after key: String) -> Int? { text(after: key).flatMap { Int($0) } }
}
