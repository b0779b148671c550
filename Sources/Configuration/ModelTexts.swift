import Documents
import Expressions

/// The expressions of a model as they are written, of a text that need not be a good model: for what can be said of names
/// before they have a meaning.
struct ModelTexts {
  /// An expression, where it stands, and what it is for.
  struct Text {
    let node: JSONNode
    let syntax: Syntax
    /// As in "the rate of process growth".
    let subject: String
  }

  let name: String
  /// Fields, compartments, parameters and functions.
  let names: Set<String>
  let parameters: [JSONObject.Member]
  /// Expressions other than those of functions.
  let texts: [Text]
  /// Of each function its arguments and its body.
  let functions: [String: (arguments: Set<String>, text: Text)]

  /// - Parameters:
  ///   - node: the JSON of the model.
  ///   - axes: of the domain: what is given for other axes is left out; nil for all.
  init(_ node: JSONNode, axes: [String]? = nil) {
    func parse(_ node: JSONNode, _ subject: String) -> Text? {
      guard let text = node.string, let syntax = try? Syntax.parse(text) else { return nil }
      return Text(node: node, syntax: syntax, subject: subject)
    }
    func isForOtherAxis(_ key: String) -> Bool {
      guard let axes else { return false }
      let axis = key.filter { $0 != "+" && $0 != "-" }
      return Scope.allCoordinates.contains(axis) && !axes.contains(axis)
    }
    /// All strings within a value.
    func strings(in node: JSONNode?, _ subject: String) -> [Text] {
      guard let node else { return [] }
      if let array = node.array { return array.flatMap { strings(in: $0, subject) } }
      if node.object != nil {
        return node.members.filter {
          !isForOtherAxis($0.key) && $0.key != "toward" && $0.key != "field" && $0.key != "carries"
        }
        .flatMap { strings(in: $0.value, subject) }
      }
      return parse(node, subject).map { [$0] } ?? []
    }
    name = node["name"]?.string ?? "?"
    parameters = node["parameters"]?.members ?? []
    var functions: [String: (arguments: Set<String>, text: Text)] = [:]
    for member in node["functions"]?.members ?? [] {
      let name = String(member.key.prefix { $0 != "(" })
      let arguments = member.key.dropFirst(name.count).split { "(), ".contains($0) }.map(String.init)
      if let text = parse(member.value, "the function \(name)") { functions[name] = (Set(arguments), text) }
    }
    self.functions = functions
    let fields = node["fields"]?.members ?? []
    let compartments = node["compartments"]?.members ?? []
    names = Set((fields + compartments + parameters).map(\.key)).union(functions.keys)
    var texts: [Text] = []
    for field in fields {
      for key in ["diffusion", "cross_diffusion", "taxis", "advection"] {
        texts += strings(in: field.value[key], "the movement of field \(field.key)")
      }
      texts += strings(in: field.value["boundary"], "a side condition of field \(field.key)")
    }
    for process in node["processes"]?.array ?? [] {
      let subject = "process \(process["name"]?.string ?? "?")"
      texts += strings(in: process["rate"], subject) + strings(in: process["change"], subject)
    }
    for member in node["reactions"]?.members ?? [] {
      texts += strings(in: member.value, "the reaction of \(member.key)")
    }
    for source in node["noise"]?.array ?? [] {
      texts += strings(in: source["change"], "the noise \(source["name"]?.string ?? "?")")
    }
    self.texts = texts + strings(in: node["free_boundary"], "the law of the free boundary")
  }

  /// The functions that some texts use, directly or by way of others.
  func functionsUsed(by texts: [Text]) -> Set<String> {
    var used = Set<String>()
    var open = texts.map(\.syntax)
    while let syntax = open.popLast() {
      for name in syntax.names where used.insert(name).inserted {
        if let function = functions[name] { open.append(function.text.syntax) }
      }
    }
    return used.filter { functions[$0] != nil }
  }
}

extension Syntax {
  /// Every name in it, those of functions included.
  var names: Set<String> {
    Set(
      nodes.compactMap { node in
        switch node.kind {
        case .name(let name), .call(let name, _, _): name
        default: nil
        }
      })
  }
}
