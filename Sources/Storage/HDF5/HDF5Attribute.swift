import CHDF5

/// The value of an attribute that another program may have written.
struct HDF5Attribute {
  /// The numbers, or none if it is a text.
  let numbers: [Double]
  /// The text, or the first of several.
  let text: String?
  /// The type of the numbers.
  let type: HDF5NumberType?

  /// More values than this are not read.
  private static let limit = 1024

  /// - Returns: nil if the object has no attribute of this name, or one of a kind or size that says nothing here.
  init?(_ name: String, of object: hid_t) throws(HDF5Error) {
    guard try HDF5Error.check(H5Aexists(object, name)) > 0 else { return nil }
    let attribute = try HDF5Handle(H5Aopen(object, name, hid_t(H5P_DEFAULT)), closing: H5Aclose)
    let space = try HDF5Handle(H5Aget_space(attribute.id), closing: H5Sclose)
    let count = Int(try HDF5Error.check(H5Sget_simple_extent_npoints(space.id)))
    guard (1...HDF5Attribute.limit).contains(count) else { return nil }
    let type = try HDF5Handle(H5Aget_type(attribute.id), closing: H5Tclose)
    if H5Tget_class(type.id) == H5T_STRING {
      guard let text = try HDF5Attribute.text(attribute, type, space, count) else { return nil }
      (numbers, self.text, self.type) = ([], text, nil)
    } else {
      guard let numberType = HDF5NumberType(type.id) else { return nil }
      var values = [Double](repeating: 0, count: count)
      try HDF5Error.check(H5Aread(attribute.id, oncofield_h5_double(), &values))
      (numbers, text, self.type) = (values, nil, numberType)
    }
  }

  /// The first text of an attribute, of fixed or variable length.
  private static func text(
    _ attribute: HDF5Handle, _ type: HDF5Handle, _ space: HDF5Handle, _ count: Int
  ) throws(HDF5Error) -> String? {
    if H5Tis_variable_str(type.id) > 0 {
      var texts = [UnsafeMutablePointer<CChar>?](repeating: nil, count: count)
      try HDF5Error.check(H5Aread(attribute.id, type.id, &texts))
      let first = texts[0].map { String(cString: $0) }
      H5Dvlen_reclaim(type.id, space.id, hid_t(H5P_DEFAULT), &texts)
      return first
    }
    let size = H5Tget_size(type.id)
    guard size > 0, size * count < 1 << 20 else { return nil }
    var bytes = [UInt8](repeating: 0, count: size * count)
    try HDF5Error.check(H5Aread(attribute.id, type.id, &bytes))
    return String(decoding: bytes.prefix(size).prefix { $0 != 0 }, as: UTF8.self)
  }
}

/// How numbers are stored.
struct HDF5NumberType: Hashable {
  let isInteger: Bool
  let isSigned: Bool
  /// Bytes of one number.
  let size: Int

  /// - Returns: nil for what is no number.
  init?(_ type: hid_t) {
    switch H5Tget_class(type) {
    case H5T_INTEGER: (isInteger, isSigned) = (true, H5Tget_sign(type) == H5T_SGN_2)
    // Named numbers, such as the truth values of h5py.
    case H5T_ENUM: (isInteger, isSigned) = (true, true)
    case H5T_FLOAT: (isInteger, isSigned) = (false, true)
    default: return nil
    }
    size = H5Tget_size(type)
  }
}

extension HDF5Dataset {
  /// An attribute of the dataset.
  func attribute(_ name: String) throws(HDF5Error) -> HDF5Attribute? {
    try HDF5Attribute(name, of: handle.id)
  }
}
