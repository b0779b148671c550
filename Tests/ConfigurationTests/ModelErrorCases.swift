/// Lines with a model that is wrong, and what `RunFileErrorTests` expects to be said of them.
let modelErrorCases: [(key: String, line: String, expected: String)] = [
  (
    "model", #""model": "fisher-kp-glioma","#,
    """
    run.json:2:12: error: the catalogue has no model "fisher-kp-glioma"
        2 |   "model": "fisher-kp-glioma",
          |            ^~~~~~~~~~~~~~~~~~  did you mean "fisher-kpp-glioma"?
    """
  ),
  (
    "model", #""model": "models/none.json","#,
    """
    run.json:2:12: error: the model file models/none.json cannot be opened: no such file or directory
        2 |   "model": "models/none.json",
          |            ^~~~~~~~~~~~~~~~~~
    """
  ),
  (
    "model", #""model": { "name": "m", "fields": { "T": { "difusion": 1 }, "E": {} }, "reactions": { "T": "T" } },"#,
    """
    run.json:2:46: error: unknown key "difusion" in model.fields.T
        2 |   "model": { "name": "m", "fields": { "T": { "difusion": 1 }, "E": {} }, "reactions": { "T": "T" } },
          |                                              ^~~~~~~~~~  did you mean "diffusion"?
    """
  ),
  (
    "model", #""model": { "name": "m", "fields": { "T": {}, "E": {} }, "reactions": { "T": "rr*T" } },"#,
    """
    run.json:2:80: error: unknown symbol "rr" in the reaction of field T
        2 |   "model": { "name": "m", "fields": { "T": {}, "E": {} }, "reactions": { "T": "rr*T" } },
          |                                                                                ^~  did you mean "r"?
    """
  ),
  (
    "model",
    #""model": { "name": "m", "fields": { "T": { "extinction": { "below": 0, "every": 1e-12 } }, "E": { "taxis": [ { "toward": "Q", "sensitivity": "R" } ], "advection": { "u": 1, "z": 2 } } } },"#,
    """
    run.json:2:71: error: 0 is not greater than 0
        2 |   "model": { "name": "m", "fields": { "T": { "extinction": { "below": 0, "every": 1e-12 } }, "E": { "taxis": […
          |                                                                       ^  give a number greater than 0
    run.json:2:124: error: there is no field "Q"
        2 | …: 1e-12 } }, "E": { "taxis": [ { "toward": "Q", "sensitivity": "R" } ], "advection": { "u": 1, "z": 2 } } } },
          |                                             ^~~  the fields: T, E
    run.json:2:145: error: unknown symbol "R" in the taxis of field E
        2 | …: 1e-12 } }, "E": { "taxis": [ { "toward": "Q", "sensitivity": "R" } ], "advection": { "u": 1, "z": 2 } } } },
          |                                                                  ^  did you mean "r"?
    run.json:2:168: error: "u" is not an axis
        2 | …: 1e-12 } }, "E": { "taxis": [ { "toward": "Q", "sensitivity": "R" } ], "advection": { "u": 1, "z": 2 } } } },
          |                                                                                         ^~~  write x, y, z or r
    """
  ),
  (
    "model", #""model": { "name": "m", "fields": { "T": { "diffusion": -1 }, "E": {} } },"#,
    """
    run.json:2:59: error: the diffusivity of field T is -1, but must be at least 0
        2 |   "model": { "name": "m", "fields": { "T": { "diffusion": -1 }, "E": {} } },
          |                                                           ^~
    """
  ),
  (
    "model", #""model": { "name": "m", "fields": { "T": {}, "E": {} }, "parameters": { "T": 1, "exp": 2 } },"#,
    """
    run.json:2:75: error: the name "T" is taken by a field
        2 |   "model": { "name": "m", "fields": { "T": {}, "E": {} }, "parameters": { "T": 1, "exp": 2 } },
          |                                                                           ^~~  choose another name
    run.json:2:83: error: "exp" is a word of the expression language
        2 |   "model": { "name": "m", "fields": { "T": {}, "E": {} }, "parameters": { "T": 1, "exp": 2 } },
          |                                                                                   ^~~~~  choose another name
    """
  ),
  (
    "model",
    #""model": { "name": "m", "fields": { "T": {}, "E": {} }, "processes": [{ "name": "p", "rate": 1, "change": { "Q": 1 } }] },"#,
    """
    run.json:2:111: error: there is no field "Q"
        2 | …"m", "fields": { "T": {}, "E": {} }, "processes": [{ "name": "p", "rate": 1, "change": { "Q": 1 } }] },
          |                                                                                           ^~~  the fields: T, E
    """
  ),
  (
    "model", #""model": { "name": "m", "fields": {} },"#,
    """
    run.json:2:37: error: the model has no field
        2 |   "model": { "name": "m", "fields": {} },
          |                                     ^~  give "fields", or "compartments" alone
    """
  ),
  (
    "model",
    #""model": { "name": "m", "fields": { "T": {}, "E": {} }, "parameters": { "2k": 1, "a": { "value": 1, "range": [2, 0] } } },"#,
    """
    run.json:2:75: error: "2k" cannot be a name
        2 | …": "m", "fields": { "T": {}, "E": {} }, "parameters": { "2k": 1, "a": { "value": 1, "range": [2, 0] } } },
          |                                                          ^~~~  use letters, digits and _, and begin with a letter
    run.json:2:112: error: the range of parameter a ends before it begins
        2 | …: "m", "fields": { "T": {}, "E": {} }, "parameters": { "2k": 1, "a": { "value": 1, "range": [2, 0] } } },
          |                                                                                              ^~~~~~
    """
  ),
  (
    "model",
    #""model": { "name": "m", "fields": { "T": {}, "E": {} }, "functions": { "f(a, a)": "a", "g": "1 +", "h": "q*T" } },"#,
    """
    run.json:2:74: error: the function f has two arguments of the same name
        2 |   "model": { "name": "m", "fields": { "T": {}, "E": {} }, "functions": { "f(a, a)": "a", "g": "1 +", "h": "q*T…
          |                                                                          ^~~~~~~~~
    run.json:2:99: error: expected a value after "+", found the end in the function g
        2 | …el": { "name": "m", "fields": { "T": {}, "E": {} }, "functions": { "f(a, a)": "a", "g": "1 +", "h": "q*T" } },
          |                                                                                              ^
    run.json:2:108: error: unknown symbol "q" in the function h
        2 | …}, "E": {} }, "functions": { "f(a, a)": "a", "g": "1 +", "h": "q*T" } },
          |                                                                 ^  if it is a parameter, add it to "parameters"
    """
  ),
  (
    "model",
    #""model": { "name": "m", "fields": { "T": {}, "E": {} }, "functions": { "f": "g", "g": "f" }, "reactions": { "T": "f" } },"#,
    """
    run.json:2:80: error: functions must not use themselves: f uses g uses f in the function f
        2 |   "model": { "name": "m", "fields": { "T": {}, "E": {} }, "functions": { "f": "g", "g": "f" }, "reactions": { …
          |                                                                                ^
    run.json:2:90: error: functions must not use themselves: g uses f uses g in the function g
        2 |   "model": { "name": "m", "fields": { "T": {}, "E": {} }, "functions": { "f": "g", "g": "f" }, "reactions": { …
          |                                                                                          ^
    run.json:2:117: error: functions must not use themselves: f uses g uses f in the reaction of field T
        2 | …, "fields": { "T": {}, "E": {} }, "functions": { "f": "g", "g": "f" }, "reactions": { "T": "f" } },
          |                                                                                              ^
    """
  ),
  (
    "model", #""model": { "name": "m", "fields": { "T": {}, "E": {} }, "reactions": { "T": "z*T" } },"#,
    """
    run.json:2:80: error: "z" in the reaction of T is not a parameter of the model m, and there is no axis z in this domain
        2 |   "model": { "name": "m", "fields": { "T": {}, "E": {} }, "reactions": { "T": "z*T" } },
          |                                                                                ^  add it to "parameters", or use what there is: x, y
    """
  ),
  (
    "model",
    #""model": { "name": "m", "fields": { "T": { "diffusion": "z", "cross_diffusion": { "T": 1, "Q": 2, "E": "x" } }, "E": {} } },"#,
    """
    run.json:2:60: error: "z" in the movement of field T is not a parameter of the model m, and there is no axis z in this domain
        2 | …me": "m", "fields": { "T": { "diffusion": "z", "cross_diffusion": { "T": 1, "Q": 2, "E": "x" } }, "E": {} } },
          |                                             ^  add it to "parameters", or use what there is: x, y
    run.json:2:85: error: the cross-diffusion of field T is along the gradients of other fields
        2 | …me": "m", "fields": { "T": { "diffusion": "z", "cross_diffusion": { "T": 1, "Q": 2, "E": "x" } }, "E": {} } },
          |                                                                      ^~~  its own belongs under "diffusion"
    run.json:2:93: error: there is no field "Q"
        2 | …me": "m", "fields": { "T": { "diffusion": "z", "cross_diffusion": { "T": 1, "Q": 2, "E": "x" } }, "E": {} } },
          |                                                                              ^~~  the fields: T, E
    """
  ),
  (
    "model",
    #""model": { "name": "m", "fields": { "T": { "diffusion": 1, "cross_diffusion": { "E": 2 } }, "E": { "diffusion": 1, "cross_diffusion": { "T": -1 } } } },"#,
    """
    run.json:2:88: error: the cross-diffusion of T and E lets small waves grow or turn: the matrix of coefficients must have real eigenvalues of at least 0
        2 |   "model": { "name": "m", "fields": { "T": { "diffusion": 1, "cross_diffusion": { "E": 2 } }, "E": { "diffusio…
          |                                                                                        ^
    """
  ),
  (
    "model",
    #""model": { "name": "m", "fields": { "T": { "diffusion": "1 + T", "cross_diffusion": { "E": 2 } }, "E": { "diffusion": 1, "cross_diffusion": { "T": 0.1 } } } },"#,
    """
    run.json:2:94: error: the fields T and E drive each other, and the diffusivity of T is not constant
        2 | …sion": "1 + T", "cross_diffusion": { "E": 2 } }, "E": { "diffusion": 1, "cross_diffusion": { "T": 0.1 } } } },
          |                                            ^  give a constant diffusivity, or let only one of the fields drive the other
    """
  ),
  (
    "model",
    #""model": { "name": "m", "fields": { "T": { "diffusion": 1 }, "E": { "boundary": { "x-": { "value": 1 } } } } },"#,
    """
    run.json:2:91: error: field E does not diffuse along x, so that it has no boundary conditions there
        2 | …: { "T": { "diffusion": 1 }, "E": { "boundary": { "x-": { "value": 1 } } } } },
          |                                                          ^~~~~~~~~~~~~~  give it a diffusivity, or leave the condition out
    """
  ),
  (
    "model",
    #""model": { "name": "m", "fields": { "T": { "diffusion": 1, "quasi_steady": true, "boundary": { "x-": { "robin": { "coefficient": "1 + t", "outside": 1 } } } }, "E": {} } },"#,
    """
    run.json:2:132: error: the exchange of the quasi-steady field T at a side depends on parameters only
        2 | …asi_steady": true, "boundary": { "x-": { "robin": { "coefficient": "1 + t", "outside": 1 } } } }, "E": {} } },
          |                                                                     ^~~~~~~
    """
  ),
  (
    "model",
    #""model": { "name": "m", "fields": { "T": { "diffusion": { "y": 1 }, "boundary": { "y+": { "value": 1 } } }, "E": { "diffusion": { "x": 1, "y": 2 }, "boundary": { "x": { "value": "x + z" } } } } },"#,
    """
    run.json:2:59: error: the diffusion of field T is not given along x
        2 | …"m", "fields": { "T": { "diffusion": { "y": 1 }, "boundary": { "y+": { "value": 1 } } }, "E": { "diffusion": {…
          |                                       ^~~~~~~~~~  add "x": 0 if it does not diffuse along x
    run.json:2:186: error: "z" in a side condition of field E is not a parameter of the model m, and there is no axis z in this domain
        2 | …: { "x": 1, "y": 2 }, "boundary": { "x": { "value": "x + z" } } } } },
          |                                                           ^  add it to "parameters", or use what there is: x, y
    """
  ),
]
