import Documents
import Testing

/// A description, a document, and what is said about it.
struct Refusal: Sendable, CustomTestStringConvertible {
  let schema: Schema
  let text: String
  let rendering: String
  var testDescription: String { text }

  init(_ schema: Schema, _ text: String, _ rendering: String) {
    self.schema = schema
    self.text = text
    self.rendering = rendering
  }
}

@Suite struct SchemaCheckTests {
  @Test func aCompleteDocumentIsAccepted() throws {
    let text = #"""
      {
        "$schema": "./sample.schema.json", "title": "t",
        "domain": { "size": [1, 2.5], "points": [64, 6.4e1], "geometry": "cartesian", "unit": "mm" },
        "initial": { "T": "x^2", "E": 0 },
        "time": { "end": 1e3, "tolerance": { "relative": 1e-4 }, "threads": 0 },
        "treatment": [ { "at": [1, 2], "then": { "at": 3 } } ], "boundary": { "flux": "x" }, "overwrite": true
      }
      """#
    #expect(sample.check(try parse(text)).description == "")
  }

  @Test(arguments: kinds) func wrongKindsAreNamed(refusal: Refusal) throws {
    #expect(refusal.schema.check(try parse(refusal.text)).description == refusal.rendering)
  }

  @Test(arguments: bounds) func valuesOutOfBoundsAreNamed(refusal: Refusal) throws {
    #expect(refusal.schema.check(try parse(refusal.text)).description == refusal.rendering)
  }

  @Test(arguments: objects) func wrongKeysAreNamed(refusal: Refusal) throws {
    #expect(refusal.schema.check(try parse(refusal.text)).description == refusal.rendering)
  }

  @Test func allProblemsAreReportedAtOnce() throws {
    let text = #"""
      {
        "titel": "x",
        "domain": { "size": [10, -1, "ten", 4], "points": [], "geometry": "cartesien", "unit": 3 },
        "initial": { "": 3, "w": null },
        "time": { "tolerance": { "relativ": 1 }, "threads": 5000 },
        "treatment": [ { "at": 1, "then": { "at": [1, -2], "then": {} } } ],
        "taxis": 3
      }
      """#
    #expect(
      sample.check(try parse(text)).items.map(\.message) == [
        "unknown key \"titel\"", "expected 1 to 3 elements, found 4", "-1 is not greater than 0",
        "expected a number, found the string \"ten\"", "expected 1 to 3 elements, found an empty array",
        "unknown value \"cartesien\"", "expected a string, found the number 3", "a field name must not be empty",
        "expected a number or an expression, found null", "unknown key \"relativ\" in time.tolerance",
        "5000 is not at most 1024", "the key \"end\" is missing in time", "-2 is not at least 0",
        "the key \"at\" is missing in treatment.0.then.then",
        "\"taxis\" is not available yet (movement along gradients)",
      ])
  }

  @Test func theSchemaKeyIsAllowedAtTheRootOnly() throws {
    let schema = Schema.object([Property("a", .object([]), "A.")])
    #expect(schema.check(try parse(#"{"$schema": "x"}"#)).isEmpty)
    #expect(schema.check(try parse(#"{"$schema": 1}"#)).items.map(\.message) == ["unknown key \"$schema\""])
    #expect(
      schema.check(try parse(#"{"a": {"$schema": "x"}}"#)).items.map(\.message) == ["unknown key \"$schema\" in a"])
  }

  @Test func alternativesAreToldApartByKindAndTellingKey() throws {
    let schema = Schema.either([
      .choice([Choice("off", "")]), .choice([Choice("on", "")]), boundary, .array(of: .boolean), .boolean,
      .object([Property("size", .number(), "")]),
    ])
    for text in [
      #""off""#, #""on""#, #""periodic""#, #"{"value": 1}"#, #"{"flux": "x"}"#, "[true]", "false", #"{"size": 1}"#,
    ] {
      #expect(schema.check(try parse(text)).isEmpty)
    }
    #expect(schema.check(try parse("\"of\"")).items.map(\.suggestion) == ["off"])
    #expect(schema.check(try parse("[1]")).items.map(\.message) == ["expected true or false, found the number 1"])
  }
}

private let two = Schema.object([
  Property("end", .number(.positive), "", isRequired: true), Property("unit", .string(), ""),
  Property("later", .number(), "", availability: .later(what: "a later thing")),
])

private let kinds: [Refusal] = [
  Refusal(
    .number(), #""ten""#,
    #"""
    c.json:1:1: error: expected a number, found the string "ten"
        1 | "ten"
          | ^~~~~  write a plain number: no expression can stand here
    """#),
  Refusal(
    .number(), #""10""#,
    #"""
    c.json:1:1: error: expected a number, found the string "10"
        1 | "10"
          | ^~~~  write it without quotes
    """#),
  Refusal(
    .integer(), #"1.5"#,
    #"""
    c.json:1:1: error: expected an integer, found the number 1.5
        1 | 1.5
          | ^~~
    """#),
  Refusal(
    .integer(), #"[]"#,
    #"""
    c.json:1:1: error: expected an integer, found an empty array
        1 | []
          | ^~
    """#),
  Refusal(
    .string(), #"3"#,
    #"""
    c.json:1:1: error: expected a string, found the number 3
        1 | 3
          | ^  write it in double quotes
    """#),
  Refusal(
    .string(format: "expression"), #"true"#,
    #"""
    c.json:1:1: error: expected an expression, found true
        1 | true
          | ^~~~
    """#),
  Refusal(
    .choice([Choice("a", ""), Choice("b", "")]), #"{}"#,
    #"""
    c.json:1:1: error: expected a string, found an object
        1 | {}
          | ^  give "a" or "b"
    """#),
  Refusal(
    .boolean, #""true""#,
    #"""
    c.json:1:1: error: expected true or false, found the string "true"
        1 | "true"
          | ^~~~~~  write it without quotes
    """#),
  Refusal(
    .boolean, #"0"#,
    #"""
    c.json:1:1: error: expected true or false, found the number 0
        1 | 0
          | ^
    """#),
  Refusal(
    .array(of: .number()), #"1"#,
    #"""
    c.json:1:1: error: expected an array, found the number 1
        1 | 1
          | ^  put it into square brackets, [ … ]
    """#),
  Refusal(
    .object([]), #"[1]"#,
    #"""
    c.json:1:1: error: expected an object, found an array
        1 | [1]
          | ^~~  write an object, { "…": … }
    """#),
  Refusal(
    .map(key: "name", values: .number()), #"null"#,
    #"""
    c.json:1:1: error: expected an object, found null
        1 | null
          | ^~~~  give an object
    """#),
  Refusal(
    value, #"null"#,
    #"""
    c.json:1:1: error: expected a number or an expression, found null
        1 | null
          | ^~~~  give a number or an expression
    """#),
  Refusal(
    boundary, #"1"#,
    #"""
    c.json:1:1: error: expected a string or an object, found the number 1
        1 | 1
          | ^  give "no-flux" or "periodic" or an object
    """#),
  Refusal(
    .array(of: .boolean), #"[null]"#,
    #"""
    c.json:1:2: error: expected true or false, found null
        1 | [null]
          |  ^~~~  give true or false
    """#),
  Refusal(
    .object([Property("a", .number(), "")]), #"{"a": null}"#,
    #"""
    c.json:1:7: error: expected a number, found null
        1 | {"a": null}
          |       ^~~~  leave the key out to have its default
    """#),
]

private let bounds: [Refusal] = [
  Refusal(
    .number(.positive), #"0"#,
    #"""
    c.json:1:1: error: 0 is not greater than 0
        1 | 0
          | ^  give a number greater than 0
    """#),
  Refusal(
    .number(.nonNegative), #"-1e-9"#,
    #"""
    c.json:1:1: error: -1e-9 is not at least 0
        1 | -1e-9
          | ^~~~~  give a number of at least 0
    """#),
  Refusal(
    .number(.within(0...1)), #"1.5"#,
    #"""
    c.json:1:1: error: 1.5 is not at most 1
        1 | 1.5
          | ^~~  give a number from 0 to 1
    """#),
  Refusal(
    .number(.below(1)), #"1.0"#,
    #"""
    c.json:1:1: error: 1.0 is not less than 1
        1 | 1.0
          | ^~~  give a number less than 1
    """#),
  Refusal(
    .number(.atMost(1)), #"2"#,
    #"""
    c.json:1:1: error: 2 is not at most 1
        1 | 2
          | ^  give a number of at most 1
    """#),
  Refusal(
    .number(Bounds(lower: .including(0), upper: .excluding(1))), #"1"#,
    #"""
    c.json:1:1: error: 1 is not less than 1
        1 | 1
          | ^  give a number of at least 0 and less than 1
    """#),
  Refusal(
    .integer(2...8), #"1"#,
    #"""
    c.json:1:1: error: 1 is not at least 2
        1 | 1
          | ^  give an integer from 2 to 8
    """#),
  Refusal(
    .integer(2...8), #"9.0"#,
    #"""
    c.json:1:1: error: 9 is not at most 8
        1 | 9.0
          | ^~~  give an integer from 2 to 8
    """#),
  Refusal(
    .integer(2...8), #"1e99"#,
    #"""
    c.json:1:1: error: the integer 1e99 is too large
        1 | 1e99
          | ^~~~  give an integer from 2 to 8
    """#),
  Refusal(
    .integer(1...Int.max), #"0"#,
    #"""
    c.json:1:1: error: 0 is not at least 1
        1 | 0
          | ^  give an integer of at least 1
    """#),
  Refusal(
    .choice([Choice("no-flux", ""), Choice("periodic", "")]), #""peridic""#,
    #"""
    c.json:1:1: error: unknown value "peridic"
        1 | "peridic"
          | ^~~~~~~~~  did you mean "periodic"?
    """#),
  Refusal(
    .choice([Choice("no-flux", ""), Choice("periodic", "")]), #""wall""#,
    #"""
    c.json:1:1: error: unknown value "wall"
        1 | "wall"
          | ^~~~~~  write "no-flux" or "periodic"
    """#),
  Refusal(
    .choice([Choice("a", "", availability: .later(what: "soon"))]), #""a""#,
    #"""
    c.json:1:1: error: "a" is not available yet (soon)
        1 | "a"
          | ^~~
    """#),
  Refusal(
    .array(of: .number(), count: 1...3), #"[]"#,
    #"""
    c.json:1:1: error: expected 1 to 3 elements, found an empty array
        1 | []
          | ^~
    """#),
  Refusal(
    .array(of: .number(), count: 1...3), #"[1, 2, 3, 4]"#,
    #"""
    c.json:1:1: error: expected 1 to 3 elements, found 4
        1 | [1, 2, 3, 4]
          | ^~~~~~~~~~~~
    """#),
  Refusal(
    .array(of: .number(), count: 2...2), #"[1]"#,
    #"""
    c.json:1:1: error: expected 2 elements, found 1
        1 | [1]
          | ^~~
    """#),
  Refusal(
    .array(of: .number(), count: 1...Int.max), #"[]"#,
    #"""
    c.json:1:1: error: expected at least 1 element, found an empty array
        1 | []
          | ^~
    """#),
]

private let objects: [Refusal] = [
  Refusal(
    two, #"{"ned": 1}"#,
    #"""
    c.json:1:2: error: unknown key "ned"
        1 | {"ned": 1}
          |  ^~~~~  did you mean "end"?
    """#),
  Refusal(
    two, #"{"end": 1, "zzz": 2}"#,
    #"""
    c.json:1:12: error: unknown key "zzz"
        1 | {"end": 1, "zzz": 2}
          |            ^~~~~  the keys are "end" and "unit"
    """#),
  Refusal(
    two, #"{}"#,
    #"""
    c.json:1:1: error: the key "end" is missing
        1 | {}
          | ^  give "end", a number greater than 0
    """#),
  Refusal(
    two, #"{"end": 1, "later": 2}"#,
    #"""
    c.json:1:12: error: "later" is not available yet (a later thing)
        1 | {"end": 1, "later": 2}
          |            ^~~~~~~
    """#),
  Refusal(
    .object([]), #"{"a": 1}"#,
    #"""
    c.json:1:2: error: unknown key "a"
        1 | {"a": 1}
          |  ^~~  no keys are allowed here
    """#),
  Refusal(
    boundary, #"{"value": 1, "flux": 2}"#,
    #"""
    c.json:1:14: error: the keys "value" and "flux" exclude each other
        1 | {"value": 1, "flux": 2}
          |              ^~~~~~  keep one of them
    """#),
  Refusal(
    boundary, #"{"valeu": 1}"#,
    #"""
    c.json:1:2: error: unknown key "valeu"
        1 | {"valeu": 1}
          |  ^~~~~~~  did you mean "value"?
    """#),
  Refusal(
    boundary, #"{"x": 1}"#,
    #"""
    c.json:1:1: error: expected the key "value" or "flux"
        1 | {"x": 1}
          | ^
    """#),
  Refusal(
    .map(key: "field name", values: .number()), #"{"": 1}"#,
    #"""
    c.json:1:2: error: a field name must not be empty
        1 | {"": 1}
          |  ^~
    """#),
]
