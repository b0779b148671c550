/// Words of other languages, and how to write here what they mean there.
enum ForeignWords {
  /// The function that does the same with the same arguments.
  private static let functions: [String: String] = [
    "ln": "log", "loge": "log", "lg": "log10", "fabs": "abs", "sum": "integral", "total": "integral",
    "integrate": "integral", "trapz": "integral", "avg": "mean", "average": "mean", "aveop": "mean",
    "intop": "integral",
    "maxop": "max", "minop": "min", "maximum": "max", "minimum": "min", "amax": "max", "amin": "min", "fmax": "max",
    "fmin": "min", "heavyside": "heaviside", "step": "heaviside",
    "theta": "heaviside", "if": "where", "ifelse": "where", "iif": "where", "cond": "where",
    "conv": "convolve", "convolution": "convolve", "delay": "delayed", "lag": "delayed", "rand": "random",
    "randn": "normal",
  ]

  /// What to write instead where the arguments are others.
  private static let remedies: [String: String] = derivatives.reduce(into: otherRemedies) {
    $0[$1] = "diffusion is a key of its field, and taxis, too"
  }

  private static let otherRemedies: [String: String] = [none, angles, arithmetic, hyperbolic, choices].reduce(into: [:])
  {
    $0.merge($1) { first, _ in first }
  }

  /// Functions that nothing here stands for.
  private static let none: [String: String] = Dictionary(
    uniqueKeysWithValues: [
      "gamma", "lgamma", "tgamma", "gammaln", "factorial", "beta", "erfinv", "erfcinv", "erfi", "erfcx", "bessel",
      "besselj", "bessely", "besseli", "besselk", "airy", "expint", "ei", "lambertw", "polylog", "zeta", "ellipk",
      "spline", "interp", "interp1", "table",
    ].map { ($0, "there is no such function; a field can hold its values, read from a file") })

  private static let angles: [String: String] = {
    let inverses = ["asin", "acos", "atan", "atan2", "arcsin", "arccos", "arctan", "arctan2", "acot", "asec", "acsc"]
    let remedy = "there are no angles of sides; compare the sides, as in y > x*tan(0.5) for an angle of more than 0.5"
    return Dictionary(uniqueKeysWithValues: inverses.map { ($0, remedy) }).merging([
      "sec": "write 1/cos(s)", "csc": "write 1/sin(s)", "cot": "write cos(s)/sin(s)", "sind": "write sin(pi*s/180)",
      "cosd": "write cos(pi*s/180)", "tand": "write tan(pi*s/180)", "sinc": "write sin(s)/s",
      "hypot": "write sqrt(a^2 + b^2)", "radians": "write pi*s/180", "degrees": "write 180*s/pi",
    ]) { first, _ in first }
  }()

  private static let hyperbolic: [String: String] = [
    ["sinh": "write (exp(s) - exp(-s))/2", "cosh": "write (exp(s) + exp(-s))/2"],
    ["sech": "write 2/(exp(s) + exp(-s))", "csch": "write 2/(exp(s) - exp(-s))", "coth": "write 1/tanh(s)"],
    inverse("sinh", "write log(s + sqrt(s^2 + 1))"), inverse("cosh", "write log(s + sqrt(s^2 - 1))"),
    inverse("tanh", "write log((1 + s)/(1 - s))/2"),
  ].reduce(into: [:]) { $0.merge($1) { first, _ in first } }

  private static func inverse(_ name: String, _ remedy: String) -> [String: String] {
    Dictionary(uniqueKeysWithValues: ["a", "ar", "arc"].map { ($0 + name, remedy) })
  }

  private static let arithmetic: [String: String] = [
    "pow": "write a^b", "power": "write a^b", "log2": "write log(s)/log(2)", "log1p": "write log(1 + s)",
    "expm1": "write exp(s) - 1", "exp2": "write 2^s", "exp10": "write 10^s", "pow10": "write 10^s",
    "nthroot": "write s^(1/n)", "root": "write s^(1/n)", "variance": "write mean(e^2) - mean(e)^2",
    "int": "write integral(e) over the domain, or floor(s) for a whole number", "sqr": "write s^2",
    "square": "write s^2",
    "cbrt": "write s^(1/3)", "sign": "write where(s > 0, 1, where(s < 0, -1, 0))",
    "sgn": "write where(s > 0, 1, where(s < 0, -1, 0))", "ceil": "write -floor(-s)", "ceiling": "write -floor(-s)",
    "round": "write floor(s + 0.5)", "mod": "write a - b*floor(a/b)", "rem": "write a - b*floor(a/b)",
    "fmod": "write a - b*floor(a/b)", "modulo": "write a - b*floor(a/b)",
    "remainder": "write a - b*floor(a/b)", "rint": "write floor(s + 0.5)", "nint": "write floor(s + 0.5)",
    "trunc": "write where(s < 0, -floor(-s), floor(s))", "fix": "write where(s < 0, -floor(-s), floor(s))",
    "frac": "write s - floor(s)", "fract": "write s - floor(s)", "sum2": "write integral(e)",
    "erfc": "write 1 - erf(s)", "sigmoid": "write 1/(1 + exp(-s))", "expit": "write 1/(1 + exp(-s))",
    "gauss": "write exp(-(x - a)^2/(2*b^2))", "gaussian": "write exp(-(x - a)^2/(2*b^2))",
    "softplus": "write log(1 + exp(s))", "relu": "write max(s, 0)", "ramp": "write max(s, 0)", "pos": "write max(s, 0)",
  ]

  private static let choices: [String: String] = [
    "piecewise": "write where(condition, a, b), one within the other", "clip": "write min(max(s, a), b)",
    "clamp": "write min(max(s, a), b)", "and": "write a && b", "or": "write a || b", "not": "write !(a)",
    "xor": "write (a || b) && !(a && b)", "merge": "write where(condition, a, b)",
    "select": "write where(condition, a, b)",
    "switch": "write where(condition, a, b), one within the other",
    "case": "write where(condition, a, b), one within the other", "indicator": "write where(condition, 1, 0)",
    "pulse": "write where(t > a && t < b, 1, 0)", "rect": "write where(t > a && t < b, 1, 0)",
    "dirac": "a treatment can add an amount at once", "delta": "a treatment can add an amount at once",
  ]

  /// Derivatives in space, which rates do not have.
  private static let derivatives = [
    "laplacian", "laplace", "lap", "del2", "grad", "gradient", "gradient_squared", "div", "divergence", "diff", "dx",
    "d_dx", "d_dy", "d_dz", "d2_dx2", "d2_dy2", "d2_dz2",
  ]

  /// The function of this language that a word stands for, in any case of its letters.
  static func function(_ name: String) -> String? {
    let lower = name.lowercased()
    return functions[lower] ?? (name != lower && Builtin.named[lower] != nil ? lower : nil)
  }

  /// What to write instead of a call of a function that is none of this language, in any case of its letters.
  static func remedy(_ name: String) -> String? { remedies[name.lowercased()] }

  /// Names of numbers and of the time.
  static let symbols: [String: String] = [
    "time": "t", "Pi": "pi", "PI": "pi", "π": "pi", "e": "exp(1)", "E": "exp(1)", "X": "x", "Y": "y", "Z": "z",
    "radius": "r", "true": "1 > 0", "false": "1 < 0", "True": "1 > 0", "False": "1 < 0",
  ]

  /// Operators that are words, and the sign for each.
  static let infix: [String: String] = ["and": "&&", "or": "||", "AND": "&&", "OR": "||"]
  static let prefix: [String: String] = ["not": "!", "NOT": "!"]
}
