import Documents
import Expressions
import Fields
import Glibc
import Rates
import Simulations

/// Why the steps of a run are short beside its length, where the equations tell that and something helps.
///
/// Two causes are looked for in a state. A field may relax within about a step: then steps follow it, whatever the tolerance is. A rate may
/// jump with a field at a point: an error of a step is then one of first order at the points that pass the jump, and where the jump holds
/// the field back there is a new one in each step.
package struct ShortSteps {
  private let assembly: RunAssembly
  private let state: FieldSet
  private let time, step: Double

  /// A run of fewer steps is not slow.
  package static let manySteps = 5000.0
  /// Steps are about as long as a field relaxes where the product of both is within these limits: below, others limit them; above, a scheme
  /// does not mind.
  private static let products = 0.3...10.0
  /// What a jump is, relative to the values on both sides.
  private static let leastJump = 1e-6

  /// - Parameters:
  ///   - assembly: with the equations in force.
  ///   - step: the mean size of the latest steps, or of all.
  package init(_ assembly: RunAssembly, state: FieldSet, time: Double, step: Double) {
    (self.assembly, self.state, self.time, self.step) = (assembly, state, time, step)
  }

  /// The causes, each with what helps, in a sentence.
  package var sentences: [String] {
    let configuration = assembly.configuration
    guard configuration.isControlled, configuration.model.delays.isEmpty, step > 0, step.isFinite else { return [] }
    return ([try? fastField].compactMap(\.self) + ((try? jumps) ?? [])).compactMap(\.self)
  }

  private var configuration: RunConfiguration { assembly.configuration }

  /// A time with its unit, to two digits.
  private func text(about span: Double) -> String {
    let unit = pow(10, log10(span).rounded(.down) - 1)
    return "\(Float((span / unit).rounded() * unit))\(RunConfiguration.suffix(configuration.timeUnit))"
  }

  // MARK: Fast fields

  private var fastField: String? {
    get throws {
      let (model, kernels) = (configuration.model, ConvolutionKernels(configuration, pool: assembly.pool))
      defer { kernels.releaseValues() }
      let rates = configuration.keptInDomain(model.rates)
      var fastest: (field: Int, rate: RelaxationRate.Range)?
      for (index, field) in model.fields.enumerated()
      where !field.isQuasiSteady && !field.isCompartment && field.stage == nil {
        let range = try RelaxationRate(
          rates[index], of: field.name, fields: model.fieldNames, parameters: model.parameterValues,
          makeDistributions: {
            try configuration.distributionFields(
              $0, kernels: kernels, volumes: assembly.volumes, pool: assembly.pool)
          }, volumes: assembly.volumes, pool: assembly.pool
        ).range(of: state, time: time)
        // What decays at a constant rate is exact in exponential schemes.
        let stiff = range.largest - configuration.constantDecays[index] - (configuration.addedDecays[field.name] ?? 0)
        guard ShortSteps.products.contains(stiff * step), range.least >= 0, range.largest > fastest?.rate.largest ?? 0
        else { continue }
        fastest = (index, range)
      }
      guard let (index, rate) = fastest else { return nil }
      let name = model.fieldNames[index]
      return
        "steps follow \(name), which relaxes within \(text(about: 1 / rate.largest)) where it is fastest, and the run lasts "
        + "\(JSONText.text(configuration.endTime - configuration.startTime))\(RunConfiguration.suffix(configuration.timeUnit)); "
        + remedy(for: name)
    }
  }

  private func remedy(for field: String) -> String {
    let setting = "model.fields.\(field).quasi_steady=true"
    let source = configuration.document.place.source
    let isOfCatalogue = configuration.document["model"]?.string != nil
    do throws(Diagnostics) {
      _ =
        isOfCatalogue
        ? try RunConfiguration(
          SourceText(name: source.name, text: configuration.resolved(chosen: nil).pretty), overrides: [setting])
        : try RunConfiguration(source, overrides: configuration.overrides + [setting])
    } catch {
      let reason = error.items.first { $0.severity == .error }.map { ": " + $0.message } ?? ""
      return "it cannot be quasi-steady\(reason)"
    }
    return "if what matters of it is its balance with the others, make it quasi-steady (\"quasi_steady\": true"
      + (isOfCatalogue ? " in a copy of the model)" : ", or --set \(setting))")
  }

  // MARK: Rates that jump with a field

  private var jumps: [String] {
    get throws {
      let model = configuration.model
      let values = Dictionary(
        uniqueKeysWithValues: model.parameterValues.map { (Symbol.parameter($0.key), Expression.constant($0.value)) })
      let found = (model.processes + model.infusions).flatMap { process in
        process.changes.reduce(into: [FieldJump]()) { all, change in
          for jump in (change.amount * process.rate).substituting(values).fieldJumps
          where !all.contains(where: { $0.field == jump.field && $0.level == jump.level }) { all.append(jump) }
        }.map { (process.name, $0) }
      }
      if found.isEmpty { return [] }
      let kernels = ConvolutionKernels(configuration, pool: assembly.pool)
      defer { kernels.releaseValues() }
      let zero = Expression.constant(0)
      let all = found.flatMap { _, jump in
        let (own, difference) = (Expression.symbol(.field(jump.field)), jump.difference)
        return [
          .functional(.min, of: own - jump.level), .functional(.max, of: own - jump.level),
          .functional(.max, of: difference), .functional(.max, of: zero - difference),
          .functional(.max, of: jump.first), .functional(.max, of: zero - jump.first),
          .functional(.max, of: jump.second), .functional(.max, of: zero - jump.second),
        ] as [Expression]
      }
      let (distributions, expressions) = Expression.extractingDistributions(all)
      let observables = try Observables(
        named: expressions.enumerated().map { ("\($0)", $1) }, fields: model.fieldNames,
        compartments: model.compartmentNames, unlisted: Set(model.fieldNames),
        distributions: configuration.distributionFields(
          distributions, kernels: kernels, volumes: assembly.volumes, pool: assembly.pool),
        parameters: model.parameterValues, volumes: assembly.volumes, pool: assembly.pool)
      let numbers = observables.values(of: state, time: time)
      return found.enumerated().compactMap { index, member in
        let part = Array(numbers[(8 * index)..<(8 * index + 8)])
        let (jump, size) = (max(part[2], part[3]), part[4...].max() ?? 0)
        // Some points are on each side.
        guard part[0] < 0, part[1] > 0, jump > ShortSteps.leastJump * size else { return nil }
        return sentence(process: member.0, member.1)
      }
    }
  }

  private func sentence(process: String, _ jump: FieldJump) -> String {
    let (field, level) = (jump.field, jump.level.constantValue.map { JSONText.text($0) } ?? jump.level.description)
    let isHill = jump.level.constantValue.map { $0 > 0 } ?? false
    let hill = isHill ? "hill(\(field), \(level), 20)" : "0.5*(1 + tanh((\(field) - (\(level)))/w)) with a small w"
    return
      "the rate of \(process) jumps where \(field) = \(level), which holds steps at points that pass it to a first-order error; "
      + "a steep but smooth function takes fewer: \(jump.isFirstAbove ? hill : "1 - \(hill)") in place of where(\(field) "
      + "\(jump.isFirstAbove ? ">" : "<") \(level), 1, 0)"
  }
}
