/// A text between double quotes as diagnostics show it: on one line, escaped as in JSON, and cut after `limit` scalars.
package func quoted(_ text: String, limit: Int = 60) -> String {
  let scalars = text.unicodeScalars
  let shown = String(String.UnicodeScalarView(scalars.prefix(limit).map(\.withoutDirection)))
  return JSONText.quoted(shown, ending: scalars.dropFirst(limit).isEmpty ? "" : "…")
}

/// A list as a person would write it: "a", "a or b", "a, b or c".
package func listed(_ items: [String], _ conjunction: String = "or") -> String {
  guard let last = items.last, items.count > 1 else { return items.first ?? "" }
  return items.dropLast().joined(separator: ", ") + " \(conjunction) \(last)"
}

extension Unicode.Scalar {
  /// Columns that the scalar takes in a terminal: 0 for marks that combine with the letter before, 2 for wide letters
  /// and pictures.
  var displayWidth: Int {
    if value < 0x300 { return 1 }
    switch properties.generalCategory {
    case .nonspacingMark, .enclosingMark, .format: return 0
    default: return properties.isEmojiPresentation || isEastAsianWide ? 2 : 1
    }
  }

  /// Itself, or a picture of it if it is a control character, so that a file cannot write to the terminal's controls;
  /// tabs stay tabs.
  var printable: Unicode.Scalar {
    switch value {
    case 0x09: self
    case 0..<0x20: Unicode.Scalar(0x2400 + value) ?? "\u{FFFD}"
    case 0x7F: "\u{2421}"
    case 0x80..<0xA0, 0x2028, 0x2029: "\u{FFFD}"
    default: withoutDirection
    }
  }

  /// Itself, or U+FFFD if it would turn the direction of the text around it.
  var withoutDirection: Unicode.Scalar {
    switch value {
    case 0x200E, 0x200F, 0x202A...0x202E, 0x2066...0x2069: "\u{FFFD}"
    default: self
    }
  }

  private var isEastAsianWide: Bool {
    switch value {
    case 0x1100...0x115F, 0x2E80...0xA4CF, 0xAC00...0xD7A3, 0xF900...0xFAFF, 0xFE30...0xFE6F, 0xFF00...0xFF60,
      0xFFE0...0xFFE6, 0x20000...0x3FFFD:
      true
    default: false
    }
  }
}
