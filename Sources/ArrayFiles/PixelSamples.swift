/// The samples of a picture, of which each pixel gives one number.
struct PixelSamples {
  enum Kind { case unsigned, signed, floating }

  let kind: Kind
  /// Bits of one sample as it lies in memory: 8, 16, 32 or 64.
  let depth: Int
  /// The largest number without sign, which is white.
  let white: Double
  let pixels: Int
  /// Red, green and blue, or a grey alone.
  let isColored: Bool
  /// The sample that says how opaque a pixel is.
  let alpha: Int?
  /// From one pixel, and from one sample of a pixel, to the next.
  let (pixelStride, sampleStride): (Int, Int)
  /// Whether 0 is white.
  var isInverted = false
  /// The stored grey that stands for no value.
  var noData: Double?

  /// What marks pixels without a value, if a picture has some.
  static let transparent = "fully transparent"

  /// The numbers of the pixels.
  ///
  /// Whole numbers without sign are divided by `white`; others are taken as they are. A color becomes its luminance, by
  /// the weights of Rec. 709 on the stored values. Fully transparent pixels, whose color is not seen, and pixels without a value are
  /// NaN.
  func values(_ bytes: UnsafeRawBufferPointer) -> [Double]? {
    switch (kind, depth) {
    case (.unsigned, 8): values(bytes, UInt8.self) { Double($0) }
    case (.unsigned, 16): values(bytes, UInt16.self) { Double($0) }
    case (.unsigned, 32): values(bytes, UInt32.self) { Double($0) }
    case (.signed, 8): values(bytes, Int8.self) { Double($0) }
    case (.signed, 16): values(bytes, Int16.self) { Double($0) }
    case (.signed, 32): values(bytes, Int32.self) { Double($0) }
    case (.floating, 16): values(bytes, UInt16.self) { Double(Float16(bitPattern: $0)) }
    case (.floating, 32): values(bytes, UInt32.self) { Double(Float(bitPattern: $0)) }
    case (.floating, 64): values(bytes, UInt64.self) { Double(bitPattern: $0) }
    default: nil
    }
  }

  private func values<Sample: BitwiseCopyable>(
    _ bytes: UnsafeRawBufferPointer, _: Sample.Type, _ number: (Sample) -> Double
  ) -> [Double] {
    func stored(_ pixel: Int, _ index: Int) -> Double {
      let offset = (pixel * pixelStride + index * sampleStride) * MemoryLayout<Sample>.size
      return number(bytes.loadUnaligned(fromByteOffset: offset, as: Sample.self))
    }
    func sample(_ pixel: Int, _ index: Int) -> Double {
      kind == .unsigned ? stored(pixel, index) / white : stored(pixel, index)
    }
    return (0..<pixels).map { pixel in
      if let noData, !isColored, stored(pixel, 0) == noData { return .nan }
      if let alpha, sample(pixel, alpha) == 0 { return .nan }
      var value = sample(pixel, 0)
      if isColored {
        let (red, green, blue) = (value, sample(pixel, 1), sample(pixel, 2))
        // In this form a grey is exactly itself.
        value = green + 0.2126 * (red - green) + 0.0722 * (blue - green)
      }
      return isInverted && kind == .unsigned ? 1 - value : value
    }
  }
}
