import Expressions
import Fields
import Glibc
import Models
import Operators

/// How fast traces of fields grow where there is nothing of these fields, by themselves or by way of each other.
///
/// A transform spreads its rounding, about 1e-16 of the largest value of a field, over the whole domain. Where a field is
/// empty that is a trace, and it grows with the linearized rates `w' = J w` of all fields that are empty there. So the
/// fields that must not be transformed are those whose traces reach a cycle of fields that feed each other, if it grows
/// by more than `FieldDiffusion.largestHarmlessGrowth` in the run.
package struct TraceGrowth: Sendable {
  /// Fields that feed each other where all of them are empty.
  package struct Cycle: Hashable, Sendable {
    /// Each after the one that feeds it, the first after the last; numbers of fields.
    package let fields: [Int]
    /// All fields that a trace can come from, in rising order.
    package let sources: [Int]
    /// The fastest rate, 1 / time; infinite where nothing bounds it beforehand.
    package let rate: Double
    /// The logarithm of the most that a trace is multiplied with in the run.
    package let exponent: Double
  }

  /// Those in which a trace grows a thousandfold or more in the run, the fastest first.
  package private(set) var cycles: [Cycle] = []
  /// Those in which rounding would grow to more than the error of a run.
  package var harmful: [Cycle] {
    var known: Set<Set<Int>> = []
    return cycles.filter {
      $0.exponent > FieldDiffusion.largestHarmlessGrowth && known.insert(Set($0.fields)).inserted
    }
  }
  /// Of each field: the logarithm of the most that a trace of it, or of what it feeds, is multiplied with in the run.
  package private(set) var exponents: [Double]

  init(count: Int) { exponents = [Double](repeating: 0, count: count) }

  mutating func add(_ exponent: Double, of field: Int) {
    exponents[field] = max(exponents[field], exponent)
  }

  mutating func add(_ cycle: Cycle) {
    guard cycle.exponent > TraceGrowth.leastExponent else { return }
    if let known = cycles.firstIndex(where: { Set($0.fields) == Set(cycle.fields) && $0.sources == cycle.sources }) {
      if cycles[known].exponent < cycle.exponent { cycles[known] = cycle }
    } else {
      cycles.append(cycle)
    }
  }

  private static let leastExponent = 7.0

  mutating func finish() {
    cycles.sort { ($1.exponent, $0.fields.first ?? 0) < ($0.exponent, $1.fields.first ?? 0) }
  }
}

extension RunConfiguration {
  /// How fast traces of the fields grow in tissue that has none of them.
  ///
  /// For every choice of fields that are present, the others being empty, the Jacobian of the rates of those that are
  /// empty is bounded by a matrix with non-negative entries off the diagonal: interval arithmetic over all values that the
  /// fields that are present, time, position and parameters can have, their ranges being divided until the largest
  /// eigenvalue is known to 5 %, or is known not to matter. Fields that feed others at once (quasi-steady ones, delayed
  /// values, integrals along an axis, convolutions) are eliminated. What does not bound beforehand counts as infinite.
  ///
  /// Left out: what the movement up gradients does, which adds nothing to the masses; compartments and numbers made of the
  /// whole domain, which are not empty where a field is.
  ///
  /// - Parameter maxima: largest initial value of each field.
  func traceGrowth(maxima: [Double], volumes: PointVolumes, kernels: ConvolutionKernels) throws -> TraceGrowth {
    let system = try FeedingSystem(self, volumes: volumes, kernels: kernels)
    var search = TraceGrowthSearch(self, system, maxima: maxima)
    return search.result()
  }
}

extension RunConfiguration {
  /// As in "c → u → c grows at 1.27 per day from empty tissue, by e^76 in the run".
  package func description(of cycle: TraceGrowth.Cycle) -> String {
    let names = cycle.fields.map {
      model.fields[$0].stage == nil ? model.fieldNames[$0] : model.fields[$0].title ?? ""
    }
    let way = names.count == 1 ? names[0] : (names + names.prefix(1)).joined(separator: " → ")
    let unit = timeUnit.map { $0 == "1" ? " per unit of time" : " per " + $0 } ?? " per unit of time"
    guard cycle.rate.isFinite else {
      return "\(way) grows from empty tissue at a rate that nothing bounds beforehand"
    }
    let digits = pow(10, 2 - log10(cycle.rate).rounded(.down))
    let rate = Float((cycle.rate * digits).rounded() / digits)
    return
      "\(way) grows at \(rate)\(unit) from empty tissue, by e^\(Int(min(cycle.exponent, 1e9).rounded())) in the run"
  }
}
