import Configuration
import Documents
import Testing

/// A small run file, one line per key, in which one line is replaced.
private func runFile(_ key: String = "", _ line: String = "") -> String {
  let lines = [
    (
      "model",
      #""model": { "name": "m", "parameters": { "r": 1, "k": { "value": 2, "range": [1, 3] } }, "fields": { "T": { "diffusion": "r" }, "E": {} }, "reactions": { "T": "r*T" } },"#
    ),
    ("parameters", #""parameters": {},"#),
    ("domain", #""domain": { "size": [10, 5], "points": [20, 10] },"#),
    ("initial", #""initial": { "T": 1, "E": "0.1" },"#),
    ("time", #""time": { "end": 10, "step": 1 },"#),
    ("observables", #""observables": {},"#),
  ]
  return "{\n" + lines.map { "  " + ($0.0 == key ? line : $0.1) + "\n" }.joined() + "}\n"
}

private func message(_ text: String, set overrides: [String] = []) -> String {
  do {
    _ = try configuration(text, set: overrides)
    return "no error"
  } catch {
    return "\(error)"
  }
}

private let cases: [(key: String, line: String, expected: String)] =
  modelErrorCases + [
    (
      "parameters", #""parameters": { "k": 5, "q": 1 },"#,
      """
      run.json:3:24: error: parameter k is 5, but must be between 1 and 3
          3 |   "parameters": { "k": 5, "q": 1 },
            |                        ^
      run.json:3:27: error: the model m has no parameter "q"
          3 |   "parameters": { "k": 5, "q": 1 },
            |                           ^~~  its parameters: r, k
      """
    ),
    (
      "domain", #""domain": { "size": [10, 5], "points": [20] },"#,
      """
      run.json:4:42: error: "points" is given for one axis, "size" for 2
          4 |   "domain": { "size": [10, 5], "points": [20] },
            |                                          ^~~~  give one number for each axis in both
      """
    ),
    (
      "domain", #""domain": { "size": [10, 5, 5], "points": [16777216, 16777216, 16777216] },"#,
      """
      run.json:4:45: error: the grid has 4.722366482869645e+21 points, more than can be addressed
          4 |   "domain": { "size": [10, 5, 5], "points": [16777216, 16777216, 16777216] },
            |                                             ^~~~~~~~~~~~~~~~~~~~~~~~~~~~~~
      """
    ),
    (
      "domain", #""domain": { "size": [10], "points": [20], "boundary": { "y": "periodic" } },"#,
      """
      run.json:4:59: error: there is no axis y in this domain
          4 |   "domain": { "size": [10], "points": [20], "boundary": { "y": "periodic" } },
            |                                                           ^~~  its axes: x
      """
    ),
    (
      "domain", #""domain": { "size": [10], "points": [20], "boundary": { "x-": "periodic", "x+": "no-flux" } },"#,
      """
      run.json:4:83: error: the two sides of axis x of the domain do not go together
          4 |   "domain": { "size": [10], "points": [20], "boundary": { "x-": "periodic", "x+": "no-flux" } },
            |                                                                                   ^~~~~~~~~  periodic holds for both sides
      """
    ),
    (
      "initial", #""initial": { "T": "T + 1", "E": "y*z" },"#,
      """
      run.json:5:22: error: the field "T" cannot be used here in the initial value of field T
          5 |   "initial": { "T": "T + 1", "E": "y*z" },
            |                      ^  it may depend on parameters and position only
      run.json:5:38: error: the domain has no coordinate "z" in the initial value of field E
          5 |   "initial": { "T": "T + 1", "E": "y*z" },
            |                                      ^  it has x and y
      """
    ),
    (
      "initial", #""initial": { "T": 1 },"#,
      """
      run.json:5:14: error: the initial value of field E is missing
          5 |   "initial": { "T": 1 },
            |              ^  add "E": 0
      """
    ),
    (
      "time", #""time": { "end": 0, "step": 1 },"#,
      """
      run.json:6:20: error: the end of the run, 0, is not after its start, 0
          6 |   "time": { "end": 0, "step": 1 },
            |                    ^
      """
    ),
    (
      "time", #""time": { "end": 1e9, "step": 1e-4 },"#,
      """
      run.json:6:33: error: the run would take 10000000000000 steps
          6 |   "time": { "end": 1e9, "step": 1e-4 },
            |                                 ^~~~  take longer steps
      """
    ),
    (
      "time", #""time": { "end": 10, "step": 1, "scheme": "auto" },"#,
      """
      run.json:6:45: error: a fixed step says nothing about how accurate a scheme must be, so that none can be chosen
          6 |   "time": { "end": 10, "step": 1, "scheme": "auto" },
            |                                             ^~~~~~  name a scheme, or give a "tolerance" instead of a "step"
      """
    ),
    (
      "observables", #""observables": { "a": "T", "b": "integral(TT)" },"#,
      """
      run.json:7:25: error: the observable a varies from point to point
          7 |   "observables": { "a": "T", "b": "integral(TT)" },
            |                         ^~~  make it one number with integral(…), mean(…), min(…) or max(…)
      run.json:7:45: error: unknown symbol "TT" in the observable b
          7 |   "observables": { "a": "T", "b": "integral(TT)" },
            |                                             ^~  did you mean "T"?
      """
    ),
    (
      "domain", #""domain": { "size": [10], "points": [20], "origin": [0, 0] },"#,
      """
      run.json:4:55: error: "origin" is given for 2 axes, "size" for 1
          4 |   "domain": { "size": [10], "points": [20], "origin": [0, 0] },
            |                                                       ^~~~~~  give one number for each axis in both
      """
    ),
    (
      "domain",
      #""domain": { "size": [10], "points": [20], "boundary": { "left": "periodic", "x": "periodic", "x-": "periodic" } },"#,
      """
      run.json:4:59: error: "left" is not an axis or side
          4 |   "domain": { "size": [10], "points": [20], "boundary": { "left": "periodic", "x": "periodic", "x-": "periodic…
            |                                                           ^~~~~~  write x, y, z or r, or a side as in x- or x+
      run.json:4:96: error: axis x of the domain is given as a whole and by side
          4 | …20], "boundary": { "left": "periodic", "x": "periodic", "x-": "periodic" } },
            |                                                          ^~~~  keep x, or x- and x+; with --set give all sides in one object
      """
    ),
    (
      "domain", #""domain": { "size": [10], "points": [20], "boundary": { "x-": { "value": "T*y" } } },"#,
      """
      run.json:4:77: error: the field "T" cannot be used here at the side x- of the domain
          4 |   "domain": { "size": [10], "points": [20], "boundary": { "x-": { "value": "T*y" } } },
            |                                                                             ^  it may depend on parameters, position and time t only
      run.json:4:79: error: the domain has no coordinate "y" at the side x- of the domain
          4 |   "domain": { "size": [10], "points": [20], "boundary": { "x-": { "value": "T*y" } } },
            |                                                                               ^  it has x
      """
    ),
    (
      "domain", #""domain": { "size": [10], "points": [20], "boundary": { "x-": "periodic" } },"#,
      """
      run.json:4:65: error: the two sides of axis x of the domain do not go together
          4 |   "domain": { "size": [10], "points": [20], "boundary": { "x-": "periodic" } },
            |                                                                 ^~~~~~~~~~  periodic holds for both sides
      """
    ),
    (
      "domain",
      #""domain": { "size": [10], "points": [20], "boundary": { "x-": { "robin": { "coefficient": "-r", "outside": 1 } }, "x+": { "robin": { "coefficient": "x", "outside": 1 } } } },"#,
      """
      run.json:4:93: error: the robin coefficient is -1, but must be at least 0
          4 |   "domain": { "size": [10], "points": [20], "boundary": { "x-": { "robin": { "coefficient": "-r", "outside": 1…
            |                                                                                             ^~~~
      """
    ),
    (
      "domain",
      #""domain": { "geometry": "spherical-radial", "size": [10, 3], "points": [20, 5], "origin": [-1, 0] },"#,
      """
      run.json:4:55: error: a domain of geometry spherical-radial has one axis, not 2
          4 |   "domain": { "geometry": "spherical-radial", "size": [10, 3], "points": [20, 5], "origin": [-1, 0] },
            |                                                       ^~~~~~~  give one size and one number of points, those of the radius
      run.json:4:93: error: the radius begins at -1, below the center
          4 |   "domain": { "geometry": "spherical-radial", "size": [10, 3], "points": [20, 5], "origin": [-1, 0] },
            |                                                                                             ^~~~~~~  use an origin of at least 0
      """
    ),
    (
      "domain",
      #""domain": { "geometry": "spherical-radial", "size": [10], "points": [20], "boundary": { "r-": { "value": 1 }, "r+": "periodic" } },"#,
      """
      run.json:4:27: warning: "r" is a name of the model, and means that everywhere in this run file, not the radius
          4 |   "domain": { "geometry": "spherical-radial", "size": [10], "points": [20], "boundary": { "r-": { "value": 1 }…
            |                           ^~~~~~~~~~~~~~~~~~  give it another name if the position is needed
      run.json:4:91: error: the center of the radius is no side
          4 |   "domain": { "geometry": "spherical-radial", "size": [10], "points": [20], "boundary": { "r-": { "value": 1 }…
            |                                                                                           ^~~~  leave r- out
      run.json:4:119: error: the radius of the domain cannot be periodic
          4 | …"spherical-radial", "size": [10], "points": [20], "boundary": { "r-": { "value": 1 }, "r+": "periodic" } },
            |                                                                                              ^~~~~~~~~~
      """
    ),
    (
      "initial", #""initial": { "T": 1, "E": 0, "Q": 3 },"#,
      """
      run.json:5:32: error: there is no field "Q"
          5 |   "initial": { "T": 1, "E": 0, "Q": 3 },
            |                                ^~~  the fields: T, E
      """
    ),
    (
      "initial", #""initial": { "T": "where(x < 5, 1, 0", "E": { "file": "a.npy", "resampling": "cubic" } },"#,
      """
      run.json:5:27: error: this "(" is never closed in the initial value of field T
          5 |   "initial": { "T": "where(x < 5, 1, 0", "E": { "file": "a.npy", "resampling": "cubic" } },
            |                           ^  write the missing )
      run.json:5:80: error: unknown value "cubic"
          5 |   "initial": { "T": "where(x < 5, 1, 0", "E": { "file": "a.npy", "resampling": "cubic" } },
            |                                                                                ^~~~~~~  write "nearest", "linear" or "mean"
      """
    ),
    (
      "observables", #""numerics": { "propagator": { "TT": "kernel", "E": "fft" } },"#,
      """
      run.json:7:33: error: there is no field "TT"
          7 |   "numerics": { "propagator": { "TT": "kernel", "E": "fft" } },
            |                                 ^~~~  did you mean "T"?
      run.json:7:54: error: unknown value "fft"
          7 |   "numerics": { "propagator": { "TT": "kernel", "E": "fft" } },
            |                                                      ^~~~~  write "auto", "kernel" or "fourier"
      """
    ),
  ]

@Suite struct RunFileErrorTests {
  @Test(arguments: cases.indices)
  func everyErrorSaysWhereAndWhatToDo(index: Int) {
    let (key, line, expected) = cases[index]
    let found = message(runFile(key, line))
    #expect(found == expected)
  }

  @Test func aGoodRunFileHasNone() {
    #expect(message(runFile()) == "no error")
  }

  @Test func overridesAreCheckedLikeTheFile() {
    #expect(
      message(runFile(), set: ["time.end=-3"]) == """
        --set:1:10: error: the end of the run, -3, is not after its start, 0
            1 | time.end=-3
              |          ^~
        """)
    #expect(message(runFile(), set: ["time.ende=3"]).contains("did you mean \"end\"?"))
    #expect(message(runFile(), set: ["parameters.k=2.5", "domain.points.0=40", "initial.T=0.1*x"]) == "no error")
  }

  @Test func errorsOfAllPartsAreReportedAtOnce() {
    let text = runFile("domain", #""domain": { "size": [0, 5], "points": [20, 10] },"#)
      .replacing(#""E": "0.1""#, with: #""E": "0.1*q""#)
    let found = message(text)
    #expect(found.contains("0 is not greater than 0"))
    #expect(found.contains("unknown symbol \"q\" in the initial value of field E"))
  }
}
