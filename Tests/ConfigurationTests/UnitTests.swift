import Configuration
import Testing

@Suite struct UnitTests {
  private static func text(_ domain: String, _ observables: String = "") -> String {
    """
    { "model": { "name": "m", "units": { "length": "mm", "time": "day" },
        "fields": { "T": { "unit": "cells/mm^3" }, "E": {} }, "compartments": { "A": { "unit": "mg/l" } },
        "reactions": { "T": "-T", "E": 0, "A": 0 } },
      "domain": { \(domain) }, "initial": { "T": 1, "E": 1, "A": 1 },
      "observables": { \(observables) }, "output": { "ledger": true }, "time": { "end": 1 } }
    """
  }

  private static func units(_ text: String) throws -> String {
    let assembly = try RunAssembly(configuration(text), threads: 1)
    return assembly.configuration.columnUnits(ledger: assembly.makeLedger()).pretty
  }

  /// Given by the user, or those of the model; what has none is not listed.
  @Test func everyColumnHasItsUnitAsFarAsItIsKnown() throws {
    let observables = #""burden": { "value": "integral(T)", "unit": "cells" }, "twice": "2*A""#
    let found = try Self.units(Self.text(#""size": [1, 1, 1], "points": [2, 2, 2]"#, observables))
    for line in [
      #""t": "day""#, #""dt": "day""#, #""burden": "cells""#, #""mass(T)": "cells/mm^3 · mm^3""#,
      #""max(T)": "cells/mm^3""#, #""A": "mg/l""#, #""ledger(T: reaction of T)": "cells/mm^3 · mm^3""#,
      #""ledger(A: scheme)": "mg/l""#,
    ] {
      #expect(found.contains(line), "\(line) in \(found)")
    }
    #expect(!found.contains("twice") && !found.contains("mass(E)"))
  }

  @Test func massesAreIntegralsOverAllAxes() throws {
    #expect(try Self.units(Self.text(#""size": [1], "points": [2]"#)).contains(#""mass(T)": "cells/mm^3 · mm""#))
    let sphere = #""geometry": "spherical-radial", "size": [1], "points": [2]"#
    #expect(try Self.units(Self.text(sphere)).contains(#""mass(T)": "cells/mm^3 · mm^3""#))
  }

  /// An observable written as an object is checked like one that is text.
  @Test func whatIsWrongIsSaidWhereItStands() {
    let domain = #""size": [1], "points": [2]"#
    let found = findings(Self.text(domain, #""a": { "value": "T" }, "b": { "unit": "mm" }"#))
    #expect(found.contains("the observable a varies from point to point"))
    #expect(found.contains(#""value""#), "\(found)")
  }
}
