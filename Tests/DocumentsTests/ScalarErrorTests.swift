import Documents
import Testing

@Suite struct ScalarErrorTests {
  @Test(arguments: numbers) func malformedNumbersAreNamedWithPlaceAndRemedy(slip: Slip) {
    #expect(slip.verdict == slip.rendering)
  }

  @Test(arguments: strings) func malformedStringsAreNamedWithPlaceAndRemedy(slip: Slip) {
    #expect(slip.verdict == slip.rendering)
  }
}

private let numbers: [Slip] = [
  Slip(
    "[+1]",
    #"""
    c.json:1:2: error: expected a value, found "+"
        1 | [+1]
          |  ^  leave the plus out
    """#),
  Slip(
    "[.5]",
    #"""
    c.json:1:2: error: expected a value, found "."
        1 | [.5]
          |  ^  write a digit before the decimal point
    """#),
  Slip(
    "[1.]",
    #"""
    c.json:1:4: error: expected a digit after the decimal point, found "]"
        1 | [1.]
          |    ^
    """#),
  Slip(
    "[1e]",
    #"""
    c.json:1:4: error: expected a digit after the exponent's e, found "]"
        1 | [1e]
          |    ^
    """#),
  Slip(
    "[-]",
    #"""
    c.json:1:3: error: expected a digit after the minus, found "]"
        1 | [-]
          |   ^
    """#),
  Slip(
    "[-x]",
    #"""
    c.json:1:3: error: expected a digit after the minus, found "x"
        1 | [-x]
          |   ^  write text in double quotes
    """#),
  Slip(
    "[012]",
    #"""
    c.json:1:2: error: a number must not begin with zeros
        1 | [012]
          |  ^~~  write 12
    """#),
  Slip(
    "[-007]",
    #"""
    c.json:1:2: error: a number must not begin with zeros
        1 | [-007]
          |  ^~~~  write -7
    """#),
  Slip(
    "[00]",
    #"""
    c.json:1:2: error: a number must not begin with zeros
        1 | [00]
          |  ^~  write 0
    """#),
  Slip(
    "[1.2.3]",
    #"""
    c.json:1:5: error: expected the end of the number, found "."
        1 | [1.2.3]
          |     ^  write text in double quotes
    """#),
  Slip(
    "[10px]",
    #"""
    c.json:1:4: error: expected the end of the number, found "px"
        1 | [10px]
          |    ^~  write text in double quotes
    """#),
  Slip(
    "[0x10]",
    #"""
    c.json:1:3: error: expected the end of the number, found "x10"
        1 | [0x10]
          |   ^~~  write text in double quotes
    """#),
  Slip(
    "[1e400, -1e999]",
    #"""
    c.json:1:2: error: the number 1e400 is too large
        1 | [1e400, -1e999]
          |  ^~~~~  numbers end at about 1.8e308
    c.json:1:9: error: the number -1e999 is too large
        1 | [1e400, -1e999]
          |         ^~~~~~  numbers end at about 1.8e308
    """#),
]

private let strings: [Slip] = [
  Slip(
    "[\"a\nb\"]",
    #"""
    c.json:1:2: error: the string does not end on its line
        1 | ["a
          |  ^~  close it with " or write \n
    """#),
  Slip(
    "[\"a\tb\"]",
    #"""
    c.json:1:4: error: the control character U+0009 stands in a string
        1 | ["a	b"]
          |    ^  write \t
    """#),
  Slip(
    "[\"a\u{7}b\"]",
    #"""
    c.json:1:4: error: the control character U+0007 stands in a string
        1 | ["a␇b"]
          |    ^  write \u0007
    """#),
  Slip(
    "[\"a\\xb\"]",
    #"""
    c.json:1:4: error: unknown escape \x
        1 | ["a\xb"]
          |    ^~  write \\ for a backslash; the escapes are \" \\ \/ \b \f \n \r \t \uXXXX
    """#),
  Slip(
    "[\"a\\\nb\"]",
    #"""
    c.json:1:4: error: unknown escape \
        1 | ["a\
          |    ^  write \\ for a backslash; the escapes are \" \\ \/ \b \f \n \r \t \uXXXX
    """#),
  Slip(
    "[\"\\u12G4\"]",
    #"""
    c.json:1:3: error: expected four hexadecimal digits after \u
        1 | ["\u12G4"]
          |   ^~~~
    """#),
  Slip(
    "[\"\\ud800\"]",
    #"""
    c.json:1:3: error: \uD800 is one half of a surrogate pair
        1 | ["\ud800"]
          |   ^~~~~~  write both halves, or the character itself
    """#),
  Slip(
    "[\"\\ud800\\u0041\"]",
    #"""
    c.json:1:3: error: \uD800 is one half of a surrogate pair
        1 | ["\ud800\u0041"]
          |   ^~~~~~  write both halves, or the character itself
    """#),
  Slip(
    "[\"\\udc00\"]",
    #"""
    c.json:1:3: error: \uDC00 is one half of a surrogate pair
        1 | ["\udc00"]
          |   ^~~~~~  write both halves, or the character itself
    """#),
  Slip(
    "[\"abc",
    #"""
    c.json:1:2: error: the string that begins here is never closed
        1 | ["abc
          |  ^  close it with "
    """#),
  Slip(
    "[\"abc\\",
    #"""
    c.json:1:2: error: the string that begins here is never closed
        1 | ["abc\
          |  ^  close it with "
    """#),
  Slip(
    "[\"abc\\u00",
    #"""
    c.json:1:6: error: expected four hexadecimal digits after \u
        1 | ["abc\u00
          |      ^~~~
    """#),
]
