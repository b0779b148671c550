import Testing

/// Settings from outside that take back other settings from outside: values are compared, not spellings.
@Suite struct ContradictionTests {
  private static let text = """
    { "model": { "name": "m", "parameters": { "k": 1, "q": { "value": 2, "unit": "1" } }, "fields": { "u": {} },
        "reactions": { "u": "-k*q*u" } },
      "domain": { "size": [1], "points": [2] }, "initial": { "u": 1 }, "time": { "end": 1, "step": 0.1 },
      "treatment": [{ "name": "a", "at": 0.5, "add": { "u": 1 } }] }
    """

  @Test(arguments: [
    ["time.end=2", "time.end=3"],
    ["time.end=2", "\"time\".end=3"],
    ["model.parameters={\"k\": 1, \"q\": 1}", "model.parameters.k=2"],
    ["model.parameters.k=2", "model.parameters={\"k\": 1, \"q\": 1}"],
    ["model.parameters.k=2", "model.parameters={\"q\": 1}"],
    ["model.parameters.q.value=1", "model.parameters.q=3"],
    ["parameters={\"k\": 1}", "parameters.k=2"],
    ["time={\"end\": 1, \"step\": 0.1}", "time.step=0.05"],
    ["treatment.0.at=0.1", "treatment.00.at=0.2"],
    ["treatment.0.at=0.1", "treatment=[]"],
    ["domain.points=[4]", "domain.points.0=8"],
    ["title=one", "title=null"],
  ])
  func settingsThatContradictEachOtherAreRefusedWithBoth(settings: [String]) {
    let found = findings(Self.text, set: settings)
    #expect(found.contains("--set:1:1: error: this contradicts --set \""), "\(found)")
    let earlier = settings[0].replacing("\"", with: "\\\"")
    #expect(found.contains(earlier) && found.contains(settings[1]), "\(found)")
  }

  @Test(arguments: [
    ["time.end=2", "time.end=2.0"],
    ["time.end=2", "time.step=0.5"],
    ["model.parameters={\"k\": 1, \"q\": 1}", "model.parameters.k=1.0"],
    ["model.parameters.k=2", "model.parameters={\"k\": 2, \"q\": 1}"],
    ["model.parameters.q.value=1", "model.parameters.q.unit=\"1\""],
    ["parameters.k=1", "parameters.q=2"],
    ["treatment.0.at=0.1", "treatment.0.name=b"],
  ])
  func settingsThatAgreeAreTaken(settings: [String]) throws {
    #expect(!findings(Self.text, set: settings).contains("error"), "\(findings(Self.text, set: settings))")
  }

  @Test func contradictionsComeTogetherWithOtherErrors() {
    let found = findings(Self.text, set: ["time.end=2", "time.end=3", "time.end=4", "seed=x", "parameters.z=1"])
    #expect(found.split(separator: "\n").filter { $0.contains("error:") }.count == 4, "\(found)")
  }
}
