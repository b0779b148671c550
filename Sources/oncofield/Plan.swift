import ArgumentParser
import Configuration
import Documents
import Foundation
import Simulations

struct Plan: ParsableCommand {
  static let configuration = CommandConfiguration(
    abstract: "Say what a run will do and take: steps, propagators and why, memory, output.")

  @OptionGroup var file: RunFileOptions

  @Flag(help: "As JSON on standard output.")
  var json = false

  @Flag(help: "List the times of all doses, too.")
  var doses = false

  func run() throws {
    let configuration = try file.read()
    let assembly = try RunAssembly(configuration)
    if !assembly.startWarnings.isEmpty { note(assembly.startWarnings.description) }
    let plan = try RunPlan(assembly)
    try writeOutput(json ? plan.output.pretty : plan.text)
    if doses, !json { try writeOutput("\n" + configuration.doseList) }
  }
}
