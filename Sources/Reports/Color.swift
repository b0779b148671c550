/// A color of the sRGB space with 8 bits a channel.
package struct Color: Hashable, Sendable {
  package let red: UInt8
  package let green: UInt8
  package let blue: UInt8

  package init(red: UInt8, green: UInt8, blue: UInt8) {
    self.red = red
    self.green = green
    self.blue = blue
  }

  /// A color from its usual six hexadecimal digits, `0xRRGGBB`.
  package init(_ digits: UInt32) {
    self.init(
      red: UInt8(truncatingIfNeeded: digits >> 16), green: UInt8(truncatingIfNeeded: digits >> 8),
      blue: UInt8(truncatingIfNeeded: digits))
  }

  /// This color under a layer of `other` that covers the share `coverage`, from 0 to 1.
  ///
  /// The mean is taken of the encoded channels, as page viewers do it: thin dark lines then keep their weight.
  package func covered(by other: Color, _ coverage: Double) -> Color {
    func mean(_ below: UInt8, _ above: UInt8) -> UInt8 {
      UInt8((Double(below) + (Double(above) - Double(below)) * min(max(coverage, 0), 1)).rounded())
    }
    return Color(red: mean(red, other.red), green: mean(green, other.green), blue: mean(blue, other.blue))
  }
}

extension Color {
  package static let white = Color(0xFFFFFF)
  /// Text and axes.
  package static let ink = Color(0x2B2B2B)
  /// Text of second rank.
  package static let pale = Color(0x6A6A6A)
  /// Grid lines behind curves.
  package static let hairline = Color(0xE4E4E4)
  /// What lies outside the tissue.
  package static let outside = Color(0xDCDCDC)
  /// Points whose value is not a finite number; no colormap comes near it.
  package static let notFinite = Color(0xFF00C8)
}
