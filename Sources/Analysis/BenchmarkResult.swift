import Documents

/// What was measured on one grid with one number of threads: medians over repeats.
package struct BenchmarkResult: Sendable {
  package let points: [Int]
  package let fields: Int
  package let threads: Int
  /// Of each repeat.
  package let steps: Int
  package let secondsPerStep: Double
  /// Of the repeats: what is between them is noise.
  package let fastest, slowest: Double
  package let reactionSeconds, diffusionSeconds, taxisSeconds: Double
  /// One row of observables.
  package let outputSeconds: Double
  /// Memory of the run.
  package let memoryBytes: Int
  /// What a step reads and writes at least, and its counted operations.
  let traffic, operations: Double

  init(threads: Int, _ repeats: [StepMeasurement]) {
    points = repeats[0].points
    fields = repeats[0].fields
    self.threads = threads
    steps = repeats[0].steps
    let times = repeats.map(\.whole)
    secondsPerStep = median(times)
    (fastest, slowest) = (times.min() ?? 0, times.max() ?? 0)
    reactionSeconds = median(repeats.map(\.reaction))
    diffusionSeconds = median(repeats.map(\.diffusion))
    taxisSeconds = median(repeats.map(\.taxis))
    outputSeconds = median(repeats.map(\.output))
    // Later ones find memory that those before have left.
    memoryBytes = repeats.map(\.bytes).max() ?? 0
    (traffic, operations) = (repeats[0].traffic, repeats[0].operations)
  }

  package var pointCount: Int { points.reduce(1, *) }
  /// Nanoseconds per point, field and step.
  package var nanoseconds: Double { secondsPerStep * 1e9 / Double(pointCount * fields) }
  /// What belongs to no process: error estimates, checks, copies.
  package var otherSeconds: Double {
    max(0, secondsPerStep - reactionSeconds - diffusionSeconds - taxisSeconds)
  }
  /// Memory in units of what the fields alone take.
  package var memoryRatio: Double { Double(memoryBytes) / Double(8 * pointCount * fields) }

  /// Shares of what the machine can do.
  func shares(of limits: MachineLimits?) -> (bandwidth: Double, arithmetic: Double) {
    guard let limits, secondsPerStep > 0 else { return (0, 0) }
    return (
      traffic / secondsPerStep / limits.bytesPerSecond, operations / secondsPerStep / limits.operationsPerSecond
    )
  }

  func output(_ limits: MachineLimits?) -> JSONText {
    let shares = shares(of: limits)
    return .object([
      "points": .integers(points),
      "fields": .integer(fields),
      "threads": .integer(threads),
      "steps": .integer(steps),
      "seconds_per_step": .number(secondsPerStep),
      "fastest": .number(fastest),
      "slowest": .number(slowest),
      "ns_per_point_field_step": .number(nanoseconds),
      "points_per_second": .number(Double(pointCount) / secondsPerStep),
      "split": .object([
        "reaction": .number(reactionSeconds), "diffusion": .number(diffusionSeconds),
        "taxis": .number(taxisSeconds), "other": .number(otherSeconds), "output": .number(outputSeconds),
      ]),
      "share_of_bandwidth": .number(shares.bandwidth),
      "share_of_arithmetic": .number(shares.arithmetic),
      "memory_bytes": .integer(memoryBytes),
    ])
  }
}
