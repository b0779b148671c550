import Glibc

/// How much may still be written on the disk of a place.
package struct FreeSpace {
  package let bytes: Int

  /// - Parameter path: of something that need not be there yet; the nearest directory above that is counts.
  package init?(at path: String) {
    var place = path
    var status = statvfs()
    while statvfs(place, &status) != 0 {
      let above = AtomicFile.directoryOf(place)
      guard above != place else { return nil }
      place = above
    }
    let (blocks, size) = (Int(clamping: status.f_bavail), Int(clamping: status.f_frsize))
    let (product, overflows) = blocks.multipliedReportingOverflow(by: size)
    bytes = overflows ? Int.max : product
  }
}

/// Numbers of bytes for people.
package enum ByteCount {
  package static func text(_ bytes: Int) -> String {
    let units = ["bytes", "KiB", "MiB", "GiB", "TiB", "PiB"]
    var (value, unit) = (Double(bytes), 0)
    while value >= 1024, unit < units.count - 1 {
      value /= 1024
      unit += 1
    }
    return unit == 0 ? "\(bytes) bytes" : "\((value * 10).rounded() / 10) \(units[unit])"
  }
}
