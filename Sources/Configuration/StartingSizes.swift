import Expressions
import Models

extension RunConfiguration {
  /// Of each field that starts from next to nothing the size that it can reach within its own time; 0 where that is not known.
  ///
  /// With `P_i` the largest rate of field `i` at `u_i = 0` and `κ_i` the largest `|∂R_i/∂u_i|` there, while the others are between 0 and
  /// the sizes that they have or reach, `u_i` comes to about `P_i/κ_i` within `1/κ_i`, and to `P_i T` in a run of length `T < 1/κ_i`.
  /// The sizes of a chain of fields follow from each other. Both bounds are by interval arithmetic, so that a size can be wrong in both
  /// directions; a millionth of it counts.
  ///
  /// - Parameter maxima: largest absolute value of each field at the start.
  package func startingSizes(maxima: [Double]) -> [Double] {
    var sizes = maxima
    var found = maxima.map { _ in 0.0 }
    let names = model.fieldNames
    let rates = keptInDomain(model.rates)
    let slopes = zip(rates, names).map { $0.derivative(by: .field($1)) }
    for _ in names {
      let before = found
      for index in names.indices where !model.fields[index].isQuasiSteady {
        var known = intervals(ofSizes: sizes)
        known[.field(names[index])] = Interval(0, 0)
        let production = rates[index].interval(known)
        let slope = slopes[index].interval(known)
        let own = max(abs(slope.low), abs(slope.high), 1 / (endTime - startTime))
        let size = max(abs(production.low), abs(production.high)) / own
        guard size.isFinite, maxima[index] < RunConfiguration.nextToNothing * size else { continue }
        (found[index], sizes[index]) = (size, max(sizes[index], size))
      }
      if found == before { break }
    }
    return found
  }

  /// What parameters are, and between which values fields of some sizes are.
  func intervals(ofSizes sizes: [Double]) -> [Symbol: Interval] {
    var known = knownIntervals
    for (name, value) in model.parameterValues { known[.parameter(name)] = Interval(value, value) }
    for (name, size) in zip(model.fieldNames, sizes) {
      known[.field(name)] = Interval(known[.field(name)]?.isNonNegative ?? true ? 0 : -size, size)
    }
    return known
  }

  /// Of the size that a field can reach.
  private static let nextToNothing = 1e-6
}
