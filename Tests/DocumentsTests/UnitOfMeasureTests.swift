import Documents
import Testing

@Suite struct UnitOfMeasureTests {
  private static let equal: [[String]] = [
    ["d", "day", "days", "Day", "24 h", "1440 min"], ["h", "hr", "hrs", "hour", "hours", "3600 s"],
    ["s", "sec", "second", "seconds"], ["min", "minute", "minutes"], ["week", "weeks", "7 days"],
    ["um", "µm", "μm", "micron", "microns", "micrometer", "micrometre", "micrometers", "1e-3 mm"],
    ["mm", "millimeter", "millimetres"], ["cm", "centimeter", "10 mm"],
    ["1", "", "dimensionless", "none", "-", "unitless"],
    ["cells/mm^2", "cells/mm2", "cell mm^-2", "cells mm⁻²", "cells·mm^(-2)", "cells per mm^2", "100 cells/cm^2"],
    ["mm^2/(day cell)", "mm²/day/cell", "mm**2/(d*cells)"], ["mg/l", "ug/ml", "mg/L", "g/m^3", "µg/mL"],
    ["uM", "µM", "umol/l", "nmol/ml", "micromolar"], ["1/Gy", "Gy^-1"], ["10^6 cells/ml", "1e6 cells/ml"],
    ["mmHg", "133.322387415 Pa"], ["2.236 cm", "22.36 mm"], ["11.6 day", "11.6 d"], ["%", "percent", "0.01"],
  ]

  @Test(arguments: equal) func spellingsOfOneUnitAreEqual(spellings: [String]) {
    for spelling in spellings {
      let unit = UnitOfMeasure(spelling)
      #expect(unit.isKnown, "\(spelling): \(unit.unknownWords)")
      #expect(unit.equals(UnitOfMeasure(spellings[0])), "\(spelling) and \(spellings[0])")
    }
  }

  @Test func differentUnitsAreNotEqual() {
    let units = UnitOfMeasureTests.equal.map { UnitOfMeasure($0[0]) }
    for (index, one) in units.enumerated() {
      for other in units[..<index] { #expect(!one.equals(other), "\(one.text) and \(other.text)") }
    }
  }

  @Test(arguments: [
    ("furlong??", ["furlong??"], nil), ("furlong", ["furlong"], nil), ("cels/mm2", ["cels"], "cell"),
    ("life of a cell", ["life", "of"], nil), ("dys", ["dys"], nil), ("mm/", ["mm/"], nil), ("(mm", ["(mm"], nil),
    ("mm^x", ["mm^x"], nil),
  ])
  func whatIsNotKnownIsNamed(text: String, words: [String], near: String?) {
    let unit = UnitOfMeasure(text)
    #expect(Array(unit.unknownWords.prefix(2)) == words)
    #expect(unit.equals(UnitOfMeasure(text)) && !unit.equals(UnitOfMeasure("mm")))
    if let near { #expect(UnitOfMeasure.nearest(to: words[0]).map { [near, near + "s"].contains($0) } ?? false) }
  }

  /// The minute is no unit of length, and a length no unit of time.
  @Test func unitsOfLengthAndTimeAreTold() {
    #expect(UnitOfMeasure("2.236 cm").isLength && !UnitOfMeasure("cm^2").isLength && !UnitOfMeasure("min").isLength)
    #expect(UnitOfMeasure("month").isTime && !UnitOfMeasure("m").isTime && !UnitOfMeasure("1/s").isTime)
  }

  @Test func hostileTextsEndSoon() {
    for text in [
      String(repeating: "(", count: 10_000), String(repeating: "a/", count: 10_000), "1e999 m", "m^99999999999999",
    ] {
      #expect(!UnitOfMeasure(text).isKnown)
    }
  }
}
