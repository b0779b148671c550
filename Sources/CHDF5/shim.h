#pragma once
#include <hdf5.h>
#include <hdf5_hl.h>

// Constants of the library that are macros or variables, which Swift cannot import.

static inline hid_t oncofield_h5_double(void) { return H5T_NATIVE_DOUBLE; }
static inline hid_t oncofield_h5_int64(void) { return H5T_NATIVE_INT64; }
static inline hid_t oncofield_h5_c_string(void) { return H5T_C_S1; }
static inline unsigned oncofield_h5_read_only(void) { return H5F_ACC_RDONLY; }
static inline unsigned oncofield_h5_read_write(void) { return H5F_ACC_RDWR; }
static inline unsigned oncofield_h5_exclusive(void) { return H5F_ACC_EXCL; }
static inline hsize_t oncofield_h5_unlimited(void) { return H5S_UNLIMITED; }
static inline hid_t oncofield_h5_file_access(void) { return H5P_FILE_ACCESS; }
static inline hid_t oncofield_h5_file_creation(void) { return H5P_FILE_CREATE; }
static inline hid_t oncofield_h5_group_creation(void) { return H5P_GROUP_CREATE; }
static inline hid_t oncofield_h5_dataset_creation(void) { return H5P_DATASET_CREATE; }
static inline hid_t oncofield_h5_dataset_access(void) { return H5P_DATASET_ACCESS; }
static inline unsigned oncofield_h5_basic_information(void) { return H5O_INFO_BASIC; }

// Whether a library can be asked to open a file without locks: from 1.10.7, 1.12.1 and 1.14 on.
#if H5_VERSION_GE(1, 12, 1) || (H5_VERS_MAJOR == 1 && H5_VERS_MINOR == 10 && H5_VERS_RELEASE >= 7)
static inline int oncofield_h5_knows_locking(void) { return 1; }
static inline herr_t oncofield_h5_without_locks(hid_t access_list) { return H5Pset_file_locking(access_list, 0, 1); }
#else
static inline int oncofield_h5_knows_locking(void) { return 0; }
static inline herr_t oncofield_h5_without_locks(hid_t access_list) { return 0; }
#endif
