// Loaded before the C library. Lets the n-th call that changes a file below a directory, or puts one on the disk, go wrong:
// FAULT_BELOW is the directory, or what paths begin with, FAULT_AT the number. FAULT is "kill", or the number of the error that the call fails
// with; with FAULT_STAYS every later one fails too, as on a disk that is full. Killed writes get half of their bytes into the file
// before. FAULT_COUNT is a file that says at the end how many calls there were. With FAULT_MEMORY the calls are those that
// ask for the memory of fields instead.
#define _GNU_SOURCE
#include <dlfcn.h>
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <signal.h>
#include <stdarg.h>
#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/types.h>
#include <unistd.h>

#define REAL(name) ((__typeof__(&name))dlsym(RTLD_NEXT, #name))

static atomic_long calls;

static int is_below(const char *path) {
  const char *directory = getenv("FAULT_MEMORY") ? NULL : getenv("FAULT_BELOW");
  return directory && strncmp(path, directory, strlen(directory)) == 0;
}

static int is_open_below(int file) {
  char link[64], path[PATH_MAX];
  snprintf(link, sizeof link, "/proc/self/fd/%d", file);
  ssize_t length = readlink(link, path, sizeof path - 1);
  if (length < 0) return 0;
  path[length] = 0;
  return is_below(path);
}

/// Whether this is the call to go wrong.
static int strikes(void) {
  const char *number = getenv("FAULT_AT");
  const long call = atomic_fetch_add(&calls, 1) + 1, first = number ? atol(number) : 0;
  return call == first || (first > 0 && call > first && getenv("FAULT_STAYS"));
}

/// Kills the process, or says with which error the call fails.
static int fail(void) {
  const char *fault = getenv("FAULT");
  if (!fault || strcmp(fault, "kill") == 0) {
    kill(getpid(), SIGKILL);
    for (;;) pause();
  }
  errno = atoi(fault);
  return -1;
}

static int kills(void) {
  const char *fault = getenv("FAULT");
  return !fault || strcmp(fault, "kill") == 0;
}

__attribute__((destructor)) static void tell(void) {
  const char *path = getenv("FAULT_COUNT");
  FILE *file = path ? fopen(path, "w") : NULL;
  if (!file) return;
  fprintf(file, "%ld\n", atomic_load(&calls));
  fclose(file);
}

ssize_t write(int file, const void *bytes, size_t count) {
  if (is_open_below(file) && strikes()) {
    if (kills()) REAL(write)(file, bytes, count / 2);
    return fail();
  }
  return REAL(write)(file, bytes, count);
}

ssize_t pwrite(int file, const void *bytes, size_t count, off_t offset) {
  if (is_open_below(file) && strikes()) {
    if (kills()) REAL(pwrite)(file, bytes, count / 2, offset);
    return fail();
  }
  return REAL(pwrite)(file, bytes, count, offset);
}

ssize_t pwrite64(int file, const void *bytes, size_t count, off64_t offset) {
  if (is_open_below(file) && strikes()) {
    if (kills()) REAL(pwrite64)(file, bytes, count / 2, offset);
    return fail();
  }
  return REAL(pwrite64)(file, bytes, count, offset);
}

#define FAILING_FILE(name, type) \
  int name(int file, type length) { \
    if (is_open_below(file) && strikes()) return fail(); \
    return REAL(name)(file, length); \
  }
FAILING_FILE(ftruncate, off_t)
FAILING_FILE(ftruncate64, off64_t)

#define FAILING_SYNC(name) \
  int name(int file) { \
    /* To be killed before or after makes no difference to what is in the file. */ \
    if (!kills() && is_open_below(file) && strikes()) return fail(); \
    return REAL(name)(file); \
  }
FAILING_SYNC(fsync)
FAILING_SYNC(fdatasync)

#define FAILING_OPEN(name) \
  int name(const char *path, int flags, ...) { \
    va_list arguments; \
    va_start(arguments, flags); \
    const mode_t mode = flags & O_CREAT ? va_arg(arguments, mode_t) : 0; \
    va_end(arguments); \
    if (!kills() && flags & O_CREAT && is_below(path) && strikes()) return fail(); \
    return REAL(name)(path, flags, mode); \
  }
FAILING_OPEN(open)
FAILING_OPEN(open64)

int posix_memalign(void **memory, size_t alignment, size_t size) {
  // Fields begin on cache lines; the runtime asks for less.
  if (alignment == 64 && getenv("FAULT_MEMORY") && strikes()) return ENOMEM;
  return REAL(posix_memalign)(memory, alignment, size);
}

int truncate(const char *path, off_t length) {
  if (is_below(path) && strikes()) return fail();
  return REAL(truncate)(path, length);
}

int rename(const char *from, const char *to) {
  if (is_below(from) && strikes()) return fail();
  return REAL(rename)(from, to);
}

int unlink(const char *path) {
  if (is_below(path) && strikes()) return fail();
  return REAL(unlink)(path);
}
