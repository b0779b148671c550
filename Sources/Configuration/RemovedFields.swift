import Expressions
import Fields
import Operators
import TimeStepping

/// Fields that are removed to next to nothing at some points for a while, and grow again there from what is left.
///
/// The tolerance is relative to a whole field, so that nothing is asked of what is left, and all that comes later depends on it.
struct RemovedFields {
  /// Of each of them the natural logarithm of the factor by which what is next to nothing can grow in the run.
  let growth: [Int: Double]
  /// What removes the first of them, in words.
  let description: String

  /// By so many powers of e a field is removed, or grows again, to an extent that matters.
  private static let muchRemoved = 7.0

  /// - Parameters:
  ///   - traceGrowth: how fast what is next to nothing grows.
  ///   - maxima: largest absolute value of each field at the start.
  /// - Returns: nil if there is none.
  init?(
    _ configuration: RunConfiguration, traceGrowth: TraceGrowth, maxima: [Double], volumes: PointVolumes,
    kernels: ConvolutionKernels
  ) throws {
    let fields = configuration.model.fields
    let growing = fields.indices.filter { traceGrowth.exponents[$0] > RemovedFields.muchRemoved }
    if growing.isEmpty { return nil }
    let infused = growing.filter { RemovedFields.isRemovedByInfusions($0, configuration, maxima: maxima) }
    let local = growing.filter { !fields[$0].isQuasiSteady && !fields[$0].isCompartment }
    let search =
      try local.isEmpty
      ? nil
      : LocalRemoval(
        configuration, FeedingSystem(configuration, volumes: volumes, kernels: kernels), maxima: maxima)
    let processed = local.filter { (search?.removal(of: $0) ?? 0) > RemovedFields.muchRemoved }
    growth = Dictionary(uniqueKeysWithValues: Set(infused + processed).map { ($0, traceGrowth.exponents[$0]) })
    if let field = infused.first {
      description = "an infusion removes \(fields[field].name), which grows again"
    } else if let field = processed.first {
      description = "\(fields[field].name) may be removed in a part of the domain for a while, and grow again there"
    } else {
      return nil
    }
  }

  /// Whether infusions under way take away from a field in proportion to itself, to next to nothing if they last.
  private static func isRemovedByInfusions(_ field: Int, _ configuration: RunConfiguration, maxima: [Double]) -> Bool {
    let model = configuration.model
    if model.infusions.isEmpty { return false }
    let name = model.fieldNames[field]
    let rate = model.infusions.flatMap { infusion in
      infusion.changes.filter { $0.field == name }.map { $0.amount * infusion.rate }
    }.reduce(Expression.constant(0)) { $0 + $1 }
    var alone = configuration.intervals(
      ofSizes: zip(maxima, configuration.startingSizes(maxima: maxima)).map(max))
    alone[.field(name)] = Interval(0, 0)
    let loss = -configuration.keptInDomain([rate])[0].derivative(by: .field(name)).interval(alone).low
    return loss.isFinite && loss * (configuration.endTime - configuration.startTime) > muchRemoved
  }

  /// Of schemes that do not follow what is left.
  ///
  /// - Parameter isAsked: whether the run file asks for the scheme.
  func warning(_ scheme: Scheme, isAsked: Bool) -> (message: String, remedy: String)? {
    switch scheme.method {
    case .splitting, .positiveExponential, .automatic: return nil
    case .exponential, .coupledExponential:
      return (
        "\(description): \(scheme.name) does not know what is left where it is little beside the rest of the field, "
          + "so that the time of its return can be wrong",
        isAsked
          ? "leave out time.scheme, or use \(Scheme.strang4.name)"
          : "use \(Scheme.strang4.name) if its steps are not too short"
      )
    }
  }
}
