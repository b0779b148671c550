import Configuration
import Documents
import Testing

private func message(_ noise: String, time: String = #""end": 10, "step": 0.1"#) -> String {
  let text = """
    {
      "model": { "name": "m", "parameters": { "s": 0.3 },
        "fields": { "u": { "diffusion": 0.1 }, "q": { "diffusion": 1, "quasi_steady": true } },
        "compartments": { "A": {} },
        "reactions": { "u": "u*(1 - u)", "q": "u - q" },
        "noise": [
    \(noise)
        ] },
      "domain": { "size": [10, 5], "points": [20, 10] }, "initial": { "u": 1, "A": 1 },
      "time": { \(time) }
    }
    """
  return findings(text)
}

private let plain = #"{ "name": "n", "correlation": "white", "change": { "u": "s*u" } }"#

@Suite struct NoiseErrorTests {
  @Test(arguments: [
    (
      #"{ "name": "n", "correlation": "white", "change": { "v": "s*u", "u": "ss*u" } }, { "name": "n", "correlation": "white", "change": {} }"#,
      ["error: there is no field \"v\"", "error: unknown symbol \"ss\" in the noise n"]
    ),
    (
      #"{ "name": "n", "correlation": "white", "change": { "u": "s*u" } }, { "name": "n", "correlation": "uniform", "change": { "u": "s" } }"#,
      ["error: there are two sources of noise \"n\""]
    ),
    (
      #"{ "name": "n", "correlation": "white", "change": { "q": 1, "A": 1, "u": "convolve(exp(-x^2), u)" } }"#,
      [
        "error: the quasi-steady field q follows from the other fields, and noise cannot drive it",
        "error: the compartment A is one number, and the noise n differs from point to point",
        "error: convolve and integrals along an axis are not available in the noise n",
      ]
    ),
    (
      #"{ "name": "n", "correlation": "uniform", "change": { "A": "u" } }"#,
      ["error: the noise of the compartment A varies from point to point"]
    ),
    (
      #"{ "name": "n", "correlation": "uniform", "change": { "u": "z" } }"#,
      ["error: \"z\" in the noise n is not a parameter of the model m, and there is no axis z in this domain"]
    ),
    (
      #"{ "name": "n", "correlation": "uniform", "change": { "u": "normal()" } }"#,
      ["error: normal() may be used in initial values only in the noise n"]
    ),
    (
      #"{ "name": "n", "corelation": "uniform", "change": { "u": "u" } }"#,
      ["error: unknown key \"corelation\" in model.noise.0"]
    ),
  ])
  func whatIsWrongIsSaid(noise: String, expected: [String]) {
    let found = sentences(message(noise))
    for sentence in expected { #expect(found.contains(sentence), "\(found)") }
    #expect(found.count == expected.count, "\(found)")
  }

  @Test(arguments: [
    (
      #""end": 10, "tolerance": 1e-3"#,
      "a model with noise needs a fixed step: its path is too rough for an error to be estimated",
      #"give a "step", and no "tolerance""#
    ),
    (
      #""end": 10"#, "a model with noise needs a fixed step: its path is too rough for an error to be estimated",
      #"give a "step", and no "tolerance""#
    ),
    (
      #""end": 10, "step": 0.1, "scheme": "rebalanced-strang""#,
      "the scheme rebalanced-strang goes by earlier steps, which say nothing with noise between them",
      "use strang, or etdrk4 if a chemical is fast"
    ),
    (
      #""end": 10, "step": 0.001, "noise_interval": 2"#,
      "the paths of the noise are known to a millionth of \"noise_interval\", which is too coarse for steps of 0.001",
      "make it at most 1"
    ),
  ])
  func stepsThatDoNotFitAreRefusedWithARemedy(time: String, problem: String, remedy: String) {
    let text = message(plain, time: time)
    #expect(sentences(text) == ["error: " + problem])
    #expect(text.contains(remedy), "\(text)")
  }

  @Test func anIntervalWithoutNoiseIsRefused() {
    #expect(
      sentences(message("", time: #""end": 10, "step": 0.1, "noise_interval": 0.1"#)) == [
        "error: there is no noise in the model m"
      ])
  }

  @Test func thePlanSaysHowEachFieldIsDriven() throws {
    let text = """
      { "model": { "name": "m", "parameters": { "K": 2 }, "fields": { "u": {}, "v": {}, "w": {} },
          "processes": [ { "name": "death", "rate": "u*v", "change": { "v": -1, "u": -1, "w": -1 } } ],
          "noise": [ { "name": "a", "correlation": "white", "change": { "u": "0.1*u", "v": "v*(1 - v/K)", "w": "0.5" } } ] },
        "domain": { "size": [10], "points": [20] }, "initial": { "u": 1, "v": 1, "w": 1 }, "time": { "end": 1, "step": 0.1 } }
      """
    let configuration = try configuration(text)
    let plan = try RunPlan(RunAssembly(configuration, threads: 1)).text
    for line in [
      "u: cannot become negative", "v: cannot become negative",
      "w: can become negative where 0.5 of noise a, or u*v of death takes away what is not there",
      "noise        a, white: 0.1*u dW in u, v*(1 - v/K) dW in v, 0.5 dW in w",
      "noise        u: vanishes with the field, by a geometric factor that keeps its sign",
      "noise        v: by its logit, which keeps it between 0 and 2",
      "noise        w: by the method of Euler and Maruyama, which keeps no sign",
    ] {
      #expect(plan.contains(line + "\n"), "\(plan)")
    }
    #expect(configuration.cannotBecomeNegative == [true, true, false])
  }
}
