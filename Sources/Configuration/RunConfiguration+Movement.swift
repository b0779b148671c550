import Documents
import Expressions
import Fields
import Models
import Operators
import Rates

extension RunConfiguration {
  /// How the fields diffuse.
  ///
  /// - Parameters:
  ///   - traceGrowth: not needed for quasi-steady fields.
  ///   - nowhereEmpty: fields without empty tissue in which their traces could grow; none by default.
  ///   - ringing: see `FieldDiffusion`; none where nothing is known of the data.
  func diffusingFields(
    traceGrowth: TraceGrowth?, nowhereEmpty: [Bool] = [], ringing: [Double] = [], volumes: PointVolumes,
    pool: WorkerPool
  ) throws -> [FieldDiffusion] {
    let growingAtOnce = fieldsThatGrowAtOnce
    return try model.fields.indices.map { index in
      let diffusivity = diffusivities[index]
      let ringing = ringing.isEmpty ? 0 : ringing[index]
      return FieldDiffusion(
        diffusivities: diffusivity.constants,
        variable: try diffusivity.variable.map {
          try VariableDiffusivity(
            keptInDomain($0), mean: diffusivity.mean, fields: model.fieldNames, parameters: model.parameterValues,
            volumes: volumes,
            pool: pool)
        }, crossTerms: diffusivity.crossTerms, boundaries: sides[index].boundaries,
        supplies: try sides[index].given.map {
          try $0.supply(of: grid, parameters: model.parameterValues)
        },
        permeabilities: try sides[index].permeabilities.map {
          try $0.with(keptInDomain([$0.expression])[0]).permeability(
            of: grid, fields: model.fieldNames, parameters: model.parameterValues, volumes: volumes)
        },
        traceExponent: !nowhereEmpty.isEmpty && nowhereEmpty[index] ? 0 : traceGrowth?.exponents[index] ?? 0,
        growsAtOnce: growingAtOnce.contains(index),
        isQuasiSteady: model.fields[index].isQuasiSteady, ringing: ringing, requestedMethod: requestedMethods[index],
        symbol: symbol,
        keepsSymbol: isControlled || scheme.comparesSteps || ringing > 0 && rings(diffusivity))
    }
  }

  /// Whether a field of data that jump, by transforms at any step, would overshoot in a step of the size that is asked for.
  private func rings(_ diffusivity: FieldDiffusivity) -> Bool {
    let step = flowLength(ofStep: firstStep.size)
    return scheme.usesCoefficients
      && zip(grid.axes, diffusivity.constants).contains { axis, constant in
        constant > 0 && constant * step / (axis.spacing * axis.spacing) < Ringing.largestStrength
      }
  }

  /// The quasi-steady fields; nil if there are none.
  func quasiSteadyFields(
    kernels: ConvolutionKernels, volumes: PointVolumes, pool: WorkerPool
  ) throws -> QuasiSteadyFields? {
    if quasiSteadyOrder.isEmpty { return nil }
    let fields = try diffusingFields(traceGrowth: nil, volumes: volumes, pool: pool)
    return try QuasiSteadyFields(
      quasiSteadyOrder.map { try BalanceSolver(field: $0, fields[$0], volumes: volumes, pool: pool) },
      rates: keptInDomain(model.rates), fields: model.fieldNames, parameters: model.parameterValues,
      makeDistributions: {
        try makeDistributionFields($0, delays: nil, kernels: kernels, volumes: volumes, pool: pool)
      },
      volumes: volumes, pool: pool)
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
          rate: keptInDomain([rate])[0], carried: Set(carried.compactMap { model.fieldNames.firstIndex(of: $0) }),
          quasiSteady: quasiSteady, fields: model.fieldNames, parameters: model.parameterValues, volumes: volumes,
          pool: pool))
    }
  }

  /// Fields for delayed values, integrals along an axis and convolutions; nil if there are none.
  func distributionFields(
    _ distributions: [Distribution], delays: DelayedFields? = nil, kernels: ConvolutionKernels,
    volumes: PointVolumes, pool: WorkerPool
  ) throws -> DistributionFields? {
    if distributions.isEmpty, delays == nil { return nil }
    return try makeDistributionFields(distributions, delays: delays, kernels: kernels, volumes: volumes, pool: pool)
  }

  private func makeDistributionFields(
    _ distributions: [Distribution], delays: DelayedFields?, kernels: ConvolutionKernels, volumes: PointVolumes,
    pool: WorkerPool
  ) throws -> DistributionFields {
    try DistributionFields(
      distributions, delays: delays, fields: model.fieldNames, parameters: model.parameterValues,
      isPeriodic: kernels.isPeriodic, kernelValues: kernels.values, volumes: volumes, pool: pool)
  }

  /// The movement of fields up gradients and with flows by limited fluxes; nil if no field moves so.
  ///
  /// - Parameter coupled: fields that are left out, because their movement is a part of their diffusion.
  func limitedTaxis(except coupled: Set<Int> = [], volumes: PointVolumes, pool: WorkerPool) throws -> Taxis? {
    if taxisFluxes != .limited { return nil }
    let moving = try movingFields.filter { !coupled.contains($0) }.compactMap {
      try fieldTaxis(of: $0, volumes: volumes, pool: pool)
    }
    if moving.isEmpty { return nil }
    return try Taxis(volumes: volumes, fields: moving, boundaries: sides.map(\.boundaries), pool: pool)
  }

  /// The movement of a field up gradients and with flows; nil if it has none.
  func fieldTaxis(of field: Int, volumes: PointVolumes, pool: WorkerPool) throws -> FieldTaxis? {
    guard movingFields.contains(field) else { return nil }
    return try FieldTaxis(
      field: field, toward: taxisTargets(of: field), velocity: velocity(of: field), sideFlows: sideFlows(field),
      boundaries: sides[field].boundaries, fields: model.fieldNames, parameters: model.parameterValues,
      volumes: volumes, pool: pool)
  }

  /// The same by Fourier and cosine series.
  func spectralTaxis(volumes: PointVolumes, pool: WorkerPool) throws -> SpectralTaxis? {
    if movingFields.isEmpty || taxisFluxes != .spectral { return nil }
    try checkSpectralTaxis(volumes)
    let fluxes = try movingFields.map { index in
      try SmoothFluxes(
        field: index, toward: taxisTargets(of: index), velocity: velocity(of: index), fields: model.fieldNames,
        parameters: model.parameterValues, volumes: volumes, pool: pool)
    }
    return try SpectralTaxis(
      grid: grid, fluxes: fluxes, isPeriodic: sides[movingFields[0]].boundaries.map { $0 == .periodic }, pool: pool)
  }

  /// Numbers of the fields that move up gradients or with flows.
  private var movingFields: [Int] {
    model.fields.indices.filter { !model.fields[$0].taxis.isEmpty || !model.fields[$0].advection.isEmpty }
  }

  func taxisTargets(of field: Int) -> [(field: Int, sensitivity: Expression)] {
    model.fields[field].taxis.compactMap { term in
      model.fieldNames.firstIndex(of: term.toward).map { ($0, keptInDomain([term.sensitivity])[0]) }
    }
  }

  private func velocity(of field: Int) -> [Expression] {
    keptInDomain(grid.axes.map { model.fields[field].advection[$0.name] ?? .constant(0) })
  }

  /// Finds everything that keeps fluxes from being computed by series, all at once.
  private func checkSpectralTaxis(_ volumes: PointVolumes) throws {
    var found = Diagnostics()
    let remedy = "set numerics.taxis to \"\(TaxisFluxes.limited.rawValue)\""
    func refuse(_ reason: String, at place: Place?) {
      found.error("spectral taxis cannot be used: \(reason)", at: place ?? document.place, remedy: remedy)
    }
    let place = document["numerics"]?["taxis"]?.place
    if grid.axes.contains(where: { $0.geometry != .cartesian }) { refuse("the axis is a radius", at: place) }
    if volumes.isMasked { refuse("the tissue has a shape", at: place) }
    if model.freeBoundary != nil { refuse("the boundary of the domain is free", at: place) }
    let involved = Set(movingFields + movingFields.flatMap { taxisTargets(of: $0).map(\.field) }).sorted()
    for index in involved {
      let (name, sides) = (model.fieldNames[index], sides[index])
      if sides.isPrescribed {
        refuse("\(name) is not mirrored at a side, where something is prescribed", at: place)
      } else if sides.boundaries != self.sides[involved[0]].boundaries {
        refuse("not the same axes are periodic for \(model.fieldNames[involved[0]]) and \(name)", at: place)
      }
    }
    for index in movingFields {
      for (axis, velocity) in zip(grid.axes.indices, velocity(of: index))
      where velocity != .constant(0) && sides[index].boundaries[axis] != .periodic {
        refuse(
          "\(model.fieldNames[index]) is carried along \(grid.axes[axis].name), which is not periodic",
          at: model.fields[index].taxisPlace)
      }
    }
    try found.throwIfErrors()
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
