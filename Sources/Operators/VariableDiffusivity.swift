import Fields

/// How the diffusivity of a face follows from those of the points on its two sides.
package enum FaceMean: String, Hashable, Sendable, CaseIterable {
  /// `2ab/(a + b)`, as of two resistances in a row: for layers of different tissue.
  case harmonic
  /// `(a + b)/2`: for what depends on densities; the harmonic mean would not let a front into empty tissue.
  case arithmetic
}

/// A diffusivity that differs from point to point, or changes.
package struct VariableDiffusivity: Sendable {
  package let mean: FaceMean
  /// 1, or one for each axis.
  package let count: Int
  /// The fields that it depends on.
  package let dependencies: Set<Int>
  /// Whether it depends on time itself.
  package let changesInTime: Bool
  /// Replaces the `count` fields of `target` by the diffusivity at each point.
  package let evaluate: @Sendable (_ state: FieldSet, _ time: Double, _ target: FieldSet) -> Void

  package init(
    mean: FaceMean, count: Int, dependencies: Set<Int>, changesInTime: Bool,
    evaluate: @escaping @Sendable (_ state: FieldSet, _ time: Double, _ target: FieldSet) -> Void
  ) {
    self.mean = mean
    self.count = count
    self.dependencies = dependencies
    self.changesInTime = changesInTime
    self.evaluate = evaluate
  }

  /// The same at all points and times, one number for each axis.
  static func constant(_ diffusivities: [Double]) -> VariableDiffusivity {
    VariableDiffusivity(
      mean: .arithmetic, count: diffusivities.count, dependencies: [], changesInTime: false
    ) { _, _, target in
      for (axis, value) in diffusivities.enumerated() { target.fill(axis, with: value) }
    }
  }
}

/// The diffusivity of a field, or its exchange at a side, is negative, not a number, or too large at some point.
package struct DiffusivityFailure: Error, Sendable {
  package let field: Int
  package let row: Int
  package let column: Int
  package let value: Double
  package let time: Double
  /// What it is that has the value.
  package var quantity = "diffusivity"
  /// Whether it is a diffusivity for which a step would be divided into more parts than are taken.
  package var hasTooManyParts = false
}
