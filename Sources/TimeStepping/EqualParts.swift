/// The number of equal parts of a length none of which is longer than a step, `⌈length/step⌉` but for rounding, at least 1: no
/// sliver is left at the end.
package func equalParts(of length: Double, atMost step: Double) -> Double {
  max(1, (length / step * (1 - 1e-12)).rounded(.up))
}
