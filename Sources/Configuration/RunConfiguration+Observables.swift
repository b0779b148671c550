import Documents
import Expressions
import Fields
import Simulations

extension RunConfiguration {
  /// The numbers that are written along the run.
  func makeObservables(
    kernels: ConvolutionKernels, volumes: PointVolumes, pool: WorkerPool
  ) throws -> Observables {
    let (found, expressions) = Expression.extractingDistributions(keptInDomain(observables.map(\.expression)))
    return try Observables(
      named: zip(observables, expressions).map { ($0.name, $1) }, fields: model.fieldNames,
      compartments: model.compartmentNames, unlisted: Set(model.fields.filter { $0.stage != nil }.map(\.name)),
      distributions: distributionFields(found, kernels: kernels, volumes: volumes, pool: pool),
      hasFreeBoundary: model.freeBoundary != nil, parameters: model.parameterValues, volumes: volumes, pool: pool)
  }

  /// The units of the columns of `observables.csv`, as far as they are known.
  ///
  /// A mass is the integral over all axes: of a cylinder one unit of length is taken, and of a sphere all directions.
  package func columnUnits(ledger: MassLedger?) -> JSONText {
    var units: [JSONText.Member] = []
    func add(_ column: String, _ unit: String?) {
      if let unit { units.append(.init(column, .string(unit))) }
    }
    for column in ["t", "dt"] { add(column, timeUnit) }
    for observable in observables { add(observable.name, observable.unit) }
    if model.freeBoundary != nil { add("edge(\(grid.axes[0].name))", lengthUnit) }
    for field in model.fields where field.stage == nil {
      guard !field.isCompartment else {
        add(field.name, field.unit)
        continue
      }
      add("mass(\(field.name))", massUnit(field.unit))
      for column in ["min", "max"] { add("\(column)(\(field.name))", field.unit) }
    }
    for (column, entry) in zip(ledger?.columns ?? [], ledger?.entries() ?? []) {
      let field = model.fields[entry.field]
      add(column, field.isCompartment ? field.unit : massUnit(field.unit))
    }
    return .object(units)
  }

  private func massUnit(_ unit: String?) -> String? {
    guard let unit, let lengthUnit else { return nil }
    let dimension = grid.axes[0].geometry == .cartesian ? grid.axes.count : 3
    return "\(unit) · " + (dimension == 1 ? lengthUnit : "\(lengthUnit)^\(dimension)")
  }
}
