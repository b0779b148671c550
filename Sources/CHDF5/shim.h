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
static inline hid_t oncofield_h5_dataset_creation(void) { return H5P_DATASET_CREATE; }
static inline hid_t oncofield_h5_link_creation(void) { return H5P_LINK_CREATE; }
static inline hid_t oncofield_h5_dataset_access(void) { return H5P_DATASET_ACCESS; }
static inline unsigned oncofield_h5_basic_information(void) { return H5O_INFO_BASIC; }
