import Documents
import Testing

/// A text with a mistake, and what is said about it.
struct Slip: Sendable, CustomTestStringConvertible {
  let text: String
  let rendering: String

  init(_ text: String, _ rendering: String) {
    self.text = text
    self.rendering = rendering
  }

  var testDescription: String { text }

  /// What the parser says about the text, or "accepted".
  var verdict: String {
    do throws(Diagnostics) {
      _ = try JSONNode.parse(SourceText(name: "c.json", text: text))
      return "accepted"
    } catch {
      return error.description
    }
  }
}

@Suite struct SyntaxErrorTests {
  @Test(arguments: structure) func mistakesOfStructureAreNamedWithPlaceAndRemedy(slip: Slip) {
    #expect(slip.verdict == slip.rendering)
  }

  @Test(arguments: foreign) func habitsFromOtherLanguagesAreNamedWithPlaceAndRemedy(slip: Slip) {
    #expect(slip.verdict == slip.rendering)
  }
}

private let structure: [Slip] = [
  Slip(
    "",
    #"""
    c.json:1:1: error: expected a value, found the end of the text
        1 |
          | ^
    """#),
  Slip(
    "{",
    #"""
    c.json:1:2: error: expected a key in double quotes or "}", found the end of the text
        1 | {
          |  ^  the "{" at line 1, column 1 is not closed
    """#),
  Slip(
    "{\"a\": 1",
    #"""
    c.json:1:8: error: expected "," or "}", found the end of the text
        1 | {"a": 1
          |        ^  the "{" at line 1, column 1 is not closed
    """#),
  Slip(
    "{\n  \"a\": [1, 2\n}\n",
    #"""
    c.json:3:1: error: expected "," or "]", found "}"
        3 | }
          | ^  the "[" at line 2, column 8 is not closed
    """#),
  Slip(
    "[1, 2}",
    #"""
    c.json:1:6: error: expected "," or "]", found "}"
        1 | [1, 2}
          |      ^  the "[" at line 1, column 1 is not closed
    """#),
  Slip(
    "{\"a\": 1\n \"b\": 2}",
    #"""
    c.json:1:8: error: expected "," or "}", found the string "b"
        1 | {"a": 1
          |        ^  put a comma here
    """#),
  Slip(
    "[1 2]",
    #"""
    c.json:1:3: error: expected "," or "]", found "2"
        1 | [1 2]
          |   ^  put a comma here
    """#),
  Slip(
    "[1 /* c */ 2]",
    #"""
    c.json:1:3: error: expected "," or "]", found "2"
        1 | [1 /* c */ 2]
          |   ^  put a comma here
    """#),
  Slip(
    "[\"x\" \"y\"]",
    #"""
    c.json:1:5: error: expected "," or "]", found the string "y"
        1 | ["x" "y"]
          |     ^  put a comma here
    """#),
  Slip(
    "{\"a\" = 1}",
    #"""
    c.json:1:6: error: expected ":" after the key "a", found "="
        1 | {"a" = 1}
          |      ^  write ":" instead of "="
    """#),
  Slip(
    "{\"a\" 1}",
    #"""
    c.json:1:6: error: expected ":" after the key "a", found "1"
        1 | {"a" 1}
          |      ^
    """#),
  Slip(
    "{\"a\"",
    #"""
    c.json:1:5: error: expected ":" after the key "a", found the end of the text
        1 | {"a"
          |     ^  the "{" at line 1, column 1 is not closed
    """#),
  Slip(
    "{\"a\":",
    #"""
    c.json:1:6: error: expected a value, found the end of the text
        1 | {"a":
          |      ^  the "{" at line 1, column 1 is not closed
    """#),
  Slip(
    "[\"a\": 1]",
    #"""
    c.json:1:5: error: expected "," or "]", found ":"
        1 | ["a": 1]
          |     ^  keys stand between { and }
    """#),
  Slip(
    "[1] ]",
    #"""
    c.json:1:5: error: expected the end of the text, found "]"
        1 | [1] ]
          |     ^  there is one closing bracket too many
    """#),
  Slip(
    "{} {}",
    #"""
    c.json:1:4: error: expected the end of the text, found "{"
        1 | {} {}
          |    ^  a text holds one value
    """#),
  Slip(
    "[,]",
    #"""
    c.json:1:2: error: expected a value, found ","
        1 | [,]
          |  ^  there is one comma too many
    """#),
  Slip(
    "[1,,2]",
    #"""
    c.json:1:4: error: expected a value, found ","
        1 | [1,,2]
          |    ^  there is one comma too many
    """#),
  Slip(
    "{,}",
    #"""
    c.json:1:2: error: expected a key in double quotes or "}", found ","
        1 | {,}
          |  ^  there is one comma too many
    """#),
  Slip(
    "{\"a\": }",
    #"""
    c.json:1:7: error: expected a value, found "}"
        1 | {"a": }
          |       ^  the value is missing
    """#),
  Slip(
    "{\"a\": ,}",
    #"""
    c.json:1:7: error: expected a value, found ","
        1 | {"a": ,}
          |       ^  the value is missing
    """#),
  Slip(
    "]",
    #"""
    c.json:1:1: error: expected a value, found "]"
        1 | ]
          | ^
    """#),
  Slip(
    "{\"a\": 1, \"b\": 2, \"a\": 3}",
    #"""
    c.json:1:18: error: the key "a" is given twice, first at line 1, column 2
        1 | {"a": 1, "b": 2, "a": 3}
          |                  ^~~  keep one of them
    """#),
]

private let foreign: [Slip] = [
  Slip(
    "{'a': 1}",
    #"""
    c.json:1:2: error: expected a key in double quotes or "}", found "'"
        1 | {'a': 1}
          |  ^  strings stand in straight double quotes (")
    """#),
  Slip(
    "{a: 1}",
    #"""
    c.json:1:2: error: expected a key in double quotes or "}", found "a"
        1 | {a: 1}
          |  ^  write "a"
    """#),
  Slip(
    "{\"a\": 'x'}",
    #"""
    c.json:1:7: error: expected a value, found "'"
        1 | {"a": 'x'}
          |       ^  strings stand in straight double quotes (")
    """#),
  Slip(
    "{\"a\": True}",
    #"""
    c.json:1:7: error: expected a value, found "True"
        1 | {"a": True}
          |       ^~~~  did you mean "true"?
    """#),
  Slip(
    "{\"a\": nulll}",
    #"""
    c.json:1:7: error: expected a value, found "nulll"
        1 | {"a": nulll}
          |       ^~~~~  did you mean "null"?
    """#),
  Slip(
    "{\"a\": NaN}",
    #"""
    c.json:1:7: error: expected a value, found "NaN"
        1 | {"a": NaN}
          |       ^~~  numbers are finite
    """#),
  Slip(
    "{\"a\": yes}",
    #"""
    c.json:1:7: error: expected a value, found "yes"
        1 | {"a": yes}
          |       ^~~  write text in double quotes
    """#),
  Slip(
    "# comment\n{}",
    #"""
    c.json:1:1: error: expected a value, found "#"
        1 | # comment
          | ^  a comment begins with //
    """#),
  Slip(
    "/* never",
    #"""
    c.json:1:1: error: the comment that begins here is never closed
        1 | /* never
          | ^~  close it with */
    """#),
  Slip(
    "[1]\n/ bad",
    #"""
    c.json:2:1: error: expected a comment, found "/"
        2 | / bad
          | ^  comments begin with // or /*, and formulas stand in double quotes
    """#),
  Slip(
    "{\"a\": 1/2}",
    #"""
    c.json:1:8: error: expected a comment, found "/"
        1 | {"a": 1/2}
          |        ^  comments begin with // or /*, and formulas stand in double quotes
    """#),
  Slip(
    "{\"a\": 2*x}",
    #"""
    c.json:1:8: error: expected "," or "}", found "*"
        1 | {"a": 2*x}
          |        ^  write formulas in double quotes
    """#),
  Slip(
    "{\"a\": D*x}",
    #"""
    c.json:1:7: error: expected a value, found "D"
        1 | {"a": D*x}
          |       ^  write text in double quotes
    """#),
  Slip(
    "{\u{A0}\"a\": 1}",
    #"""
    c.json:1:2: error: expected a key in double quotes or "}", found U+00A0 (no-break space)
        1 | { "a": 1}
          |  ^  write an ordinary space
    """#),
  Slip(
    "{“a”: 1}",
    #"""
    c.json:1:2: error: expected a key in double quotes or "}", found U+201C (left double quotation mark)
        1 | {“a”: 1}
          |  ^  strings stand in straight double quotes (")
    """#),
  Slip(
    "[−1]",
    #"""
    c.json:1:2: error: expected a value, found U+2212 (minus sign)
        1 | [−1]
          |  ^  write a plain minus (-)
    """#),
  Slip(
    "[1;2]",
    #"""
    c.json:1:3: error: expected "," or "]", found ";"
        1 | [1;2]
          |   ^  a comment begins with //
    """#),
  Slip(
    "[1, \u{1B}[31m]",
    #"""
    c.json:1:5: error: expected a value, found U+001B
        1 | [1, ␛[31m]
          |     ^
    """#),
]
