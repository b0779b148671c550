import Fields

/// The choice of steps by their errors: how large they may be, how large they were, and the size to try next.
package struct ErrorControl: Sendable {
  package var steps: StepSizeController
  package let norm: ErrorNorm
  /// The largest root mean square that each field has had after an accepted step.
  package var largestSizes: [Double]
  /// Of the fields in the latest step that counted.
  private var sizes: StepSizes
  /// What is known of the errors of the run.
  package var estimator = GlobalErrorEstimator()

  package init(bounds: StepSizeController.Bounds, norm: ErrorNorm, stepper: any TimeStepper) {
    self.norm = norm
    sizes = StepSizes(count: norm.tolerance.relative.count)
    largestSizes = sizes.values
    let method = ErrorControl.adaptive(stepper)
    steps = StepSizeController(bounds: bounds, errorOrder: method.errorTraits.order)
    steps.describe(method)
  }

  /// A method whose steps are chosen by their errors.
  package static func adaptive(_ stepper: any TimeStepper) -> any AdaptiveStepper {
    guard let method = stepper as? any AdaptiveStepper else {
      preconditionFailure("a tolerance is for methods that estimate the errors of their steps")
    }
    return method
  }

  /// Takes note that the solution or its equations have jumped.
  package mutating func restart(with stepper: any TimeStepper) {
    steps.describe(ErrorControl.adaptive(stepper))
    steps.restart()
    estimator = GlobalErrorEstimator()
  }

  /// What the steps from a state are measured with.
  package func measure(from start: FieldSet, contractionRates: [Double]) -> ErrorMeasure {
    ErrorMeasure(
      norm, start: start, largestSizes: largestSizes, contractionRates: contractionRates, estimator: estimator,
      isAfterJump: steps.memory.hasJumped ?? false)
  }

  /// Takes note of an accepted step.
  ///
  /// - Parameters:
  ///   - size: possibly less than proposed.
  ///   - error: of the step as it was tried first: that it was cut short then says nothing against one as long as it would have been.
  ///   - estimate: of the accepted step.
  package mutating func accept(size: Double, error: StepError, _ estimate: ErrorEstimate) {
    steps.accept(size: size, error: error)
    sizes = estimate.sizes
    largestSizes = zip(largestSizes, sizes.values).map { max($0, $1) }
    estimator = estimate.estimator
    estimator.accept()
  }

  /// Takes note of a rejected step.
  ///
  /// - Parameters:
  ///   - error: nil if the step could not be done at all, like `estimate`.
  /// - Returns: whether a smaller step can be tried.
  package mutating func reject(size: Double, error: StepError?, _ estimate: ErrorEstimate?) -> Bool {
    if let estimate { estimator = estimate.estimator }
    return steps.reject(size: size, error: error?.value ?? .infinity)
  }

  /// The error of each field that is one tolerance, in its unit.
  package var allowedErrors: [Double] { norm.allowedErrors(largest: largestSizes, sizes) }
}
