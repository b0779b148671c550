import CHDF5

/// How the stored numbers `s` of a dataset stand for values: `value = scale · s + offset`, except where `s` marks a
/// missing value.
///
/// The attributes are those of the netCDF and CF conventions: `_Unsigned`, `_FillValue`, `missing_value`, `valid_range`,
/// `valid_min`, `valid_max`, `scale_factor`, `add_offset`. Missing values are recognized by the stored numbers. A valid
/// range of floating-point type on packed integers holds for the unpacked values.
///
/// Source: CF conventions 1.11, sections 2.5.1 and 8.1; NetCDF Users' Guide, appendix A.
struct HDF5Packing {
  private let scale: Double
  private let offset: Double
  /// What is added to negative stored integers, or subtracted from large ones, to change their sign convention.
  private let wrap: Wrap?
  /// Stored numbers that mark missing values, with the name of the attribute.
  private let marks: [(number: Double, name: String)]
  private let range: (low: Double, high: Double, name: String, isUnpacked: Bool)?

  private enum Wrap {
    case toUnsigned(Double), toSigned(Double)

    func callAsFunction(_ number: Double) -> Double {
      switch self {
      case .toUnsigned(let span): number < 0 ? number + span : number
      case .toSigned(let span): number >= 0.5 * span ? number - span : number
      }
    }
  }

  /// - Parameter isNetCDF: whether the netCDF library may have filled the values that were not written.
  init(of dataset: HDF5Dataset, type: HDF5NumberType, isNetCDF: Bool) throws(HDF5Error) {
    scale = try HDF5Packing.number("scale_factor", of: dataset) ?? 1
    guard scale != 0 else {
      throw HDF5Error(message: "whose attribute scale_factor is 0, so that all of its values would be one number")
    }
    offset = try HDF5Packing.number("add_offset", of: dataset) ?? 0
    let span = type.size <= 8 ? Double(sign: .plus, exponent: 8 * type.size, significand: 1) : 0
    let unsigned = try dataset.attribute("_Unsigned")?.text?.lowercased()
    wrap =
      switch (type.isInteger, type.isSigned, unsigned) {
      case (true, true, "true"): .toUnsigned(span)
      case (true, false, "false"): .toSigned(span)
      default: nil
      }
    let isUnsigned = type.isInteger && (type.isSigned ? wrap != nil : wrap == nil)
    marks = try HDF5Packing.marks(of: dataset, type, isUnsigned: isUnsigned, wrap: wrap, isNetCDF: isNetCDF)
    range = try HDF5Packing.range(
      of: dataset, type, wrap: wrap, isPacked: scale != 1 || offset != 0)
  }

  /// Replaces stored numbers by values, NaN where they are missing.
  ///
  /// - Returns: what marks the missing values, as in "_FillValue -999"; nil if none is missing or they are stored as NaN.
  func unpack(_ values: inout [Double]) -> String? {
    var found: [String] = []
    for index in values.indices {
      let stored = wrap?(values[index]) ?? values[index]
      let value = scale == 1 && offset == 0 ? stored : scale * stored + offset
      if let mark = mark(stored, value) {
        if !found.contains(mark) { found.append(mark) }
        values[index] = .nan
      } else {
        values[index] = value
      }
    }
    return found.isEmpty ? nil : found.joined(separator: ", ")
  }

  private func mark(_ stored: Double, _ value: Double) -> String? {
    if let mark = marks.first(where: { $0.number == stored }) {
      return "\(mark.name) \(HDF5Packing.text(mark.number))"
    }
    guard let range else { return nil }
    let number = range.isUnpacked ? value : stored
    guard number < range.low || number > range.high else { return nil }
    return "outside \(range.name)"
  }

  private static func text(_ number: Double) -> String {
    Int64(exactly: number).map { "\($0)" } ?? "\(number)"
  }

  // MARK: Attributes

  private static func number(_ name: String, of dataset: HDF5Dataset) throws(HDF5Error) -> Double? {
    guard let attribute = try dataset.attribute(name) else { return nil }
    guard attribute.numbers.count == 1, attribute.numbers[0].isFinite else {
      throw HDF5Error(message: "whose attribute \(name) is not one finite number")
    }
    return attribute.numbers[0]
  }

  private static func marks(
    of dataset: HDF5Dataset, _ type: HDF5NumberType, isUnsigned: Bool, wrap: Wrap?, isNetCDF: Bool
  ) throws(HDF5Error) -> [(Double, String)] {
    var marks: [(Double, String)] = []
    var isFilled = false
    for name in ["_FillValue", "missing_value"] {
      guard let attribute = try dataset.attribute(name) else { continue }
      if name == "_FillValue" { isFilled = true }
      // A mark of another precision marks what it becomes in the precision of the values.
      marks += attribute.numbers.map { number in
        (type.isInteger ? wrap?(number) ?? number : type.size == 4 ? Double(Float(number)) : number, name)
      }
    }
    if !isFilled, let fill = defaultFill(type, isUnsigned: isUnsigned, isNetCDF: isNetCDF) {
      marks.append((fill, "netCDF's default fill value"))
    }
    return marks
  }

  /// What the netCDF library puts where nothing was written; bytes have none.
  private static func defaultFill(_ type: HDF5NumberType, isUnsigned: Bool, isNetCDF: Bool) -> Double? {
    guard type.isInteger else { return 0x1.ep+122 }
    guard isNetCDF else { return nil }
    return switch (type.size, isUnsigned) {
    case (2, false): -32767
    case (2, true): 65535
    case (4, false): -2_147_483_647
    case (4, true): 4_294_967_295
    // As doubles, which the numbers of 64 bits become.
    case (8, false): -0x1p63
    case (8, true): 0x1p64
    default: nil
    }
  }

  private static func range(
    of dataset: HDF5Dataset, _ type: HDF5NumberType, wrap: Wrap?, isPacked: Bool
  ) throws(HDF5Error) -> (Double, Double, String, Bool)? {
    var (low, high) = (-Double.infinity, Double.infinity)
    var (names, isUnpacked): ([String], Bool) = ([], false)
    for name in ["valid_range", "valid_min", "valid_max"] {
      guard let attribute = try dataset.attribute(name), let stored = attribute.type else { continue }
      guard attribute.numbers.count == (name == "valid_range" ? 2 : 1) else {
        throw HDF5Error(message: "whose attribute \(name) has \(attribute.numbers.count) numbers")
      }
      let isOfValues = isPacked && type.isInteger && !stored.isInteger
      isUnpacked = isUnpacked || isOfValues
      let numbers = attribute.numbers.map { isOfValues || !stored.isInteger ? $0 : wrap?($0) ?? $0 }
      if name != "valid_max" { low = max(low, numbers[0]) }
      if name != "valid_min" { high = min(high, numbers[numbers.count - 1]) }
      names.append(name + " " + numbers.map(text).joined(separator: " to "))
    }
    return names.isEmpty ? nil : (low, high, names.joined(separator: ", "), isUnpacked)
  }
}
