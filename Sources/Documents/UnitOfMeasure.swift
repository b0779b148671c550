import Glibc

/// A unit of measure as people write it, such as `mm^2/(day cell)`, reduced to base units.
///
/// One unit is `factor · Π base^exponent`: of `mm^2/(day cell)` the factor is 1e-6/86400 and the exponents are those of
/// `m² s⁻¹ cell⁻¹`. Base units are m, s, g, mol, A, K and what has no other measure (cells, Gy, international units).
/// A word that is not known is a base unit of its own, so that it equals itself and nothing else.
package struct UnitOfMeasure: Hashable, Sendable {
  /// As it was written.
  package let text: String
  /// One of it in base units.
  package let factor: Double
  /// Powers of base units, none of them 0.
  package let exponents: [String: Int]
  /// Words without a known meaning, in the order of the text.
  package let unknownWords: [String]
  /// Sizes in meters of the plain units of length in it.
  package let lengths: [Double]
  /// Sizes in seconds of the plain units of time in it.
  package let times: [Double]

  /// Reads a unit; what cannot be read is one unknown word.
  package init(_ text: String) {
    let trimmed = UnitOfMeasure.trimmed(text)
    var reader = UnitReader(trimmed)
    let found = UnitTable.special(trimmed) ?? reader.read() ?? UnitReader.Product(unknown: trimmed)
    self.text = text
    factor = found.factor
    exponents = found.exponents.filter { $0.value != 0 }
    unknownWords = found.unknown
    lengths = found.plain.filter { $0.base == "m" }.map(\.factor)
    times = found.plain.filter { $0.base == "s" }.map(\.factor)
  }

  private static func trimmed(_ text: String) -> String {
    let start = text.drop { $0.isWhitespace }
    return String(start.reversed().drop { $0.isWhitespace }.reversed())
  }

  private init(text: String, factor: Double, exponents: [String: Int]) {
    self.text = text
    self.factor = factor
    self.exponents = exponents.filter { $0.value != 0 }
    (unknownWords, lengths, times) = ([], [], [])
  }

  package var isKnown: Bool { unknownWords.isEmpty }
  package var isDimensionless: Bool { exponents.isEmpty }
  package var isLength: Bool { exponents == ["m": 1] }
  package var isTime: Bool { exponents == ["s": 1] }
  /// Whether it is a power of time, as 1/day.
  package var isPowerOfTime: Bool { Set(exponents.keys) == ["s"] }
  /// Whether it is made of length and time alone.
  package var isOfSpaceAndTime: Bool { Set(exponents.keys).isSubset(of: ["m", "s"]) }

  /// Whether both measure the same kind of quantity.
  package func isCommensurable(with other: UnitOfMeasure) -> Bool { exponents == other.exponents }

  /// Whether both are the same unit, however they are written.
  package func equals(_ other: UnitOfMeasure) -> Bool {
    isCommensurable(with: other) && UnitOfMeasure.areEqual(factor, other.factor)
  }

  /// Whether no quantity in one of them can be added to one in the other, or compared with it: another size of the same
  /// kind, or another kind.
  ///
  /// Counts and powers of length alone are no other kind: `cells` may be meant per unit of thickness, and `1e9/l` counts
  /// cells. Words that are not known may be any kind.
  package func contradicts(_ other: UnitOfMeasure) -> Bool {
    if isCommensurable(with: other) { return !equals(other) }
    let bases = Set(exponents.keys).union(other.exponents.keys)
    guard bases.isSubset(of: UnitTable.bases) else { return false }
    return ["s", "g", "mol", "A", "K", "Gy"].contains { exponents[$0] ?? 0 != other.exponents[$0] ?? 0 }
  }

  /// The unit with J/kg for Gy.
  package var withoutGray: UnitOfMeasure {
    let gray = exponents["Gy"] ?? 0
    let rest = exponents.merging(["m": 2 * gray, "s": -2 * gray], uniquingKeysWith: +)
    return UnitOfMeasure(text: text, factor: factor, exponents: rest.filter { $0.key != "Gy" })
  }

  package static func areEqual(_ a: Double, _ b: Double) -> Bool { abs(a - b) <= 1e-9 * max(abs(a), abs(b)) }

  package static func * (a: UnitOfMeasure, b: UnitOfMeasure) -> UnitOfMeasure {
    UnitOfMeasure(
      text: "\(a.text) · \(b.text)", factor: a.factor * b.factor,
      exponents: a.exponents.merging(b.exponents, uniquingKeysWith: +))
  }

  /// The same unit, written in another way.
  package func written(_ text: String) -> UnitOfMeasure {
    UnitOfMeasure(text: text, factor: factor, exponents: exponents)
  }

  package func power(_ exponent: Int) -> UnitOfMeasure {
    UnitOfMeasure(
      text: "(\(text))^\(exponent)", factor: pow(factor, Double(exponent)),
      exponents: exponents.mapValues { $0 * exponent })
  }

  /// The known unit that a word was probably meant to be.
  package static func nearest(to word: String) -> String? {
    nearestSpelling(of: word, among: UnitTable.longNames)
  }
}

/// Reads products, quotients and powers of units: `1/(day cell)`, `cells mm⁻²`, `10^6 cells per ml`, `mm2`.
private struct UnitReader {
  /// What has been read so far.
  struct Product {
    var factor = 1.0
    var exponents: [String: Int] = [:]
    var unknown: [String] = []
    /// Units that are a length or a time by themselves.
    var plain: [(base: String, factor: Double)] = []

    init(factor: Double = 1, exponents: [String: Int] = [:]) {
      (self.factor, self.exponents) = (factor, exponents)
      if exponents == ["m": 1] || exponents == ["s": 1], let base = exponents.keys.first { plain = [(base, factor)] }
    }

    init(unknown word: String) {
      exponents = [word: 1]
      unknown = [word]
    }

    func times(_ other: Product, power: Int) -> Product {
      var product = self
      product.factor *= pow(other.factor, Double(power))
      product.exponents.merge(other.exponents.mapValues { $0 * power }, uniquingKeysWith: +)
      product.unknown += other.unknown
      product.plain += other.plain
      return product
    }
  }

  private let characters: [Character]
  private var position = 0
  private var depth = 0

  init(_ text: String) { characters = Array(text.replacing("**", with: "^").replacing("mm Hg", with: "mmHg")) }

  /// The unit, or nil if the text is none.
  mutating func read() -> Product? {
    guard characters.count <= 200, let product = readProduct(), position == characters.count else { return nil }
    return product
  }

  private var current: Character? { position < characters.count ? characters[position] : nil }

  private mutating func skipBlanks() {
    while current == " " || current == "\u{A0}" { position += 1 }
  }

  private mutating func readProduct() -> Product? {
    var product = Product()
    var power = 1
    var needsFactor = true
    while true {
      skipBlanks()
      switch current {
      case nil, ")": return needsFactor ? nil : product
      case "*", "·", "⋅", "×", ".":
        if needsFactor { return nil }
        (power, needsFactor) = (1, true)
        position += 1
      case "/":
        if needsFactor { return nil }
        (power, needsFactor) = (-1, true)
        position += 1
      default:
        let start = position
        if readWord() == "per", !needsFactor {
          (power, needsFactor) = (-1, true)
          continue
        }
        position = start
        guard let factor = readFactor() else { return nil }
        product = product.times(factor, power: power)
        (power, needsFactor) = (1, false)
      }
    }
  }

  private mutating func readFactor() -> Product? {
    let base: Product
    if current == "(" {
      guard depth < 20 else { return nil }
      depth += 1
      position += 1
      guard let inner = readProduct(), current == ")" else { return nil }
      position += 1
      depth -= 1
      base = inner
    } else if let number = readNumber() {
      base = Product(factor: number)
    } else {
      let word = readWord()
      guard !word.isEmpty else { return nil }
      base = UnitTable.unit(word).map { Product(factor: $0.factor, exponents: $0.exponents) } ?? Product(unknown: word)
    }
    guard let exponent = readExponent() else { return nil }
    return Product().times(base, power: exponent)
  }

  private mutating func readWord() -> String {
    let start = position
    while let character = current, character.isLetter || "µμ%°_".contains(character) { position += 1 }
    return String(characters[start..<position])
  }

  private mutating func readNumber() -> Double? {
    let start = position
    func isDigit(_ index: Int) -> Bool { index < characters.count && ("0"..."9").contains(characters[index]) }
    guard isDigit(position) else { return nil }
    while isDigit(position) || current == "." && isDigit(position + 1) { position += 1 }
    if current == "e" || current == "E" {
      let sign = position + 1 < characters.count && "+-".contains(characters[position + 1]) ? 1 : 0
      if isDigit(position + 1 + sign) {
        position += 1 + sign
        while isDigit(position) { position += 1 }
      }
    }
    guard let number = Double(String(characters[start..<position])), number > 0, number.isFinite else { return nil }
    return number
  }

  /// `^2`, `^-1`, `2`, `-2`, `²`, `⁻¹` behind a unit; 1 where nothing stands, nil where it makes no sense.
  private mutating func readExponent() -> Int? {
    let isRaised = current == "^"
    if isRaised { position += 1 }
    let opened = isRaised && current == "("
    if opened { position += 1 }
    var digits = ""
    while let character = current {
      if let index = UnitReader.superscripts.firstIndex(of: character) {
        digits.append(UnitReader.ordinary[index])
      } else if ("0"..."9").contains(character) || digits.isEmpty && "-−+".contains(character) && hasDigitBehind {
        digits.append(character == "−" ? "-" : character)
      } else {
        break
      }
      position += 1
    }
    if opened {
      guard current == ")" else { return nil }
      position += 1
    }
    if digits.isEmpty { return isRaised ? nil : 1 }
    guard let exponent = Int(digits), abs(exponent) <= 30 else { return nil }
    return exponent
  }

  private var hasDigitBehind: Bool { position + 1 < characters.count && ("0"..."9").contains(characters[position + 1]) }

  private static let superscripts = Array("⁰¹²³⁴⁵⁶⁷⁸⁹⁻⁺")
  private static let ordinary = Array("0123456789-+")
}

/// The units that are known.
private enum UnitTable {
  typealias Unit = (factor: Double, exponents: [String: Int])

  /// Ways to write that there is no unit, and units of their own that are not made of words.
  static func special(_ text: String) -> UnitReader.Product? {
    switch text.lowercased() {
    case "", "-", "–", "—": UnitReader.Product()
    case "a.u.", "a. u.", "arb. unit", "arb. units", "arbitrary unit", "arbitrary units":
      UnitReader.Product(factor: 1, exponents: ["arbitrary unit": 1])
    case "non-dimensional", "no unit", "without dimension": UnitReader.Product()
    default: nil
    }
  }

  /// Words that take no prefix.
  private static let words: [String: Unit] = {
    var table: [String: Unit] = [:]
    func add(_ factor: Double, _ exponents: [String: Int], _ names: String...) {
      for name in names { table[name] = (factor, exponents) }
    }
    add(1, ["s": 1], "sec", "second")
    add(60, ["s": 1], "min", "minute")
    add(3600, ["s": 1], "h", "hr", "hour")
    add(86400, ["s": 1], "d", "day")
    add(604_800, ["s": 1], "wk", "week")
    add(31_557_600 / 12, ["s": 1], "mo", "month")
    add(31_557_600, ["s": 1], "yr", "y", "year", "a", "annum")
    add(1e-6, ["m": 1], "micron")
    add(1e-10, ["m": 1], "angstrom", "Å")
    add(0.0254, ["m": 1], "inch")
    add(133_322.387415, ["g": 1, "m": -1, "s": -2], "mmHg", "Torr", "torr")
    add(101_325_000, ["g": 1, "m": -1, "s": -2], "atm")
    add(0.01, [:], "%", "percent")
    add(
      1, [:], "dimensionless", "unitless", "nondimensional", "none", "share", "fraction", "ratio", "relative",
      "normalized",
      "rad", "radian", "probability")
    add(1, ["degC": 1], "degC", "°C", "celsius")
    let counted = [
      "cell", "molecule", "particle", "virion", "virus", "copy", "count", "event", "photon", "nucleus", "vessel",
      "individual", "agent", "person", "patient", "colony", "clone", "plaque", "receptor", "antigen", "site",
      "organism",
      "clonogen", "spheroid", "unit",
    ]
    for name in counted { add(1, [name: 1], name) }
    add(1, ["copy": 1], "copies")
    add(1, ["virus": 1], "viruses")
    add(1, ["nucleus": 1], "nuclei")
    add(1, ["colony": 1], "colonies")
    add(1, ["PFU": 1], "PFU", "pfu")
    add(1, ["CFU": 1], "CFU", "cfu")
    return table
  }()

  /// Symbols that take prefixes as in `mm` and `µM`.
  private static let symbols: [String: Unit] = [
    "m": (1, ["m": 1]), "s": (1, ["s": 1]), "g": (1, ["g": 1]), "mol": (1, ["mol": 1]), "l": (1e-3, ["m": 3]),
    "L": (1e-3, ["m": 3]), "M": (1e3, ["mol": 1, "m": -3]), "Pa": (1e3, ["g": 1, "m": -1, "s": -2]),
    "bar": (1e8, ["g": 1, "m": -1, "s": -2]), "J": (1e3, ["g": 1, "m": 2, "s": -2]),
    "N": (1e3, ["g": 1, "m": 1, "s": -2]), "W": (1e3, ["g": 1, "m": 2, "s": -3]), "A": (1, ["A": 1]),
    "V": (1e3, ["g": 1, "m": 2, "s": -3, "A": -1]), "K": (1, ["K": 1]), "Hz": (1, ["s": -1]), "Gy": (1, ["Gy": 1]),
    "Sv": (1, ["Sv": 1]), "Bq": (1, ["s": -1]), "U": (1, ["U": 1]), "IU": (1, ["IU": 1]),
    "Da": (1.66053907e-24, ["g": 1]),
    "eV": (1.602176634e-16, ["g": 1, "m": 2, "s": -2]),
  ]

  private static let prefixes: [(String, Double)] = [
    ("k", 1e3), ("c", 1e-2), ("d", 1e-1), ("m", 1e-3), ("u", 1e-6), ("µ", 1e-6), ("μ", 1e-6), ("n", 1e-9), ("p", 1e-12),
    ("f", 1e-15), ("M", 1e6), ("G", 1e9), ("T", 1e12),
  ]

  /// Names that take prefixes as in `micrometer`.
  private static let names: [String: String] = [
    "meter": "m", "metre": "m", "second": "s", "gram": "g", "gramme": "g", "mole": "mol", "liter": "l", "litre": "l",
    "molar": "M", "pascal": "Pa", "joule": "J", "newton": "N", "watt": "W", "gray": "Gy", "kelvin": "K",
  ]

  private static let longPrefixes: [(String, Double)] = [
    ("kilo", 1e3), ("centi", 1e-2), ("deci", 1e-1), ("milli", 1e-3), ("micro", 1e-6), ("nano", 1e-9), ("pico", 1e-12),
    ("femto", 1e-15), ("mega", 1e6), ("giga", 1e9), ("", 1),
  ]

  /// Base units that are not words without a known meaning.
  static let bases = Set((words.values.map(\.exponents) + symbols.values.map(\.exponents)).flatMap(\.keys))

  /// What a misspelled word is compared with.
  static let longNames: [String] =
    (words.keys.filter { $0.count >= 3 } + words.keys.filter { $0.count >= 4 }.map { $0 + "s" } + names.keys
    + ["mm", "cm", "um", "mol", "micrometer", "millimeter", "centimeter"]).sorted()

  static func unit(_ word: String) -> Unit? {
    if let unit = exact(word) { return unit }
    let lower = word.lowercased()
    if word.count >= 3, lower != word, let unit = words[lower] ?? long(lower) { return unit }
    // A plural.
    guard lower.hasSuffix("s"), word.count >= 3 else { return nil }
    let singular = String(word.dropLast())
    return words[singular] ?? words[singular.lowercased()] ?? long(singular.lowercased())
  }

  private static func exact(_ word: String) -> Unit? {
    if let unit = words[word] ?? symbols[word] ?? long(word) { return unit }
    for (prefix, factor) in prefixes where word.hasPrefix(prefix) {
      if let unit = symbols[String(word.dropFirst(prefix.count))] { return (factor * unit.factor, unit.exponents) }
    }
    return nil
  }

  private static func long(_ word: String) -> Unit? {
    for (prefix, factor) in longPrefixes where word.hasPrefix(prefix) {
      if let symbol = names[String(word.dropFirst(prefix.count))], let unit = symbols[symbol] {
        return (factor * unit.factor, unit.exponents)
      }
    }
    return nil
  }
}
