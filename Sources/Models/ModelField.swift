import Documents
import Expressions

/// A density or concentration of a model.
package struct ModelField: Sendable {
  package let name: String
  /// As in "effector cells".
  package let title: String?
  /// As in "cells/mm^2".
  package let unit: String?
  /// Depends on parameters only.
  package let diffusivity: Diffusivity
  /// Conditions that the model gives; the run file's default holds for the other axes.
  package let boundaries: BoundaryConditions
}
