import Documents
import Expressions
import Fields

/// A density or concentration of a model.
package struct ModelField: Sendable {
  package let name: String
  /// As in "effector cells".
  package let title: String?
  /// As in "cells/mm^2".
  package let unit: String?
  /// Depends on parameters only.
  package let diffusivity: Expression
  /// Boundary conditions that the model gives for some axes (by name); the run file's default holds for the others.
  package let boundaries: [String: AxisBoundary]
  /// Where the diffusivity, the boundary conditions and the field itself stand in the file, for messages.
  package let diffusivityPlace: Place
  package let boundaryPlaces: [String: Place]
}
