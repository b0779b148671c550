import Configuration
import Foundation
import Simulations

/// How far a run is: a line that is written over on a terminal, plain lines now and then in a log.
final class Progress {
  private let isTerminal: Bool
  private let isQuiet: Bool
  private let started = ContinuousClock.now
  private let firstTime: Double
  private let firstStep: Int
  private let observable: String?
  private var shown = ContinuousClock.now
  private let log: FileHandle?
  private var session: RunSession

  init(_ session: RunSession, isQuiet: Bool) {
    self.session = session
    self.isQuiet = isQuiet
    isTerminal = isatty(2) == 1 && ProcessInfo.processInfo.environment["TERM"] != "dumb"
    firstTime = session.simulation.clock.time
    firstStep = session.simulation.clock.step
    observable = session.assembly.observables.columns.first
    let path = session.directory.path(.log)
    if !FileManager.default.fileExists(atPath: path) { _ = FileManager.default.createFile(atPath: path, contents: nil) }
    log = FileHandle(forWritingAtPath: path)
    _ = try? log?.seekToEnd()
    write(
      "\(session.assembly.configuration.title): from t = \(firstTime) to \(session.simulation.endTime) in \(session.directory.path)"
    )
  }

  func update(_ session: RunSession) {
    let now = ContinuousClock.now
    guard now - shown >= (isTerminal ? .milliseconds(100) : .seconds(5)) else { return }
    shown = now
    let line = line(session.simulation, elapsed: now - started)
    if isTerminal, !isQuiet {
      writeError("\r\u{1B}[K\(Progress.bar(shareDone(session.simulation))) \(line)")
    } else {
      write(line)
    }
  }

  /// Shows on a terminal how far something after the run is.
  func show(_ share: Double, of work: String) {
    let now = ContinuousClock.now
    guard isTerminal, !isQuiet, now - shown >= .milliseconds(100) else { return }
    shown = now
    writeError("\r\u{1B}[K\(Progress.bar(share)) \(work)")
  }

  /// Removes the line that is written over.
  func clear() { if isTerminal, !isQuiet { writeError("\r\u{1B}[K") } }

  /// Says something at once.
  func tell(_ warning: String) {
    clear()
    try? log?.write(contentsOf: Data((warning + "\n").utf8))
    note(warning)
  }

  func end() {
    clear()
    write(line(session.simulation, elapsed: ContinuousClock.now - started))
    try? log?.close()
  }

  private func write(_ line: String) {
    try? log?.write(contentsOf: Data((line + "\n").utf8))
    if !isQuiet { note(line) }
  }

  private static func bar(_ share: Double) -> String {
    let filled = Int((share * 20).rounded(.down))
    return "[" + String(repeating: "█", count: filled) + String(repeating: "·", count: 20 - filled) + "]"
  }

  private func shareDone(_ simulation: Simulation) -> Double {
    (simulation.shownTime - simulation.startTime) / (simulation.endTime - simulation.startTime)
  }

  private func line(_ simulation: Simulation, elapsed: Duration) -> String {
    let clock = simulation.clock
    let seconds = Double(elapsed.components.seconds) + Double(elapsed.components.attoseconds) * 1e-18
    let time = simulation.shownTime
    let done = (time - firstTime) / max(simulation.endTime - firstTime, .leastNormalMagnitude)
    let rate = seconds > 0 ? Double(clock.step - firstStep) / seconds : 0
    let remaining = done > 0 ? seconds * (1 - done) / done : 0
    var text = String(
      format: "%3.0f %%  t %.6g  step %d  dt %.3g  %.0f steps/s  ETA %@", 100 * shareDone(simulation), time, clock.step,
      clock.stepSize ?? 0, rate, Progress.text(seconds: remaining))
    if let observable, let value = session.latestObservables.first {
      text += String(format: "  %@ %.6g", observable, value)
    }
    return text
  }

  private static func text(seconds: Double) -> String {
    let whole = Int(min(max(seconds, 0), 1e9).rounded())
    return whole < 3600
      ? String(format: "%d:%02d", whole / 60, whole % 60)
      : String(format: "%d:%02d:%02d", whole / 3600, whole / 60 % 60, whole % 60)
  }
}
