import Glibc

/// A color in the perceptual space OKLab: equal distances look about equally different.
///
/// Source: B. Ottosson, "A perceptual color space for image processing" (2020).
package struct OKLab: Sendable {
  /// 0 is black and 1 is white.
  package var lightness: Double
  /// From green (negative) to red.
  package var a: Double
  /// From blue (negative) to yellow.
  package var b: Double

  package init(lightness: Double, a: Double, b: Double) {
    self.lightness = lightness
    self.a = a
    self.b = b
  }

  package init(_ color: Color) {
    self.init(linear: [color.red, color.green, color.blue].map { Self.decode(Double($0) / 255) })
  }

  /// A color from its linear red, green and blue.
  package init(linear rgb: [Double]) {
    let long = cbrt(0.4122214708 * rgb[0] + 0.5363325363 * rgb[1] + 0.0514459929 * rgb[2])
    let medium = cbrt(0.2119034982 * rgb[0] + 0.6806995451 * rgb[1] + 0.1073969566 * rgb[2])
    let short = cbrt(0.0883024619 * rgb[0] + 0.2817188376 * rgb[1] + 0.6299787005 * rgb[2])
    lightness = 0.2104542553 * long + 0.7936177850 * medium - 0.0040720468 * short
    a = 1.9779984951 * long - 2.4285922050 * medium + 0.4505937099 * short
    b = 0.0259040371 * long + 0.7827717662 * medium - 0.8086757660 * short
  }

  /// Linear red, green and blue; a channel outside 0…1 cannot be shown on an sRGB screen.
  package var linear: [Double] {
    func cube(_ root: Double) -> Double { root * root * root }
    let long = cube(lightness + 0.3963377774 * a + 0.2158037573 * b)
    let medium = cube(lightness - 0.1055613458 * a - 0.0638541728 * b)
    let short = cube(lightness - 0.0894841775 * a - 1.2914855480 * b)
    return [
      4.0767416621 * long - 3.3077115913 * medium + 0.2309699292 * short,
      -1.2684380046 * long + 2.6097574011 * medium - 0.3413193965 * short,
      -0.0041960863 * long - 0.7034186147 * medium + 1.7076147010 * short,
    ]
  }

  /// The nearest color of 8 bits; channels outside 0…1 are cut.
  package var color: Color {
    let channels = linear.map { UInt8((255 * Self.encode(min(max($0, 0), 1))).rounded()) }
    return Color(red: channels[0], green: channels[1], blue: channels[2])
  }

  /// How different two colors look; 0.02 is just noticeable side by side.
  package func distance(to other: OKLab) -> Double {
    let (dl, da, db) = (lightness - other.lightness, a - other.a, b - other.b)
    return (dl * dl + da * da + db * db).squareRoot()
  }

  /// Linear intensity of an encoded sRGB channel, both from 0 to 1.
  package static func decode(_ channel: Double) -> Double {
    channel <= 0.04045 ? channel / 12.92 : pow((channel + 0.055) / 1.055, 2.4)
  }

  /// Encoded sRGB channel of a linear intensity, both from 0 to 1.
  package static func encode(_ intensity: Double) -> Double {
    intensity <= 0.0031308 ? intensity * 12.92 : 1.055 * pow(intensity, 1 / 2.4) - 0.055
  }
}
