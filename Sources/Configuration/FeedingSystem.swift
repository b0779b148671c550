import Expressions
import Fields
import Models
import Simulations

/// What in a model feeds what: its rates as functions of the fields, and of what stands for other places and times.
///
/// An unknown is a field, or a value that follows from fields: a delayed value (as if of the present: a trace that
/// grows was less before), an integral along an axis, a convolution. A number made of the whole domain is no unknown: it
/// does not vanish where a field is empty.
struct FeedingSystem {
  struct Node {
    enum Kind: Equatable {
      /// `u' = rate`.
      case field
      /// `0 = rate`, at quasi-steady state.
      case balance
      /// The value is the rate, at most times this.
      case value(gain: Double)
    }

    let symbol: Symbol
    let rate: Expression
    let kind: Kind
    /// What infusions add for a while.
    var infusions: [Expression] = []
    /// Whether the value is an integral or a mean along an axis.
    var isAlongAxis = false
  }

  /// What stands for other places or times.
  struct Value {
    let symbol: Symbol
    let argument: Expression
    /// What the argument is multiplied with at most and at least; nil for its own interval.
    let factor: Interval?

    func interval(_ known: [Symbol: Interval]) -> Interval {
      let argument = argument.interval(known)
      return factor.map { $0 * argument } ?? argument
    }
  }

  /// The fields first, in their order.
  let nodes: [Node]
  /// Each after those that it depends on.
  let values: [Value]
  /// The parameters that are not the same in the whole run.
  let parameters: [Symbol: Interval]

  /// - Throws: `Diagnostics` where the kernel of a convolution has no finite value, `FieldAllocationError`.
  init(_ configuration: RunConfiguration, volumes: PointVolumes, kernels: ConvolutionKernels) throws {
    let model = configuration.model
    let infusions = configuration.treatments.flatMap { $0.infusion?.rates ?? [] }
    let delays = model.constantDelays.map(\.delay)
    let (distributions, withoutDistributions) = Expression.extractingDistributions(
      model.ratesWithoutInfusions + infusions.map(\.rate) + delays.map(\.argument))
    let (functionals, all) = Expression.extractingFunctionals(withoutDistributions + distributions.map(\.argument))
    let constants = configuration.parametersThatStay.mapValues { Expression.constant($0) }
    parameters = configuration.parametersThatChange
    let expressions = all.map { $0.substituting(constants) }
    let count = model.fields.count
    let firstDelay = count + infusions.count
    let firstDistribution = firstDelay + delays.count
    var nodes = model.fields.indices.map { index in
      Node(
        symbol: .field(model.fieldNames[index]), rate: expressions[index],
        kind: model.fields[index].isQuasiSteady ? .balance : .field,
        infusions: infusions.indices.filter { infusions[$0].field == model.fieldNames[index] }
          .map { expressions[count + $0] })
    }
    var values: [Value] = []
    for (index, functional) in functionals.enumerated() {
      let factor = functional.kind == .integral ? Interval(0, volumes.total) : nil
      values.append(
        Value(symbol: .functional(index), argument: functional.argument.substituting(constants), factor: factor))
    }
    for (index, delay) in delays.enumerated() {
      let argument = expressions[firstDelay + index]
      nodes.append(Node(symbol: .field(delay.name), rate: argument, kind: .value(gain: 1)))
      values.append(Value(symbol: .field(delay.name), argument: argument, factor: nil))
    }
    for (index, distribution) in distributions.enumerated() {
      let argument = expressions[firstDistribution + index]
      let (gain, factor) = try configuration.gain(of: distribution, volumes: volumes, kernels: kernels)
      var node = Node(symbol: .field(distribution.name), rate: argument, kind: .value(gain: gain))
      if case .along = distribution.kind { node.isAlongAxis = true }
      nodes.append(node)
      values.append(Value(symbol: .field(distribution.name), argument: argument, factor: factor))
    }
    self.nodes = nodes
    // Delays may stand in distributions and the reverse: twice through all of them finds what each depends on.
    self.values = values + values
  }
}

extension RunConfiguration {
  /// The parameters that have one value in the whole run.
  fileprivate var parametersThatStay: [Symbol: Double] {
    let single = parameterIntervals.filter { $0.value.low == $0.value.high }
    return Dictionary(uniqueKeysWithValues: single.map { (.parameter($0.key), $0.value.low) })
  }

  /// The other parameters, and the time since the start of an infusion, with all values that they may have.
  fileprivate var parametersThatChange: [Symbol: Interval] {
    let several = parameterIntervals.filter { $0.value.low != $0.value.high }
    let longest = treatments.compactMap { $0.infusion?.duration }.max() ?? 0
    return Dictionary(uniqueKeysWithValues: several.map { (.parameter($0.key), $0.value) })
      .merging([.parameter(Treatment.Infusion.elapsed): Interval(0, longest)]) { $1 }
  }

  /// What an integral, a mean or a convolution is at most times the largest absolute value of its argument, and what it may be
  /// times the argument; nil for the interval of the argument itself.
  fileprivate func gain(
    of distribution: Distribution, volumes: PointVolumes, kernels: ConvolutionKernels
  ) throws -> (gain: Double, factor: Interval?) {
    switch distribution.kind {
    case .along(.mean, _): return (1, nil)
    case .along(_, let axis):
      let length = grid.axes.first { $0.name == axis }?.length ?? .infinity
      let gain = volumes.grid.pointVolume == nil ? max(length, volumes.total) : length
      return (gain, Interval(0, gain))
    case .convolution(let kernel):
      let (plain, absolute) = try kernels.integrals(of: kernel)
      return (absolute, plain == absolute ? Interval(0, absolute) : Interval(-absolute, absolute))
    }
  }
}
