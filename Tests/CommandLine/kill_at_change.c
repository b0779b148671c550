// Loaded before the C library. Kills the process at the n-th call that changes a file below a directory: KILL_BELOW is
// the directory, KILL_AT the number. A write that is hit gets half of its bytes into the file before.
#define _GNU_SOURCE
#include <dlfcn.h>
#include <limits.h>
#include <signal.h>
#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/types.h>
#include <unistd.h>

#define REAL(name) ((__typeof__(&name))dlsym(RTLD_NEXT, #name))

static atomic_long calls;

static int is_below(const char *path) {
  const char *directory = getenv("KILL_BELOW");
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

/// Whether this is the call to be killed at.
static int is_last(void) {
  const char *last = getenv("KILL_AT");
  return atomic_fetch_add(&calls, 1) + 1 == (last ? atol(last) : 0);
}

static void die(void) {
  kill(getpid(), SIGKILL);
  for (;;) pause();
}

ssize_t write(int file, const void *bytes, size_t count) {
  if (is_open_below(file) && is_last()) {
    REAL(write)(file, bytes, count / 2);
    die();
  }
  return REAL(write)(file, bytes, count);
}

ssize_t pwrite(int file, const void *bytes, size_t count, off_t offset) {
  if (is_open_below(file) && is_last()) {
    REAL(pwrite)(file, bytes, count / 2, offset);
    die();
  }
  return REAL(pwrite)(file, bytes, count, offset);
}

ssize_t pwrite64(int file, const void *bytes, size_t count, off64_t offset) {
  if (is_open_below(file) && is_last()) {
    REAL(pwrite64)(file, bytes, count / 2, offset);
    die();
  }
  return REAL(pwrite64)(file, bytes, count, offset);
}

#define KILLING_FILE(name, type) \
  int name(int file, type length) { \
    if (is_open_below(file) && is_last()) die(); \
    return REAL(name)(file, length); \
  }
KILLING_FILE(ftruncate, off_t)
KILLING_FILE(ftruncate64, off64_t)

int truncate(const char *path, off_t length) {
  if (is_below(path) && is_last()) die();
  return REAL(truncate)(path, length);
}

int rename(const char *from, const char *to) {
  if (is_below(from) && is_last()) die();
  return REAL(rename)(from, to);
}

int unlink(const char *path) {
  if (is_below(path) && is_last()) die();
  return REAL(unlink)(path);
}
