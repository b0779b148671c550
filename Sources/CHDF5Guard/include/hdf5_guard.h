#pragma once

#include <stdint.h>
#include <hdf5.h>

// A file driver of the HDF5 library that passes everything on to the default one, and asks before it changes bytes that
// were in the file when it was last whole.

typedef struct {
  /// How many bytes of the file, from its start, are asked about. The file is never made shorter than that.
  uint64_t kept;
  /// The length that the library gave the file last, which may be less than `kept`.
  uint64_t length;
  /// Called before `count` bytes at `offset`, all below `kept`, are written; anything but 0 makes the write fail.
  int (*will_change)(void *context, uint64_t offset, uint64_t count);
  void *context;
} hdf5_guard;

/// Makes files that are opened with this access list go by the driver.
///
/// The guard is used as long as such a file is open.
herr_t hdf5_guard_set(hid_t access_list, hdf5_guard *guard);
