#pragma once

#include <stdint.h>
#include <hdf5.h>

// A file driver of the HDF5 library that leaves all reading and writing to the owner of the file. It takes no locks: who may
// write is decided by the lock of the run directory.

typedef struct {
  void *context;
  /// Fills `bytes` with what is at `offset`, with zeros beyond the end. Not 0: it failed.
  int (*read)(void *context, uint64_t offset, uint64_t count, void *bytes);
  /// Written in the order of `rank`, what a file gains stays hidden from readers until it is complete: the start of the file, which
  /// says how long it is; the nodes of indexes, those of higher levels first, since a node that is divided gives away what those
  /// above it must find elsewhere; values; the headers of objects, which say how many frames there are.
  int (*write)(void *context, int rank, uint64_t offset, uint64_t count, const void *bytes);
  /// Says how long the file is from now on.
  int (*set_length)(void *context, uint64_t length);
  /// Says how long the file is.
  uint64_t (*length)(void *context);
} hdf5_guard;

/// Makes files that are opened with this access list go by the driver.
///
/// The guard is used as long as such a file is open.
herr_t hdf5_guard_set(hid_t access_list, hdf5_guard *guard);
