import Glibc

/// A curve through OKLab on which equal parameter steps look equally different: the lightness grows linearly and the
/// point of the chromatic plane (a, b) moves at constant speed, so that every step has the same length.
struct ColorPath {
  /// A stop in the chromatic plane, in polar form.
  struct Stop {
    /// Distance from gray.
    let chroma: Double
    /// Angle in degrees: about 30 is red, 110 yellow, 150 green, 260 blue.
    let hue: Double
  }

  let lightness: (from: Double, to: Double)
  private let trace: [(a: Double, b: Double, length: Double)]

  /// A path through `stops`, at least two, along a Catmull–Rom spline.
  init(lightness: (from: Double, to: Double), stops: [Stop]) {
    self.lightness = lightness
    let points = stops.map { ($0.chroma * cos($0.hue * .pi / 180), $0.chroma * sin($0.hue * .pi / 180)) }
    let samplesPerSpan = 128
    var length = 0.0
    trace = (0...(stops.count - 1) * samplesPerSpan).reduce(into: []) { trace, sample in
      let position = Double(sample) / Double(samplesPerSpan)
      let a = Self.spline(points.map(\.0), at: position)
      let b = Self.spline(points.map(\.1), at: position)
      if let last = trace.last { length += hypot(a - last.a, b - last.b) }
      trace.append((a, b, length))
    }
  }

  /// The color at the share `fraction` of the way, from 0 to 1.
  func color(at fraction: Double) -> OKLab {
    let length = fraction * (trace.last?.length ?? 0)
    let next = trace.firstIndex { $0.length >= length } ?? trace.count - 1
    let (start, end) = (trace[max(next - 1, 0)], trace[next])
    let share = end.length > start.length ? (length - start.length) / (end.length - start.length) : 0
    return OKLab(
      lightness: lightness.from + (lightness.to - lightness.from) * fraction,
      a: start.a + (end.a - start.a) * share, b: start.b + (end.b - start.b) * share)
  }

  /// The Catmull–Rom spline through `values`, which stand at 0, 1, 2, …; beyond its ends it goes straight on.
  private static func spline(_ values: [Double], at position: Double) -> Double {
    let span = min(Int(position), values.count - 2)
    let t = position - Double(span)
    let (p1, p2) = (values[span], values[span + 1])
    let p0 = span > 0 ? values[span - 1] : 2 * p1 - p2
    let p3 = span + 2 < values.count ? values[span + 2] : 2 * p2 - p1
    return p1 + t / 2 * (p2 - p0 + t * (2 * p0 - 5 * p1 + 4 * p2 - p3 + t * (3 * (p1 - p2) + p3 - p0)))
  }
}
