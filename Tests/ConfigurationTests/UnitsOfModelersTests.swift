import Testing

/// Models with units as modelers write them: nothing is refused, and nothing warned of.
@Suite struct UnitsOfModelersTests {
  struct Case: Sendable, CustomTestStringConvertible {
    let name: String
    let length: String
    let time: String
    /// Name, value and unit, separated by blanks.
    let parameters: [(name: String, unit: String)]
    /// Name, unit and what else the field has.
    let fields: [(name: String, unit: String, others: String)]
    let rates: [String: String]
    var testDescription: String { name }

    init(
      _ name: String, length: String = "mm", time: String = "day", _ parameters: KeyValuePairs<String, String>,
      _ fields: [(String, String, String)], _ rates: [String: String]
    ) {
      (self.name, self.length, self.time, self.rates) = (name, length, time, rates)
      self.parameters = parameters.map { ($0.key, $0.value) }
      self.fields = fields.map { ($0.0, $0.1, $0.2) }
    }

    var text: String {
      let parameters = parameters.map { #""\#($0.name)": { "value": 0.5, "unit": "\#($0.unit)" }"# }
      let fields = fields.map { #""\#($0.name)": { "unit": "\#($0.unit)"\#($0.others) }"# }
      let initial = self.fields.map { #""\#($0.name)": 0.1"# }
      let rates = rates.map { #""\#($0.key)": "\#($0.value)""# }
      return """
        { "model": { "name": "m", "units": { "length": "\(length)", "time": "\(time)" },
            "parameters": { \(parameters.joined(separator: ", ")) }, "fields": { \(fields.joined(separator: ", ")) },
            "reactions": { \(rates.joined(separator: ", ")) } },
          "domain": { "size": [4, 4], "points": [8, 8], "unit": "\(length)" },
          "initial": { \(initial.joined(separator: ", ")) }, "time": { "end": 1, "unit": "\(time)", "step": 0.1 } }
        """
    }
  }

  private static let chemotaxis = #", "diffusion": "D", "taxis": [{ "toward": "c", "sensitivity": "#

  static let cases: [Case] = [
    Case(
      "porous medium with a capacity", ["D": "mm^2/day", "K": "cells/mm^2", "r": "1/day"],
      [("u", "cells/mm^2", #", "diffusion": "D*u/K""#)], ["u": "r*u*(1 - u/K)"]),
    Case(
      "porous medium with a scale of 1", ["D": "mm^2/day", "m": "1"],
      [("u", "mg/ml", #", "diffusion": "D*(1 + u)^2""#)], ["u": "0*m*u"]),
    Case(
      "receptors, half-saturation in the numerator", ["chi": "mm^2/day", "K": "nM", "D": "mm^2/day"],
      [("u", "cells/mm^2", chemotaxis + #""chi*K/(K + c)^2" }]"#), ("c", "nM", #", "diffusion": "D""#)], [:]),
    Case(
      "receptors, half-saturation of 1", ["chi": "mm^2/(day nM)", "D": "mm^2/day"],
      [("u", "cells/mm^2", chemotaxis + #""chi/(1 + c)^2" }]"#), ("c", "nM", #", "diffusion": "D""#)], [:]),
    Case(
      "receptors, share of receptors", ["chi": "mm^2/(day nM)", "K": "nM", "D": "mm^2/day"],
      [("u", "cells/mm^2", chemotaxis + #""chi/(1 + c/K)^2" }]"#), ("c", "nM", #", "diffusion": "D""#)], [:]),
    Case(
      "logarithmic sensing", ["chi": "mm^2/day", "c0": "nM", "D": "mm^2/day"],
      [("u", "cells/mm^2", chemotaxis + #""chi/(c + c0)" }]"#), ("c", "nM", #", "diffusion": "D""#)], [:]),
    Case(
      "volume filling", ["chi": "mm^2/(day nM)", "K": "cells/mm^2", "D": "mm^2/day"],
      [("u", "cells/mm^2", chemotaxis + #""chi*(1 - u/K)" }]"#), ("c", "nM", #", "diffusion": "D""#)], [:]),
    Case(
      "haptotaxis", ["rho": "mm^2/day", "D": "mm^2/day", "d": "ml/(pg day)", "s": "pg/(cell day)"],
      [
        ("u", "cells/ml", #", "diffusion": "D", "taxis": [{ "toward": "f", "sensitivity": "rho" }]"#), ("f", "1", ""),
        ("m", "pg/ml", #", "diffusion": "D""#),
      ], ["f": "-d*m*f", "m": "s*u"]),
    Case(
      "nonlinear cross-diffusion", ["d": "mm^2/day", "a": "mm^4/(day cell)"],
      [
        ("u", "cells/mm^2", #", "diffusion": "d + 2*a*u + a*v", "taxis": [{ "toward": "v", "sensitivity": "-a" }]"#),
        ("v", "cells/mm^2", #", "diffusion": "d""#),
      ], [:]),
    Case(
      "percent", ["r": "1/day", "K": "%", "e": "1", "k": "1/day"], [("u", "%", "")],
      ["u": "r*u*(1 - u/K) - (1 - e)*k*u"]),
    Case("an efficacy in percent", ["r": "1/day", "eff": "%"], [("u", "ng/ml", "")], ["u": "-r*u*(1 - eff/100)"]),
    Case(
      "rates per cell", ["k": "ml/(cell day)", "s": "cells/(ml day)", "g": "cells/ml", "p": "1/day", "b": "ml/cell"],
      [("E", "cells/ml", ""), ("T", "cells/ml", "")],
      ["E": "s + p*E*T/(g + T) - k*E*T - p*E", "T": "p*T*(1 - b*T) - k*E*T"]),
    Case(
      "dose rate", ["rate": "Gy/day", "mu": "1/day", "alpha": "Gy^-1"], [("d", "Gy", ""), ("u", "1", "")],
      ["d": "rate - mu*d", "u": "-alpha*rate*u*exp(-alpha*d)"]),
    Case(
      "oxygen in mm Hg", length: "um", time: "s",
      ["D": "um^2/s", "q": "mm Hg/s", "Km": "mmHg", "P": "1/s", "pb": "mm Hg"],
      [("p", "mmHg", #", "diffusion": "D""#)], ["p": "-q*p/(Km + p) + P*(pb - p)"]),
    Case(
      "binding", length: "µm", time: "s", ["kon": "1/(M s)", "koff": "1/s", "R": "mol/l"],
      [("c", "M", #", "diffusion": 10"#), ("b", "mol/l", "")],
      ["c": "koff*b - kon*c*(R - b)", "b": "kon*c*(R - b) - koff*b"]),
    Case(
      "millions of cells", ["r": "d⁻¹", "K": "10⁶ cells ml⁻¹", "k": "ml/(1e6 cells day)"],
      [("u", "1e6 cells/ml", ""), ("v", "10^6 cells/ml", "")], ["u": "r*u*(1 - u/K) - k*u*v"]),
    Case("a capacity of 1", ["r": "1/day"], [("u", "mg/ml", "")], ["u": "r*u*(1 - u)"]),
    Case("an Allee threshold as a number", ["r": "1/day"], [("u", "mg/ml", "")], ["u": "r*u*(u - 0.1)*(1 - u)"]),
    Case("a half-saturation as a number", ["V": "1/day"], [("u", "mg/ml", "")], ["u": "-V*u/(1 + u)"]),
    Case("Gompertz", ["a": "1/day", "K": "mg/ml"], [("u", "mg/ml", "")], ["u": "a*u*log(K/(u + 1e-9))"]),
    Case(
      "cells that one volume holds", ["r": "1/day", "N": "cells"], [("u", "cells/mm^3", "")],
      ["u": "r*u*(1 - integral(u)/N)"]),
    Case(
      "a rhythm", time: "h", ["r": "1/h", "T": "h", "a": "1"], [("u", "1", "")],
      ["u": "r*u*(1 + a*cos(2*pi*t/T))*(1 - u)"]),
    Case(
      "a cumulated exposure", ["k": "1/(uM day)"], [("c", "uM", ""), ("auc", "uM day", ""), ("dmg", "1", "")],
      ["auc": "c", "dmg": "k*c*(1 - dmg)"]),
    Case("temperature", time: "s", ["w": "1/s", "Tb": "degC"], [("T", "°C", "")], ["T": "w*(Tb - T)"]),
    Case("height", length: "um", time: "min", ["g": "um/min", "k": "1/min"], [("h", "um", "")], ["h": "g - k*h"]),
  ]

  @Test(arguments: cases)
  func areTakenAsTheyAre(model: Case) {
    #expect(!findings(model.text).contains("unit"), "\(findings(model.text))")
    #expect(!findings(model.text).contains("error"), "\(findings(model.text))")
  }

  /// What is left out is a scale of 1, not a unit of the same kind.
  @Test func aSumWithANumberDoesNotHideOtherUnits() {
    let model = Case("two units", ["r": "1/day", "K": "ug/ml"], [("u", "mg/ml", "")], ["u": "r*u*(1 - (u + K))"])
    #expect(findings(model.text).contains("error"), "\(findings(model.text))")
  }
}
