// swift-tools-version: 6.1
import Foundation
import PackageDescription

// Debian keeps the serial HDF5 apart from the MPI builds; elsewhere there is one library called "hdf5".
let hdf5 = FileManager.default.fileExists(atPath: "/usr/include/hdf5/serial") ? "hdf5-serial" : "hdf5"

// For the provenance of runs. The scripts set it; the package manager's own knowledge of git would be that of an earlier
// build, because it keeps what it once read here.
let commit = ProcessInfo.processInfo.environment["ONCOFIELD_COMMIT"] ?? "unknown"

/// A module of the program.
///
/// A module imports only modules that stand above it in `targets`; `scripts/check` compares
/// the `import` lines of the sources with the lists here.
func module(_ name: String, uses dependencies: [Target.Dependency], resources: [Resource]? = nil) -> Target {
  .target(name: name, dependencies: dependencies, resources: resources)
}

func tests(of name: String, uses dependencies: [Target.Dependency] = []) -> Target {
  .testTarget(name: "\(name)Tests", dependencies: [.target(name: name)] + dependencies)
}

let package = Package(
  name: "oncofield",
  products: [.executable(name: "oncofield", targets: ["oncofield"])],
  dependencies: [
    .package(url: "https://github.com/apple/swift-argument-parser", from: "1.8.2")
  ],
  targets: [
    // C libraries and the inner loops
    .systemLibrary(name: "CFFTW", pkgConfig: "fftw3", providers: [.apt(["libfftw3-dev"]), .brew(["fftw"])]),
    .systemLibrary(name: "CHDF5", pkgConfig: hdf5, providers: [.apt(["libhdf5-dev"]), .brew(["hdf5"])]),
    .systemLibrary(name: "CPNG", pkgConfig: "libpng", providers: [.apt(["libpng-dev"]), .brew(["libpng"])]),
    .systemLibrary(name: "CTIFF", pkgConfig: "libtiff-4", providers: [.apt(["libtiff-dev"]), .brew(["libtiff"])]),
    .systemLibrary(name: "CXXHash", pkgConfig: "libxxhash", providers: [.apt(["libxxhash-dev"]), .brew(["xxhash"])]),
    .target(name: "CProcess", cSettings: [.define("ONCOFIELD_COMMIT", to: "\"\(commit)\"")]),
    .target(name: "CKernels"),
    .target(name: "CHDF5Guard", dependencies: ["CHDF5"]),
    // JSON text with positions, diagnostics, the description of a document
    module("Documents", uses: []),
    // Grid, axes, storage of fields, the worker pool, reductions in a fixed order
    module("Fields", uses: ["CKernels"]),
    // The expression language, from text to a vector program
    module("Expressions", uses: ["CKernels", "Documents", "Fields"]),
    // A model as a value, and the catalogue of published models
    module("Models", uses: ["Documents", "Expressions"], resources: [.embedInCode("Catalogue")]),
    // Diffusion propagators
    module("Operators", uses: ["CFFTW", "CKernels", "Fields"]),
    // Expressions on grids, and the rates of change that the equations give a state, of the present and the past
    module("Rates", uses: ["Fields", "Expressions", "Operators"]),
    // Reaction integrators, splittings and exponential methods, estimates of errors and the sizes of steps
    module("TimeStepping", uses: ["Fields", "Expressions", "Operators", "Rates"]),
    // How waves about uniform states grow, by the equations and in steps
    module("Stability", uses: ["Operators", "TimeStepping"]),
    // Clock, schedule, the loop, observers
    module("Simulations", uses: ["Fields", "Expressions", "Rates", "TimeStepping"]),
    // HDF5 files, XDMF, CSV
    module("Storage", uses: ["CHDF5", "CHDF5Guard", "CProcess", "CXXHash", "Documents", "Fields", "Simulations"]),
    // Arrays out of NPY, PNG, TIFF and HDF5 files that others wrote
    module("ArrayFiles", uses: ["CPNG", "CTIFF", "Storage"]),
    // Pictures
    module("Reports", uses: ["CPNG", "Fields", "Simulations", "Storage"]),
    // Run file → checked configuration → assembled simulation
    module(
      "Configuration",
      uses: [
        "CFFTW", "CProcess", "Documents", "Fields", "Expressions", "Models", "Operators", "Rates", "TimeStepping",
        "Stability", "Simulations", "Storage", "ArrayFiles", "Reports",
      ]),
    // Benchmarks and the comparison of runs
    module(
      "Analysis",
      uses: [
        "CKernels", "Documents", "Fields", "Operators", "Rates", "Simulations", "Storage", "Reports", "Configuration",
      ]),
    // The command-line program: one file per verb
    .executableTarget(
      name: "oncofield",
      dependencies: [
        "CProcess", "Documents", "Fields", "Expressions", "Rates", "Simulations", "Storage", "Configuration",
        "Analysis",
        .product(name: "ArgumentParser", package: "swift-argument-parser"),
      ]),
    // Benchmarks: programs that are built by the scripts in Benchmarks/
    .executableTarget(
      name: "reaction-rate", dependencies: ["Fields", "Expressions", "Models", "TimeStepping"],
      path: "Benchmarks/ReactionRate"),
    .executableTarget(
      name: "operator-cost", dependencies: ["Documents", "Fields", "TimeStepping", "Simulations", "Configuration"],
      path: "Benchmarks/OperatorCost"),
    // What several tests use
    .target(name: "RandomNumbers", path: "Tests/RandomNumbers"),
    // Damaged inputs for all readers: a program that scripts/soak calls
    .systemLibrary(name: "CCompilerRuntime", path: "Tests/CCompilerRuntime"),
    .executableTarget(
      name: "fuzz-readers",
      dependencies: [
        "CCompilerRuntime", "CProcess", "Documents", "Expressions", "Storage", "ArrayFiles", "Configuration",
        "RandomNumbers",
      ],
      path: "Tests/FuzzReaders", exclude: ["Corpora", "fuzz.py"]),
    tests(of: "Documents", uses: ["RandomNumbers"]),
    tests(of: "Fields"),
    tests(of: "Expressions", uses: ["Fields", "RandomNumbers"]),
    tests(of: "Models", uses: ["Documents", "Expressions"]),
    tests(of: "Operators", uses: ["Fields", "RandomNumbers"]),
    tests(of: "Rates", uses: ["Fields", "Expressions"]),
    tests(
      of: "TimeStepping", uses: ["Fields", "Expressions", "Models", "Operators", "Rates", "Stability", "RandomNumbers"]),
    tests(of: "Simulations", uses: ["Fields", "Expressions", "Operators", "Rates", "TimeStepping"]),
    tests(of: "Storage", uses: ["Fields"]),
    tests(of: "ArrayFiles", uses: ["Reports"]),
    tests(of: "Reports", uses: ["Fields"]),
    tests(
      of: "Configuration",
      uses: [
        "Documents", "Fields", "Expressions", "Operators", "Rates", "TimeStepping", "Stability", "Simulations",
        "RandomNumbers",
      ]),
  ],
  swiftLanguageModes: [.v6]
)
