import Expressions
import Fields
import Models
import Operators
import TimeStepping

extension RunConfiguration {
  /// How the fields diffuse.
  ///
  /// - Parameter growthRates: of each field; none are needed for fields that are always in balance.
  func diffusingFields(
    growthRates: [Double], volumes: PointVolumes, pool: WorkerPool
  ) throws -> [FieldDiffusion] {
    try model.fields.indices.map { index in
      let diffusivity = diffusivities[index]
      return FieldDiffusion(
        diffusivities: diffusivity.constants,
        variable: try diffusivity.variable.map {
          try VariableDiffusivity(
            $0, mean: diffusivity.mean, fields: model.fieldNames, parameters: model.parameterValues, volumes: volumes,
            pool: pool)
        }, crossTerms: diffusivity.crossTerms, boundaries: sides[index].boundaries,
        supplies: try sides[index].given.map {
          try $0.supply(of: grid, parameters: model.parameterValues)
        },
        permeabilities: try sides[index].permeabilities.map {
          try $0.permeability(
            of: grid, fields: model.fieldNames, parameters: model.parameterValues, volumes: volumes)
        },
        growthRate: growthRates.isEmpty ? 0 : growthRates[index],
        duration: endTime - startTime,
        isQuasiSteady: model.fields[index].isQuasiSteady, requestedMethod: requestedMethods[index],
        symbol: symbol, keepsSymbol: isControlled || scheme.comparesSteps)
    }
  }

  /// The fields that are always in balance; nil if there are none.
  func quasiSteadyFields(volumes: PointVolumes, pool: WorkerPool) throws -> QuasiSteadyFields? {
    if quasiSteadyOrder.isEmpty { return nil }
    let fields = try diffusingFields(growthRates: [], volumes: volumes, pool: pool)
    return try QuasiSteadyFields(
      quasiSteadyOrder.map { try BalanceSolver(field: $0, fields[$0], volumes: volumes, pool: pool) },
      rates: model.rates, fields: model.fieldNames, parameters: model.parameterValues, volumes: volumes, pool: pool)
  }

  /// A diffusivity that is negative somewhere from the start is a fault of the run file.
  func diffusion(
    of fields: [FieldDiffusion], quasiSteady: QuasiSteadyFields?, volumes: PointVolumes, pool: WorkerPool
  ) throws -> Diffusion {
    do {
      return try Diffusion(
        volumes: volumes, fields: fields,
        freeBoundary: freeBoundary(quasiSteady: quasiSteady, volumes: volumes, pool: pool), pool: pool)
    } catch let failure as DiffusivityFailure {
      throw diagnostics(failure)
    }
  }

  /// What moves the upper side; nil if it stays where it is.
  private func freeBoundary(
    quasiSteady: QuasiSteadyFields?, volumes: PointVolumes, pool: WorkerPool
  ) throws -> FreeBoundary? {
    switch model.freeBoundary?.kind {
    case nil: return nil
    case .stefan(let name, let coefficient):
      let parameters = Dictionary(
        uniqueKeysWithValues: model.parameterValues.map { (Symbol.parameter($0.key), $0.value) })
      return .stefan(
        field: model.fieldNames.firstIndex(of: name) ?? 0, coefficient: coefficient.value(at: parameters) ?? .nan)
    case .growth(let rate, let carried):
      return .growth(
        try FreeBoundary.Growth(
          rate: rate, carried: Set(carried.compactMap { model.fieldNames.firstIndex(of: $0) }),
          quasiSteady: quasiSteady, fields: model.fieldNames, parameters: model.parameterValues, volumes: volumes,
          pool: pool))
    }
  }

  /// Fields for delayed values, integrals along an axis and convolutions; nil if there are none.
  func distributionFields(
    _ distributions: [Distribution], delays: DelayedFields? = nil, volumes: PointVolumes, pool: WorkerPool
  ) throws -> DistributionFields? {
    if distributions.isEmpty, delays == nil { return nil }
    return try DistributionFields(
      distributions, delays: delays, fields: model.fieldNames, parameters: model.parameterValues,
      isPeriodic: grid.axes.indices.map { axis in sides.allSatisfy { $0.boundaries[axis] == .periodic } },
      volumes: volumes, pool: pool)
  }

  /// The movement of fields up gradients and with flows; nil if no field moves so.
  func taxis(volumes: PointVolumes, pool: WorkerPool) throws -> Taxis? {
    let moving = try model.fields.indices.compactMap { index -> FieldTaxis? in
      let field = model.fields[index]
      if field.taxis.isEmpty && field.advection.isEmpty { return nil }
      return try FieldTaxis(
        field: index,
        toward: field.taxis.compactMap { term in
          model.fieldNames.firstIndex(of: term.toward).map { ($0, term.sensitivity) }
        },
        velocity: grid.axes.map { field.advection[$0.name] ?? .constant(0) }, sideFlows: sideFlows(index),
        boundaries: sides[index].boundaries, fields: model.fieldNames, parameters: model.parameterValues,
        volumes: volumes, pool: pool)
    }
    if moving.isEmpty { return nil }
    return try Taxis(volumes: volumes, fields: moving, boundaries: sides.map(\.boundaries), pool: pool)
  }

  /// Flows cross the sides where the value of the field is given.
  private func sideFlows(_ field: Int) throws -> [SideFlow] {
    var flows: [SideFlow] = []
    for (index, axis) in grid.axes.enumerated() {
      guard let velocity = model.fields[field].advection[axis.name], let sides = sides[field].boundaries[index].sides
      else { continue }
      for (isUpper, side) in [(false, sides.lower), (true, sides.upper)] where side == .value {
        let given = self.sides[field].given.first { $0.axis == index && $0.isUpper == isUpper }?.expression
        flows.append(
          SideFlow(
            axis: index, isUpper: isUpper,
            velocities: try valuesAtSide(
              velocity, of: grid, axis: index, isUpper: isUpper, parameters: model.parameterValues),
            values: try valuesAtSide(
              given ?? .constant(0), of: grid, axis: index, isUpper: isUpper, parameters: model.parameterValues)))
      }
    }
    return flows
  }
}
