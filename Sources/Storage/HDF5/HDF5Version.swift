import CHDF5

/// The version of the HDF5 library that the program is linked with.
package enum HDF5Version {
  package static var text: String {
    var (major, minor, release): (UInt32, UInt32, UInt32) = (0, 0, 0)
    H5get_libversion(&major, &minor, &release)
    return "\(major).\(minor).\(release)"
  }
}
