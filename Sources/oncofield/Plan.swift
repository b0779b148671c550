import Analysis
import ArgumentParser
import Configuration
import Documents
import Foundation
import Simulations

struct Plan: ParsableCommand {
  static let configuration = CommandConfiguration(
    abstract: "Say what a run will do and take: steps, propagators and why, memory, output.",
    discussion: """
      The numbers of steps and seconds are extrapolated from the first steps: the run is begun in memory, without files,
      for about a second.
      """)

  @OptionGroup var file: RunFileOptions

  @Flag(help: "As JSON on standard output.")
  var json = false

  @Flag(help: "List the times of all doses, too.")
  var doses = false

  @Option(help: "Seconds for which the run is begun to estimate its steps and seconds; 0 for no estimate.")
  var trial: Double?

  func validate() throws {
    if let trial, !(trial >= 0 && trial.isFinite) { throw ValidationError("--trial takes a number of seconds") }
  }

  func run() throws {
    let configuration = try file.read()
    let assembly = try RunAssembly(configuration)
    if !assembly.startWarnings.isEmpty { note(assembly.startWarnings.description) }
    let plan = try RunPlan(assembly)
    // What follows changes the state that the plan describes.
    let (text, output) = (plan.text, plan.output)
    if !json { try writeOutput(text) }
    let isTooLarge = trial == nil && assembly.state.count * assembly.state.grid.pointCount > RunEstimate.mostValues
    let seconds = isTooLarge ? 0 : trial ?? 1
    let estimate = seconds > 0 ? try RunEstimate(measuring: assembly, for: seconds) : nil
    if json {
      try writeOutput(output.adding("estimate", estimate?.output).pretty)
    } else {
      let text = isTooLarge ? "none for as many values; ask for it with --trial SECONDS" : estimate?.text
      if let text { try writeOutput("  estimate     \(text)\n") }
      for reason in estimate?.reasonsForSteps ?? [] { try writeOutput("               \(reason)\n") }
      if doses { try writeOutput("\n" + configuration.doseList) }
    }
  }
}
