import Documents
import Models

/// The catalogue in words: a list, a page for each model, the generated reference.
package struct ModelPages {
  private let models: [Model]

  /// - Parameter name: one model, or all.
  package init(_ name: String?) throws(Diagnostics) {
    guard let name else {
      var models: [Model] = []
      for name in Catalogue.names { if let model = try Catalogue.model(name) { models.append(model) } }
      self.models = models
      return
    }
    guard let model = try Catalogue.model(name) else {
      let near = nearestSpelling(of: name, among: Catalogue.names).map { "; did you mean \"\($0)\"?" } ?? ""
      throw Diagnostics([
        .error(
          "the catalogue has no model \"\(name)\"\(near)", at: nil,
          remedy: "its models: " + Catalogue.names.joined(separator: ", "))
      ])
    }
    models = [model]
  }

  package var list: String {
    let width = models.map(\.name.count).max() ?? 0
    return models.map { model in
      model.name + String(repeating: " ", count: width - model.name.count + 2) + (model.title ?? "") + "\n"
    }.joined()
  }

  package var source: String {
    models.compactMap { Catalogue.source($0.name) }.map { $0.text }.joined(separator: "\n")
  }

  package var output: JSONText { .array(models.map { JSONText($0.document) }) }

  package var page: String { models.map { page($0, isMarkdown: false) }.joined(separator: "\n") }

  package var reference: String {
    "# The catalogue of models\n\nWritten by `oncofield models --reference`.\n\n"
      + models.map { page($0, isMarkdown: true) }.joined(separator: "\n")
  }

  private func page(_ model: Model, isMarkdown: Bool) -> String {
    var lines = isMarkdown ? ["## `\(model.name)`", "", model.title ?? "", ""] : [model.name, model.title ?? "", ""]
    lines += ModelPages.remarks(model.name, isMarkdown: isMarkdown)
    lines.append("")
    lines += model.sources.map { "- \($0)" }
    lines.append("")
    if isMarkdown { lines += ["| parameter | value | unit | source |", "| --- | --- | --- | --- |"] }
    for parameter in model.parameters {
      let cells = [parameter.name, JSONText.text(parameter.value), parameter.unit ?? "", parameter.source ?? ""]
      lines.append(
        isMarkdown ? "| \(cells.joined(separator: " | ")) |" : "  \(cells[0]) = \(cells[1]) \(cells[2])  (\(cells[3]))")
    }
    return lines.joined(separator: "\n") + "\n"
  }

  /// The remarks with which a model's file begins: its equations.
  private static func remarks(_ name: String, isMarkdown: Bool) -> [String] {
    guard let source = Catalogue.source(name) else { return [] }
    let lines = source.text.split(separator: "\n", omittingEmptySubsequences: false)
    let remarks = lines.prefix { $0.hasPrefix("//") }.dropFirst().map { String($0.dropFirst(2).drop { $0 == " " }) }
    return remarks.map { line in isMarkdown && line.contains("∂") ? "    " + line : line }
  }
}
