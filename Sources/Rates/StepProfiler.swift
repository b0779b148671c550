import Synchronization

/// A part of the equations whose flow can be computed by itself.
package enum EquationPart: Sendable {
  /// `u' = R(u, x, t)`, point by point.
  case reaction
  /// `u_t = ∇·(D ∇u)`.
  case diffusion
  /// `u_t = −∇·(a u)`: movement up gradients and with flows.
  case taxis
}

/// Adds up how long the parts of the work of steps take; nothing depends on it.
///
/// Handed to steppers when they are made, by those who measure time.
package final class StepProfiler: Sendable {
  /// Seconds spent with one kind of process since the last `take`.
  package struct Times: Sendable {
    package fileprivate(set) var reaction = 0.0
    package fileprivate(set) var diffusion = 0.0
    package fileprivate(set) var taxis = 0.0
    package fileprivate(set) var reactionCalls = 0
  }

  /// In nanoseconds; reactions within the flow of diffusion on all threads together.
  private let reaction = Atomic<Int64>(0), diffusion = Atomic<Int64>(0), taxis = Atomic<Int64>(0)
  private let withinDiffusion = Atomic<Int64>(0), calls = Atomic<Int64>(0), last = Atomic<Int64>(0)
  private let threads: Int
  private let origin = ContinuousClock.now

  /// - Parameter threads: that share the work.
  package init(threads: Int) { self.threads = threads }

  private var now: Int64 { StepProfiler.nanoseconds(ContinuousClock.now - origin) }

  private static func nanoseconds(_ duration: Duration) -> Int64 {
    duration.components.seconds * 1_000_000_000 + duration.components.attoseconds / 1_000_000_000
  }

  /// Counts the time since the last call with a part.
  package func passed(_ part: EquationPart) {
    let now = now
    let spent = now - last.exchange(now, ordering: .relaxed)
    switch part {
    case .reaction:
      reaction.add(spent, ordering: .relaxed)
      calls.add(1, ordering: .relaxed)
    case .diffusion: diffusion.add(spent, ordering: .relaxed)
    case .taxis: taxis.add(spent, ordering: .relaxed)
    }
  }

  /// Counts time of one thread with reactions that passes within the flow of diffusion.
  package func addReactions(_ duration: Duration) {
    withinDiffusion.add(StepProfiler.nanoseconds(duration), ordering: .relaxed)
  }

  /// What has been counted since the last call.
  package func take() -> Times {
    let within = withinDiffusion.exchange(0, ordering: .relaxed) / Int64(threads)
    last.store(now, ordering: .relaxed)
    var times = Times()
    times.reaction = 1e-9 * Double(reaction.exchange(0, ordering: .relaxed) + within)
    times.diffusion = 1e-9 * Double(diffusion.exchange(0, ordering: .relaxed) - within)
    times.taxis = 1e-9 * Double(taxis.exchange(0, ordering: .relaxed))
    times.reactionCalls = Int(calls.exchange(0, ordering: .relaxed))
    return times
  }
}
