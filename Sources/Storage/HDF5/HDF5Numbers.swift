/// An array of numbers from an HDF5 file that another program may have written, with what the file says of it.
///
/// Attributes of netCDF and CF are taken into account: packed numbers are unpacked, missing ones are NaN
/// (`HDF5Packing`), and dimensions are described (`HDF5Dimension`).
package struct HDF5Numbers {
  /// Numbers along the axes, the slowest first.
  package let shape: [Int]
  package let values: [Double]
  /// What is said of each axis; empty if nothing is.
  package let dimensions: [HDF5Dimension]
  /// The unit of the values.
  package let unit: String?
  /// What marks missing values, if some are missing and are not stored as NaN.
  package let missing: String?

  /// Reads a dataset, or the only array that there is if it is not named.
  ///
  /// Numbers of any type become doubles. What lies outside of the file is refused.
  ///
  /// - Parameters:
  ///   - time: at which time, if one dimension of the dataset is time; that dimension is then left out, as is a
  ///     single time.
  ///   - limit: how many numbers there may be.
  package init(_ path: String, dataset name: String?, time: Double? = nil, limit: Int) throws(StorageError) {
    self = try rehearsed(path) { () throws(StorageError) in
      do throws(HDF5Error) {
        let file = try Self.open(path)
        let (name, dataset) = try Self.choose(name, among: try file.arrayNames(), in: file)
        do throws(HDF5Error) {
          return try HDF5Numbers(name, dataset, of: file, time: time, limit: limit)
        } catch {
          throw HDF5Error(message: "holds the dataset \"\(name)\", \(error.message)")
        }
      } catch {
        throw StorageError(path, error.message, isDamage: true)
      }
    }
  }

  private static func open(_ path: String) throws(HDF5Error) -> HDF5File {
    do throws(HDF5Error) {
      return try HDF5File(opening: path)
    } catch {
      throw HDF5Error(message: "cannot be read as HDF5: \(error.message)")
    }
  }

  private static func choose(
    _ name: String?, among arrays: [String], in file: HDF5File
  ) throws(HDF5Error) -> (String, HDF5Dataset) {
    let listed = arrays.prefix(10).map { "\"\($0)\"" }.joined(separator: ", ")
    let names = listed + (arrays.count > 10 ? " and \(arrays.count - 10) more" : "")
    guard let name = name ?? (arrays.count == 1 ? arrays[0] : nil) else {
      let problem =
        arrays.isEmpty
        ? "holds no array of numbers with 1 to 3 axes" : "holds several arrays, of which one must be named: \(names)"
      throw HDF5Error(message: problem)
    }
    guard let dataset = try? file.openOwnDataset(name) else {
      let rest = arrays.isEmpty ? "" : "; its arrays are \(names)"
      throw HDF5Error(message: "holds no dataset \"\(name)\" of its own\(rest)")
    }
    return (name, dataset)
  }

  private init(
    _ name: String, _ dataset: HDF5Dataset, of file: HDF5File, time: Double?, limit: Int
  ) throws(HDF5Error) {
    let type = try dataset.numberType()
    let whole = try dataset.shape()
    guard !whole.isEmpty else { throw HDF5Error(message: "which is a single number, not an array") }
    guard whole.count <= 32, try dataset.hasPieces(ofAxes: whole.count) else {
      throw HDF5Error(message: "whose pieces do not have its number of axes, \(whole.count)")
    }
    guard try file.keepsValues(of: dataset) else {
      throw HDF5Error(message: "whose values lie in another file, which is not read")
    }
    if let filter = try dataset.missingFilter() {
      throw HDF5Error(
        message: "which is compressed with \(filter), and this HDF5 library has no such filter; "
          + "write it again with gzip or without compression")
    }
    let described = try file.dimensions(of: dataset, named: name, shape: whole)
    let frame = try HDF5Numbers.frame(of: described, at: time)
    let kept = whole.indices.filter { $0 != frame?.dimension }
    shape = kept.map { whole[$0] }
    try HDF5Numbers.check(shape, limit)
    dimensions = described.contains { $0.name != nil } ? kept.map { described[$0] } : []
    unit = try dataset.attribute("units")?.text
    var numbers: [Double]
    do throws(HDF5Error) {
      if let frame {
        let start = whole.indices.map { $0 == frame.dimension ? frame.index : 0 }
        numbers = try dataset.readDoubles(
          start: start, count: whole.indices.map { $0 == frame.dimension ? 1 : whole[$0] })
      } else {
        numbers = try dataset.readDoubles()
      }
    } catch {
      throw HDF5Error(message: "which cannot be read: \(error.message)")
    }
    missing = try HDF5Packing(of: dataset, type: type, isNetCDF: file.isNetCDF(dataset)).unpack(&numbers)
    values = numbers
  }

  private static func check(_ shape: [Int], _ limit: Int) throws(HDF5Error) {
    let text = shape.map(String.init).joined(separator: " × ")
    guard shape.allSatisfy({ $0 > 0 }) else { throw HDF5Error(message: "which has no values: its size is \(text)") }
    guard !shape.isEmpty, shape.count(where: { $0 > 1 }) <= 3 else {
      throw HDF5Error(message: "which has \(shape.count) axes; 1 to 3 can be read")
    }
    guard shape.reduce(1.0, { $0 * Double($1) }) <= Double(limit) else {
      throw HDF5Error(message: "which has \(text) values, more than the limit of \(limit)")
    }
  }

  /// Which dimension is time, if one is, and which index along it is wanted.
  private static func frame(
    of dimensions: [HDF5Dimension], at time: Double?
  ) throws(HDF5Error) -> (dimension: Int, index: Int)? {
    guard let dimension = dimensions.firstIndex(where: \.isTime) else {
      if time != nil { throw HDF5Error(message: "which has no dimension of time") }
      return nil
    }
    let axis = dimensions[dimension]
    let name = axis.name ?? "time"
    guard axis.length > 0 else { throw HDF5Error(message: "which holds no time along \"\(name)\"") }
    guard let time else {
      guard axis.length == 1 else {
        let range = axis.coordinates.map { ", \($0[0]) to \($0[$0.count - 1])" } ?? ""
        throw HDF5Error(
          message: "which holds \(axis.length) times along \"\(name)\"\(range); say which one is meant with \"time\"")
      }
      return (dimension, 0)
    }
    guard
      let index = axis.coordinates?.firstIndex(where: { abs($0 - time) <= 1e-9 * max(1, abs(time)) })
    else { throw HDF5Error(message: "which does not hold the time \(time) along \"\(name)\"") }
    return (dimension, index)
  }
}
