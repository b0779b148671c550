import ArgumentParser
import Configuration

/// A time limit as batch systems write it: minutes, minutes:seconds, hours:minutes:seconds, days-hours, days-hours:minutes,
/// days-hours:minutes:seconds.
struct WallTime: ExpressibleByArgument {
  let seconds: Double

  init?(argument: String) {
    let parts = argument.split(separator: "-", maxSplits: 1, omittingEmptySubsequences: false)
    let times = parts[parts.count - 1].split(separator: ":", omittingEmptySubsequences: false)
    let numbers = (parts.dropLast() + times).map { $0.allSatisfy(\.isNumber) ? Double($0) ?? .nan : .nan }
    let hasDays = parts.count == 2
    let units: [Double]
    switch (hasDays, times.count) {
    case (false, 1): units = [60]
    case (false, 2): units = [60, 1]
    case (false, 3): units = [3600, 60, 1]
    case (true, 1...3): units = Array([86400.0, 3600, 60, 1].prefix(1 + times.count))
    default: return nil
    }
    seconds = zip(numbers, units).reduce(0) { $0 + $1.0 * $1.1 }
    guard seconds.isFinite, seconds > 0 else { return nil }
  }
}

/// Asks a run to stop before its time is over.
struct WallTimeLimit {
  private static let launch = ContinuousClock.now
  private let seconds: Double
  private var lastLook = ContinuousClock.now
  private var longestStep = 0.0

  init(_ time: WallTime) { seconds = time.seconds }

  /// To be called when the program starts: its time runs from then on.
  static func begin() { _ = launch }

  /// Whether another step might leave too little time for a checkpoint; to be asked after each step.
  mutating func isNear(_ session: RunSession) -> Bool {
    let now = ContinuousClock.now
    longestStep = max(longestStep, (now - lastLook) / .seconds(1))
    lastLook = now
    let elapsed = (now - WallTimeLimit.launch) / .seconds(1)
    return elapsed + longestStep + 3 * session.longestCheckpointSeconds >= seconds
  }
}
