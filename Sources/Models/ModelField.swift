import Documents
import Expressions

/// A density or concentration of a model.
package struct ModelField: Sendable {
  package let name: String
  /// As in "effector cells".
  package let title: String?
  /// As in "cells/mm^2".
  package let unit: String?
  package let diffusivity: Diffusivity
  /// How the diffusivity of a face follows from those of the points, if it is said.
  package let faceMean: String?
  /// Gradients of other fields that drive this one, `∇·(coefficient ∇field)`.
  package let crossDiffusion: [(field: String, coefficient: Expression, place: Place)]
  /// The gradients that the field moves up, `u S ∇c` being the flux, by the name of `c` and the sensitivity `S`.
  package let taxis: [(toward: String, sensitivity: Expression)]
  /// Where the movement up gradients stands, or that with a flow.
  package let taxisPlace: Place?
  /// The components of the velocity of a flow, by axis.
  package let advection: [String: Expression]
  /// Whether it is a compartment: one number for the whole domain.
  package var isCompartment = false
  /// Whether the field moves and reacts so much faster than the others that it is at quasi-steady state.
  package let isQuasiSteady: Bool
  /// What is so little that it means nobody; nil if all values stay.
  package let extinction: ExtinctionThreshold?
  /// Conditions that the model gives; the run file's default holds for the other axes.
  package let boundaries: BoundaryConditions
  /// What it is of a gamma-distributed delay; nil for fields that a file has.
  package internal(set) var stage: DelayStage?

  /// Whether its mass has an account of its own: that of a quasi-steady field follows from others, and a stage of a delay is
  /// no quantity of the model.
  package var hasAccount: Bool { !isQuasiSteady && stage == nil }
}
