import CKernels

// What integrators of reactions do to a tile; arguments are first rows, one row per field.
extension TileBlock {
  /// `out` = the middle of a cubic from the values `old` and `new` at its ends and the slopes there, without losing signs.
  package func cubicMiddle(
    into out: Int, old: Int, new: Int, oldRate: Int, newRate: Int, step: Double, fields: Int, count: Int
  ) {
    tile_cubic_middle(row(0), out, old, new, oldRate, newRate, step, fields, count)
  }

  /// Whether a new value of a field with `isPositive` is negative at a point where no old value is, nor a new one of
  /// another field, nor the source.
  package func hasFalseNegative(
    old: Int, new: Int, source: Int?, isPositive: [Bool], fields: Int, count: Int
  ) -> Bool {
    tile_has_false_negative(row(0), old, new, source ?? 0, source != nil, isPositive, fields, count)
  }

  /// Writes the matrix `shift · I − J` of each point, `n × n` rows.
  ///
  /// - Parameter entries: row of each element of J counted from `jacobian`, −1 for those that are 0.
  package func loadShiftedJacobian(
    into matrix: Int, jacobian: Int, entries: [Int32], shift: Double, size n: Int, count: Int
  ) {
    tile_shifted_jacobian(row(0), matrix, n, entries, jacobian, shift, count)
  }

  /// Replaces the matrix of each point by its triangular factors, found without pivoting.
  ///
  /// - Parameter pattern: elements that may differ from 0, those that arise on the way included.
  package func factor(_ matrix: Int, pattern: [Bool], size n: Int, count: Int) {
    tile_factor(row(0), matrix, n, pattern, count)
  }

  /// Replaces a right-hand side by the solution of the equations of each point.
  package func solve(_ matrix: Int, pattern: [Bool], rightHandSide: Int, size n: Int, count: Int) {
    tile_solve(row(0), matrix, n, pattern, rightHandSide, count)
  }

  /// `out = old e^{−z} + step φ₁(−z) production` with `z = step · loss`, for one row.
  package func relax(into out: Int, old: Int, production: Int, loss: Int, step: Double, count: Int) {
    tile_relax(row(0), out, old, production, loss, step, count)
  }

  /// `out = old e^{−z} + step ((φ₁ − φ₂)(−z) production + φ₂(−z) production′)` with the mean of both losses in `z`, for
  /// one row.
  package func relax(
    into out: Int, old: Int, production: Int, loss: Int, nextProduction: Int, nextLoss: Int, step: Double, count: Int
  ) {
    tile_relax_again(row(0), out, old, production, loss, nextProduction, nextLoss, step, count)
  }

  /// Adds a source to a production where it is positive, and to a loss as a share of `amount` where it is negative.
  package func addSource(_ source: Int, production: Int, loss: Int, amount: Int, count: Int) {
    tile_add_source(row(0), production, loss, source, amount, count)
  }

  /// The exact flow of `u' = supply + growth u + square u²`, where the first or the last is 0, for one row.
  package func flow(_ field: Int, supply: Int, growth: Int, square: Int, step: Double, count: Int) {
    tile_closed_flow(row(0), field, supply, growth, square, step, count)
  }
}
