import Configuration
import Fields
import Foundation
import Operators
import Rates
import Simulations

/// The steps of a run, as it would take them, without output and checkpoints: medians over all but the first.
struct StepMeasurement {
  let points: [Int]
  let fields: Int
  /// Seconds of a step, and of the parts of it that belong to one kind of process.
  let whole, reaction, diffusion, taxis: Double
  /// Seconds of one row of observables.
  let output: Double
  /// Memory that the run takes.
  let bytes: Int
  /// What a step has to read and write at least, and its counted operations.
  let traffic, operations: Double
  /// Steps taken.
  let steps: Int

  /// How many steps are taken, unless the run ends before.
  enum Extent {
    /// As many as fit in, at the least four.
    case seconds(Double)
    case steps(Int)
  }

  init(_ configuration: RunConfiguration, threads: Int, extent: Extent) throws {
    let before = StepMeasurement.residentBytes()
    let profiler = StepProfiler(threads: threads)
    let assembly = try RunAssembly(configuration, threads: threads, profiler: profiler)
    let simulation = try CurrentAssembly(assembly).makeSimulation(ledger: assembly.makeLedger())
    let clock = ContinuousClock()
    let beginning = clock.now
    var samples: [StepTimes] = []
    var start = clock.now
    _ = profiler.take()
    let done = simulation.stepper.work
    _ = try simulation.run(
      stopRequested: {
        switch extent {
        case .seconds(let seconds): samples.count >= 4 && clock.now >= beginning + .seconds(seconds)
        case .steps(let count): samples.count >= count
        }
      },
      didStep: { _ in
        let moment = clock.now
        samples.append(StepTimes(whole: inSeconds(moment - start), parts: profiler.take()))
        start = moment
      })
    let work = simulation.stepper.work - done
    steps = samples.count
    let count = Double(max(1, samples.count))
    let calls = samples.reduce(0) { $0 + $1.parts.reactionCalls }
    // The first step makes tables and touches memory for the first time; it does not count.
    if samples.count > 1 { samples.removeFirst() }
    whole = median(samples.map(\.whole))
    reaction = median(samples.map(\.parts.reaction))
    diffusion = median(samples.map(\.parts.diffusion))
    taxis = median(samples.map(\.parts.taxis))
    let observation = clock.measure {
      _ = assembly.observables.values(of: assembly.state, time: simulation.clock.time)
    }
    output = inSeconds(observation)
    bytes = max(0, StepMeasurement.residentBytes() - before)
    let grid = configuration.grid
    points = grid.axes.map(\.points)
    fields = configuration.model.fields.count
    let pointCount = Double(grid.pointCount)
    traffic = pointCount * 16 * (Double(calls * fields) + work.passes) / count
    operations = pointCount * work.arithmetic(pointsAlongAxis: points) / count
  }

  /// Memory of the process at this moment.
  private static func residentBytes() -> Int {
    let numbers = try? String(contentsOfFile: "/proc/self/statm", encoding: .utf8).split(separator: " ")
    let pages = numbers.flatMap { $0.count > 1 ? Int($0[1]) : nil }
    return (pages ?? 0) * Int(sysconf(Int32(_SC_PAGESIZE)))
  }
}

/// How long one step took, in seconds: the whole, and its flows with what belongs to them.
private struct StepTimes {
  let whole: Double
  let parts: StepProfiler.Times
}

extension Work {
  /// Passes over one field, each of which reads and writes it.
  fileprivate var passes: Double {
    Double(transforms + kernelPasses + tridiagonalSolves + diffusionStages + taxisStages - sharedPasses)
  }

  /// Additions, multiplications and divisions per point, those of transforms, kernels and tridiagonal systems by their formulas; stages of
  /// super-time-stepping and taxis are not counted.
  fileprivate func arithmetic(pointsAlongAxis points: [Int]) -> Double {
    let levels = points.reduce(0) { $0 + log2(Double($1)) } / Double(points.count)
    // For each of eight poles 18, 4 and 14.
    let lines = 144 * tridiagonalSolves + 32 * tridiagonalTerms + 112 * tridiagonalFactors
    return operations + Double(transforms) * (2.5 * levels + 8) + 2 * Double(kernelReach) + Double(kernelPasses)
      + Double(lines) + 7 * Double(seriesTerms)
  }
}

func inSeconds(_ duration: Duration) -> Double {
  Double(duration.components.seconds) + Double(duration.components.attoseconds) * 1e-18
}

func median(_ values: [Double]) -> Double { values.isEmpty ? 0 : values.sorted()[values.count / 2] }
