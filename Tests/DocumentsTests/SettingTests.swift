import Documents
import Testing

@Suite struct SettingTests {
  private static let text = """
    {
      "title": "x",
      "time": { "end": 10 },
      "treatment": [ { "at": 1 }, { "at": 2 } ]
    }
    """

  private func setting(_ argument: String) throws -> JSONNode {
    let (path, text) = try JSONNode.override(argument)
    return try parse(SettingTests.text).setting(path, to: text)
  }

  private func verdict(_ argument: String) throws -> String {
    do {
      return "accepted " + JSONText(try setting(argument)).compact
    } catch let problems as Diagnostics {
      return problems.description
    }
  }

  @Test(arguments: [
    ("time.end=20", #"{"title":"x","time":{"end":20},"treatment":[{"at":1},{"at":2}]}"#),
    ("title=a = b", #"{"title":"a = b","time":{"end":10},"treatment":[{"at":1},{"at":2}]}"#),
    ("title=\"q\\n\"", #"{"title":"q\n","time":{"end":10},"treatment":[{"at":1},{"at":2}]}"#),
    ("title=", #"{"title":"","time":{"end":10},"treatment":[{"at":1},{"at":2}]}"#),
    ("title=null", #"{"title":null,"time":{"end":10},"treatment":[{"at":1},{"at":2}]}"#),
    ("title= 5", #"{"title":5,"time":{"end":10},"treatment":[{"at":1},{"at":2}]}"#),
    ("title=1//2", #"{"title":"1//2","time":{"end":10},"treatment":[{"at":1},{"at":2}]}"#),
    ("treatment.1.at=[1, 2]", #"{"title":"x","time":{"end":10},"treatment":[{"at":1},{"at":[1,2]}]}"#),
    ("treatment.0=3", #"{"title":"x","time":{"end":10},"treatment":[3,{"at":2}]}"#),
    ("time={}", #"{"title":"x","time":{},"treatment":[{"at":1},{"at":2}]}"#),
    ("a.b.c=true", #"{"title":"x","time":{"end":10},"treatment":[{"at":1},{"at":2}],"a":{"b":{"c":true}}}"#),
    ("\"a.b=c\".x=1e-3", #"{"title":"x","time":{"end":10},"treatment":[{"at":1},{"at":2}],"a.b=c":{"x":1e-3}}"#),
  ])
  func valuesAreReplacedOrAdded(argument: String, result: String) throws {
    #expect(JSONText(try setting(argument)).compact == result)
  }

  @Test func placesOfNewNodesAreInTheArgument() throws {
    let root = try setting("time.step.size=big")
    let node = root["time"]?["step"]?["size"]
    #expect(node?.place.source.name == "--set")
    #expect(node?.place.source.text == "time.step.size=big")
    #expect(node?.place.range == 15..<18)
    #expect(root["time"]?.keyPlace("step")?.range == 5..<9)
    #expect(root["time"]?["end"]?.place.source.name == "c.json")
    #expect(root["time"]?.place.source.name == "c.json")
  }

  @Test func replacedValuesKeepThePlaceOfTheirKey() throws {
    let root = try setting("time.end=ten")
    #expect(root["time"]?.keyPlace("end")?.source.name == "c.json")
    #expect(
      sample.check(root).items.first { $0.place?.source.name == "--set" }?.description == """
        --set:1:10: error: expected a number, found the string "ten"
            1 | time.end=ten
              |          ^~~  write a plain number: no expression can stand here
        """)
  }

  @Test(arguments: [
    (
      "noequals",
      """
      --set:1:1: error: expected path=value, found no "="
          1 | noequals
            | ^~~~~~~~  write for example time.end=10
      """
    ),
    (
      "\"abc=1",
      """
      --set:1:1: error: expected path=value, found no "="
          1 | "abc=1
            | ^~~~~~  close the key with "
      """
    ),
    (
      "=3",
      """
      --set:1:1: error: a key is missing in the path
          1 | =3
            | ^  write for example time.end=10
      """
    ),
    (
      "a..b=1",
      """
      --set:1:3: error: a key is missing in the path
          1 | a..b=1
            |   ^  write for example time.end=10
      """
    ),
    (
      "a.=1",
      """
      --set:1:3: error: a key is missing in the path
          1 | a.=1
            |   ^  write for example time.end=10
      """
    ),
    (
      "\"a\"b=1",
      """
      --set:1:4: error: expected "." or "=" after the key
          1 | "a"b=1
            |    ^
      """
    ),
    (
      "title.x=1",
      """
      --set:1:7: error: "x" cannot be set in the string "x", which is not an object
          1 | title.x=1
            |       ^  set the whole object
      """
    ),
    (
      "treatment.2.at=1",
      """
      --set:1:11: error: "2" is not an index of an array of 2 elements
          1 | treatment.2.at=1
            |           ^  give an index from 0 to 1
      """
    ),
    (
      "treatment.-1=1",
      """
      --set:1:11: error: "-1" is not an index of an array of 2 elements
          1 | treatment.-1=1
            |           ^~  give an index from 0 to 1
      """
    ),
    (
      "time.end=[1, 2",
      """
      --set:1:15: error: expected "," or "]", found the end of the text
          1 | time.end=[1, 2
            |               ^  the "[" at line 1, column 10 is not closed
      """
    ),
    (
      "title=\"abc",
      """
      --set:1:7: error: the string that begins here is never closed
          1 | title="abc
            |       ^  close it with "
      """
    ),
  ])
  func mistakesAreShownInTheArgument(argument: String, rendering: String) throws {
    #expect(try verdict(argument) == rendering)
  }

  @Test func pathsBeyondTheDepthLimitAreRefused() throws {
    let path = Array(repeating: "a", count: 65).joined(separator: ".")
    #expect(try verdict(path + "=1").contains("error: the path has more than 64 keys"))
    #expect(try verdict(path.dropLast(2) + "=1").hasPrefix("accepted"))
  }

  @Test func emptyArraysHaveNoIndex() throws {
    let root = try parse(#"{"a": []}"#)
    #expect(throws: Diagnostics.self) { try root.setting("a.0", to: "1") }
  }
}
