#include "hdf5_guard.h"

#include <pthread.h>
#include <stdlib.h>
#include <sys/types.h>
#if H5_VERSION_GE(1, 13, 0)
#include <H5FDdevelop.h>
#endif

/// An open file: what the library knows of it, the file of the default driver, the guard.
typedef struct {
  H5FD_t common;
  H5FD_t *file;
  hdf5_guard *guard;
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
  const guard_choice *choice = H5Pget_driver_info(access_list);
  if (!choice) return NULL;
  H5FD_t *file = H5FDopen(name, flags, H5P_DEFAULT, largest);
  if (!file) return NULL;
  guarded_file *made = calloc(1, sizeof *made);
  if (!made) {
    H5FDclose(file);
    return NULL;
  }
  made->file = file;
  made->guard = choice->guard;
  return &made->common;
}

static herr_t close_file(H5FD_t *file) {
  herr_t result = H5FDclose(guarded(file)->file);
  free(file);
  return result;
}

static int compare(const H5FD_t *one, const H5FD_t *other) { return H5FDcmp(guarded(one)->file, guarded(other)->file); }

static herr_t query(const H5FD_t *file, unsigned long *flags) {
  (void)file;
  *flags = H5FD_FEAT_AGGREGATE_METADATA | H5FD_FEAT_ACCUMULATE_METADATA | H5FD_FEAT_DATA_SIEVE |
           H5FD_FEAT_AGGREGATE_SMALLDATA | H5FD_FEAT_DEFAULT_VFD_COMPATIBLE;
  return 0;
}

static haddr_t get_allocated(const H5FD_t *file, H5FD_mem_t type) { return H5FDget_eoa(guarded(file)->file, type); }

static herr_t set_allocated(H5FD_t *file, H5FD_mem_t type, haddr_t end) {
  return H5FDset_eoa(guarded(file)->file, type, end);
}

static haddr_t get_end(const H5FD_t *file, H5FD_mem_t type) { return H5FDget_eof(guarded(file)->file, type); }

static herr_t get_handle(H5FD_t *file, hid_t access_list, void **handle) {
  (void)access_list;
  return H5FDget_vfd_handle(guarded(file)->file, H5P_DEFAULT, handle);
}

static herr_t read_bytes(H5FD_t *file, H5FD_mem_t type, hid_t transfer, haddr_t offset, size_t count, void *bytes) {
  return H5FDread(guarded(file)->file, type, transfer, offset, count, bytes);
}

static herr_t write_bytes(
    H5FD_t *file, H5FD_mem_t type, hid_t transfer, haddr_t offset, size_t count, const void *bytes) {
  hdf5_guard *guard = guarded(file)->guard;
  if (offset < guard->kept && count > 0) {
    uint64_t rest = guard->kept - offset;
    if (guard->will_change(guard->context, offset, count < rest ? count : rest) != 0) return -1;
  }
  return H5FDwrite(guarded(file)->file, type, transfer, offset, count, bytes);
}

static herr_t truncate_file(H5FD_t *file, hid_t transfer, hbool_t closing) {
  hdf5_guard *guard = guarded(file)->guard;
  guard->length = H5FDget_eoa(guarded(file)->file, H5FD_MEM_DEFAULT);
  return guard->length < guard->kept ? 0 : H5FDtruncate(guarded(file)->file, transfer, closing);
}

static herr_t lock(H5FD_t *file, hbool_t exclusive) { return H5FDlock(guarded(file)->file, exclusive); }

static herr_t unlock(H5FD_t *file) { return H5FDunlock(guarded(file)->file); }

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
    .get_handle = get_handle,
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
