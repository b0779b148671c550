/// Words of other languages, and how to write here what they mean there.
enum ForeignWords {
  /// The function that does the same with the same arguments.
  static let functions: [String: String] = [
    "ln": "log", "loge": "log", "lg": "log10", "fabs": "abs", "sum": "integral", "total": "integral", "int": "integral",
    "integrate": "integral", "trapz": "integral", "avg": "mean", "average": "mean", "aveop": "mean",
    "intop": "integral",
    "maxop": "max", "minop": "min", "maximum": "max", "minimum": "min", "amax": "max", "amin": "min", "fmax": "max",
    "fmin": "min", "heavyside": "heaviside", "Heaviside": "heaviside", "Heavyside": "heaviside", "step": "heaviside",
    "theta": "heaviside", "if": "where", "ifelse": "where", "iif": "where", "cond": "where", "merge": "where",
    "conv": "convolve", "convolution": "convolve", "delay": "delayed", "lag": "delayed", "rand": "random",
    "randn": "normal", "Exp": "exp", "Log": "log", "Sqrt": "sqrt", "Abs": "abs",
  ]

  /// What to write instead where the arguments are others.
  static let remedies: [String: String] = derivatives.reduce(into: otherRemedies) {
    $0[$1] = "diffusion is a key of its field, and taxis, too"
  }

  private static let otherRemedies: [String: String] = [
    "pow": "write a^b", "power": "write a^b", "log2": "write log(s)/log(2)", "sqr": "write s^2", "square": "write s^2",
    "cbrt": "write s^(1/3)", "sign": "write where(s > 0, 1, where(s < 0, -1, 0))",
    "sgn": "write where(s > 0, 1, where(s < 0, -1, 0))", "ceil": "write -floor(-s)", "ceiling": "write -floor(-s)",
    "round": "write floor(s + 0.5)", "mod": "write a - b*floor(a/b)", "rem": "write a - b*floor(a/b)",
    "fmod": "write a - b*floor(a/b)", "sinh": "write (exp(s) - exp(-s))/2", "cosh": "write (exp(s) + exp(-s))/2",
    "erfc": "write 1 - erf(s)", "sigmoid": "write 1/(1 + exp(-s))", "expit": "write 1/(1 + exp(-s))",
    "gauss": "write exp(-(x - a)^2/(2*b^2))", "gaussian": "write exp(-(x - a)^2/(2*b^2))",
    "piecewise": "write where(condition, a, b), one within the other", "clip": "write min(max(s, a), b)",
    "clamp": "write min(max(s, a), b)", "and": "write a && b", "or": "write a || b", "not": "write !(a)",
    "sum2": "write integral(e)",
  ]

  /// Derivatives in space, which rates do not have.
  private static let derivatives = [
    "laplacian", "laplace", "lap", "del2", "grad", "gradient", "gradient_squared", "div", "divergence", "diff", "dx",
    "d_dx", "d_dy", "d_dz", "d2_dx2", "d2_dy2", "d2_dz2",
  ]

  /// Names of numbers and of the time.
  static let symbols: [String: String] = [
    "time": "t", "Pi": "pi", "PI": "pi", "π": "pi", "e": "exp(1)", "E": "exp(1)", "X": "x", "Y": "y", "Z": "z",
    "radius": "r", "true": "1 > 0", "false": "1 < 0", "True": "1 > 0", "False": "1 < 0",
  ]

  /// Operators that are words, and the sign for each.
  static let infix: [String: String] = ["and": "&&", "or": "||", "AND": "&&", "OR": "||"]
  static let prefix: [String: String] = ["not": "!", "NOT": "!"]
}
