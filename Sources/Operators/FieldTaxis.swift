import Fields

/// How one field is carried along: with a velocity that is given at the faces between points.
///
/// `u_t = −∇·(a u)`, `a = Σ_k S_k ∇c_k + v`: up the gradients of other fields, and with a flow.
package struct FieldTaxis: Sendable {
  /// Number of the field.
  package let field: Int
  /// Fields that the velocity depends on, the field itself included if so.
  package let dependencies: Set<Int>
  package let changesInTime: Bool
  /// What the flow carries through the sides of the domain where the value of the field is given.
  package let sideFlows: [SideFlow]
  /// Writes the velocities at the faces below each point along an axis into fields 0 and 1 of `target`.
  ///
  /// Field 0 is the velocity if it moves into the point above the face, field 1 if into the one below. They differ only
  /// where the velocity depends on the field itself, whose value is then that of the receiving side.
  package let setVelocities: @Sendable (_ state: FieldSet, _ time: Double, _ axis: Int, _ target: FieldSet) -> Void

  package init(
    field: Int, dependencies: Set<Int>, changesInTime: Bool, sideFlows: [SideFlow] = [],
    setVelocities: @escaping @Sendable (_ state: FieldSet, _ time: Double, _ axis: Int, _ target: FieldSet) -> Void
  ) {
    self.field = field
    self.dependencies = dependencies
    self.changesInTime = changesInTime
    self.sideFlows = sideFlows
    self.setVelocities = setVelocities
  }
}

/// A flow through one side of the domain: one number for each line of points that ends there.
package struct SideFlow: Sendable {
  package let axis: Int
  package let isUpper: Bool
  /// Into positive direction of the axis.
  package let velocities: @Sendable (_ time: Double) -> [Double]
  /// The value of the field outside.
  package let values: @Sendable (_ time: Double) -> [Double]

  package init(
    axis: Int, isUpper: Bool, velocities: @escaping @Sendable (_ time: Double) -> [Double],
    values: @escaping @Sendable (_ time: Double) -> [Double]
  ) {
    self.axis = axis
    self.isUpper = isUpper
    self.velocities = velocities
    self.values = values
  }
}
