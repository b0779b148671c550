import CFFTW
import CProcess
import Documents
import Foundation
import Storage

/// Where the numbers of a run come from: the program, what it is linked with, the machine.
package struct Provenance: Sendable {
  /// Of the program.
  package static let version = "0.1.0"

  /// The command as it was given.
  package let command: [String]

  package init(command: [String] = CommandLine.arguments) { self.command = command }

  package static var commit: String { String(cString: process_commit()) }

  /// Versions of what the program is built of.
  package static var libraries: JSONText {
    .object([
      "FFTW": .string(String(cString: oncofield_fftw_version())),
      "HDF5": .string(HDF5Version.text),
    ])
  }

  /// Members of `run.json` that tell of program and machine.
  var members: [JSONText.Member] {
    [
      .init("program", .string("Oncofield \(Provenance.version)")),
      .init("commit", .string(Provenance.commit)),
      .init("compiler", .string(String(cString: process_compiler()))),
      .init("libraries", Provenance.libraries),
      .init("host", .string(ProcessInfo.processInfo.hostName)),
      .init("system", .string(ProcessInfo.processInfo.operatingSystemVersionString)),
      .init("processor", .string(Provenance.processor)),
      .init("command", .strings(command)),
    ]
  }

  /// The model of the processor, as the system names it.
  package static var processor: String {
    let lines = (try? String(contentsOfFile: "/proc/cpuinfo", encoding: .utf8))?.split(separator: "\n") ?? []
    let name = lines.first { $0.hasPrefix("model name") }?.split(separator: ":").last
    return name.map { $0.trimmingCharacters(in: .whitespaces) } ?? "unknown"
  }
}
