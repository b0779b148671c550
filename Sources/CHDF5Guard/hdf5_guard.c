#include "hdf5_guard.h"

#include <pthread.h>
#include <stdlib.h>
#include <string.h>
#include <sys/types.h>
#if H5_VERSION_GE(1, 13, 0)
#include <H5FDdevelop.h>
#endif

/// An open file: what the library knows of it, its owner, the end of what the library has given out.
typedef struct {
  H5FD_t common;
  hdf5_guard *guard;
  haddr_t allocated;
} guarded_file;

/// What an access list holds for the driver.
typedef struct {
  hdf5_guard *guard;
} guard_choice;

static guarded_file *guarded(const H5FD_t *file) { return (guarded_file *)file; }

static void *copy_choice(const void *choice) {
  guard_choice *copy = malloc(sizeof *copy);
  if (copy) *copy = *(const guard_choice *)choice;
  return copy;
}

static herr_t free_choice(void *choice) {
  free(choice);
  return 0;
}

static void *get_choice(H5FD_t *file) {
  guard_choice choice = {guarded(file)->guard};
  return copy_choice(&choice);
}

static H5FD_t *open_file(const char *name, unsigned flags, hid_t access_list, haddr_t largest) {
  (void)name, (void)flags, (void)largest;
  const guard_choice *choice = H5Pget_driver_info(access_list);
  guarded_file *made = choice ? calloc(1, sizeof *made) : NULL;
  if (!made) return NULL;
  made->guard = choice->guard;
  return &made->common;
}

static herr_t close_file(H5FD_t *file) {
  free(file);
  return 0;
}

static int compare(const H5FD_t *one, const H5FD_t *other) {
  const hdf5_guard *first = guarded(one)->guard, *second = guarded(other)->guard;
  return (first > second) - (first < second);
}

static herr_t query(const H5FD_t *file, unsigned long *flags) {
  (void)file;
  // Metadata are not put together by the library, which would hide what they are.
  *flags = H5FD_FEAT_AGGREGATE_METADATA | H5FD_FEAT_DATA_SIEVE | H5FD_FEAT_AGGREGATE_SMALLDATA |
           H5FD_FEAT_DEFAULT_VFD_COMPATIBLE;
  return 0;
}

static haddr_t get_allocated(const H5FD_t *file, H5FD_mem_t type) {
  (void)type;
  return guarded(file)->allocated;
}

static herr_t set_allocated(H5FD_t *file, H5FD_mem_t type, haddr_t end) {
  (void)type;
  guarded(file)->allocated = end;
  return 0;
}

static haddr_t get_end(const H5FD_t *file, H5FD_mem_t type) {
  (void)type;
  hdf5_guard *guard = guarded(file)->guard;
  return guard->length(guard->context);
}

static herr_t read_bytes(H5FD_t *file, H5FD_mem_t type, hid_t transfer, haddr_t offset, size_t count, void *bytes) {
  (void)type, (void)transfer;
  hdf5_guard *guard = guarded(file)->guard;
  return guard->read(guard->context, offset, count, bytes) == 0 ? 0 : -1;
}

/// See `hdf5_guard.write`.
///
/// A node of an index of version 1 begins with "TREE", the kind of the index and its level:
/// https://docs.hdfgroup.org/hdf5/v1_14/_f_m_t3.html.
static int rank(H5FD_mem_t type, size_t count, const void *bytes) {
  const int values = 257;
  if (type == H5FD_MEM_SUPER) return 0;
  if (type == H5FD_MEM_OHDR) return values + 1;
  if (type != H5FD_MEM_BTREE || count < 6 || memcmp(bytes, "TREE", 4)) return values;
  return values - 1 - ((const unsigned char *)bytes)[5];
}

static herr_t write_bytes(
    H5FD_t *file, H5FD_mem_t type, hid_t transfer, haddr_t offset, size_t count, const void *bytes) {
  (void)transfer;
  hdf5_guard *guard = guarded(file)->guard;
  return guard->write(guard->context, rank(type, count, bytes), offset, count, bytes) == 0 ? 0 : -1;
}

static herr_t truncate_file(H5FD_t *file, hid_t transfer, hbool_t closing) {
  (void)transfer, (void)closing;
  hdf5_guard *guard = guarded(file)->guard;
  return guard->set_length(guard->context, guarded(file)->allocated) == 0 ? 0 : -1;
}

static herr_t lock(H5FD_t *file, hbool_t exclusive) {
  (void)file, (void)exclusive;
  return 0;
}

static herr_t unlock(H5FD_t *file) {
  (void)file;
  return 0;
}

static const H5FD_class_t driver_class = {
#if H5_VERSION_GE(1, 13, 2)
    .version = H5FD_CLASS_VERSION,
    .value = 600,  // one of those that are free for use within a program
#endif
    .name = "guard",
    .maxaddr = (((haddr_t)1) << (8 * sizeof(off_t) - 1)) - 1,
    .fc_degree = H5F_CLOSE_WEAK,
    .fapl_size = sizeof(guard_choice),
    .fapl_get = get_choice,
    .fapl_copy = copy_choice,
    .fapl_free = free_choice,
    .open = open_file,
    .close = close_file,
    .cmp = compare,
    .query = query,
    .get_eoa = get_allocated,
    .set_eoa = set_allocated,
    .get_eof = get_end,
    .read = read_bytes,
    .write = write_bytes,
    .truncate = truncate_file,
    .lock = lock,
    .unlock = unlock,
    .fl_map = H5FD_FLMAP_DICHOTOMY,
};

static hid_t driver = -1;
static pthread_once_t registration = PTHREAD_ONCE_INIT;
static void register_driver(void) { driver = H5FDregister(&driver_class); }

herr_t hdf5_guard_set(hid_t access_list, hdf5_guard *guard) {
  pthread_once(&registration, register_driver);
  if (driver < 0) return -1;
  guard_choice choice = {guard};
  return H5Pset_driver(access_list, driver, &choice);
}
