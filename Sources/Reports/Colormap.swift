/// Colors for numbers: 256 steps that look equally far apart, in lightness alone as well as in color, so that neither
/// a gray print nor a color-blind reader loses the order.
package struct Colormap: Sendable {
  /// As it is called in a run file.
  package let name: String
  /// What it looks like and what it is for.
  package let summary: String
  /// Whether the middle of the scale is zero and both signs have a hue of their own.
  package let isDiverging: Bool
  /// From the lower to the upper end of the range.
  package let colors: [Color]

  /// The color at the share `fraction` of the range; outside 0…1 the end colors, `Color.notFinite` for NaN.
  package func color(at fraction: Double) -> Color {
    guard !fraction.isNaN else { return .notFinite }
    return colors[Int((min(max(fraction, 0), 1) * Double(colors.count - 1)).rounded())]
  }

  private init(
    sequential name: String, _ summary: String, lightness: (from: Double, to: Double), stops: [ColorPath.Stop]
  ) {
    self.name = name
    self.summary = summary
    isDiverging = false
    let path = ColorPath(lightness: lightness, stops: stops)
    colors = (0..<256).map { path.color(at: Double($0) / 255).color }
  }

  private init(diverging name: String, _ summary: String, low: ColorPath, high: ColorPath) {
    self.name = name
    self.summary = summary
    isDiverging = true
    colors = (0..<256).map { step in
      let signed = Double(2 * step - 255) / 255
      return (signed < 0 ? low : high).color(at: abs(signed)).color
    }
  }
}

extension Colormap {
  /// All colormaps; run files name one of them.
  package static let all: [Colormap] = [aurora, dusk, ember, poles]

  /// The colormap of this name.
  package static func named(_ name: String) -> Colormap? { all.first { $0.name == name } }

  package static let aurora = Colormap(
    sequential: "aurora", "dark violet, blue, green, bright yellow", lightness: (0.22, 0.92),
    stops: [
      .init(chroma: 0.100, hue: 308), .init(chroma: 0.115, hue: 276), .init(chroma: 0.087, hue: 232),
      .init(chroma: 0.083, hue: 185), .init(chroma: 0.125, hue: 147), .init(chroma: 0.160, hue: 122),
      .init(chroma: 0.170, hue: 106),
    ])

  package static let dusk = Colormap(
    sequential: "dusk", "dark blue, gray, yellow: the same for readers who cannot tell red from green",
    lightness: (0.22, 0.93),
    stops: [.init(chroma: 0.080, hue: 262), .init(chroma: 0.035, hue: 262), .init(chroma: 0.140, hue: 102)])

  package static let ember = Colormap(
    sequential: "ember", "black violet, red, orange, pale yellow", lightness: (0.18, 0.95),
    stops: [
      .init(chroma: 0.060, hue: 300), .init(chroma: 0.130, hue: 345), .init(chroma: 0.160, hue: 25),
      .init(chroma: 0.145, hue: 62), .init(chroma: 0.080, hue: 100),
    ])

  package static let poles = Colormap(
    diverging: "poles", "blue, white, red: for values of both signs, zero in the middle",
    low: ColorPath(lightness: (0.96, 0.41), stops: [.init(chroma: 0, hue: 257), .init(chroma: 0.148, hue: 257)]),
    high: ColorPath(lightness: (0.96, 0.41), stops: [.init(chroma: 0, hue: 21), .init(chroma: 0.148, hue: 21)]))
}
