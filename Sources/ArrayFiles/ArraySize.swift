/// How many numbers an array may have.
enum ArraySize {
  static let limit = 1 << 28

  /// The count of numbers of an array of this shape, if it is neither empty nor too large.
  static func count(_ shape: [Int]) throws(ArrayFileError) -> Int {
    let text = shape.map(String.init).joined(separator: " × ")
    guard shape.allSatisfy({ $0 > 0 }) else { throw ArrayFileError("holds no values: its size is \(text)") }
    var count = 1
    for length in shape {
      let (product, overflow) = count.multipliedReportingOverflow(by: length)
      guard !overflow, product <= limit else {
        throw ArrayFileError("has \(text) values, more than the limit of \(limit)")
      }
      count = product
    }
    return count
  }
}
