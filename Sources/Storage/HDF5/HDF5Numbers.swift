/// An array of numbers from an HDF5 file that another program may have written.
package struct HDF5Numbers {
  /// Numbers along the axes, the slowest first.
  package let shape: [Int]
  package let values: [Double]

  /// Reads a dataset, or the only array that there is if it is not named.
  ///
  /// Numbers of any type become doubles. What lies outside of the file is refused.
  ///
  /// - Parameter limit: how many numbers there may be.
  package init(_ path: String, dataset name: String?, limit: Int) throws(StorageError) {
    (shape, values) = try rehearsed(path) { () throws(StorageError) in
      do throws(HDF5Error) {
        let file = try Self.open(path)
        let (name, dataset) = try Self.choose(name, among: try file.arrayNames(), in: file)
        return try Self.read(name, dataset, of: file, limit: limit)
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

  private static func read(
    _ name: String, _ dataset: HDF5Dataset, of file: HDF5File, limit: Int
  ) throws(HDF5Error) -> ([Int], [Double]) {
    let what = "the dataset \"\(name)\""
    do throws(HDF5Error) {
      guard try dataset.holdsNumbers() else { throw HDF5Error(message: "whose values are not real numbers") }
      let shape = try dataset.shape()
      guard (1...3).contains(shape.count) else {
        throw HDF5Error(message: "which has \(shape.count) axes; 1 to 3 can be read")
      }
      let text = shape.map(String.init).joined(separator: " × ")
      guard shape.allSatisfy({ $0 > 0 }) else { throw HDF5Error(message: "which has no values: its size is \(text)") }
      guard shape.reduce(1.0, { $0 * Double($1) }) <= Double(limit) else {
        throw HDF5Error(message: "which has \(text) values, more than the limit of \(limit)")
      }
      guard try dataset.hasPieces(ofAxes: shape.count) else {
        throw HDF5Error(message: "whose pieces do not have its number of axes, \(shape.count)")
      }
      guard try file.keepsValues(of: dataset) else {
        throw HDF5Error(message: "whose values lie in another file, which is not read")
      }
      return (shape, try Self.values(dataset))
    } catch {
      throw HDF5Error(message: "holds \(what), \(error.message)")
    }
  }

  private static func values(_ dataset: HDF5Dataset) throws(HDF5Error) -> [Double] {
    do throws(HDF5Error) {
      return try dataset.readDoubles()
    } catch {
      throw HDF5Error(message: "which cannot be read: \(error.message)")
    }
  }
}
