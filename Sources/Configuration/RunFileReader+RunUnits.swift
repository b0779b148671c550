import Documents
import Expressions
import Models

/// The units of the expressions of the run file. Those that do not follow from the model are not judged.
extension RunFileReader {
  /// Refuses units of dose, `α` and `α/β` with which `α d` or `d/(α/β)` would not be numbers without unit.
  mutating func checkUnitsOfRadiotherapy(_ node: JSONNode, _ numbers: [Expression], _ reading: TreatmentReading) {
    guard let units else { return }
    let keys = ["dose", "alpha", "alpha_beta"]
    let known = numbers.map { units.unit(of: $0) }
    let one = UnitOfMeasure("1")
    for (first, second) in [(0, 1), (0, 2), (1, 2)] {
      guard let a = known[first], let b = known[second] else { continue }
      let isRatio = (first, second) == (0, 2)
      guard (a * b.power(isRatio ? -1 : 1)).withoutGray.contradicts(one) else { continue }
      found.error(
        "\(reading.context) \"\(keys[first])\" is in \"\(a.text)\" and \"\(keys[second])\" in \"\(b.text)\", but "
          + (isRatio ? "both must have one unit" : "their product must be without unit"),
        at: node[keys[second]]?.place, remedy: "nothing is converted: give all of them in one unit of dose, as Gy")
      return
    }
  }
}
