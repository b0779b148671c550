// Loaded before the C library. Copies the file COPIES_OF into the directory COPIES_INTO after each call that changes it: what others
// can see of it while it changes.
#define _GNU_SOURCE
#include <dlfcn.h>
#include <fcntl.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/types.h>
#include <unistd.h>

#define REAL(name) ((__typeof__(&name))dlsym(RTLD_NEXT, #name))

static int copies;

static void copy(int file) {
  const char *path = getenv("COPIES_OF"), *into = getenv("COPIES_INTO");
  char link[64], open_path[PATH_MAX], name[PATH_MAX], bytes[1 << 16];
  snprintf(link, sizeof link, "/proc/self/fd/%d", file);
  ssize_t length = readlink(link, open_path, sizeof open_path - 1);
  if (!path || !into || length < 0) return;
  open_path[length] = 0;
  if (strcmp(path, open_path) != 0) return;
  snprintf(name, sizeof name, "%s/%06d", into, copies++);
  const int out = open(name, O_WRONLY | O_CREAT | O_TRUNC, 0644);
  if (out < 0) abort();
  off_t at = 0;
  for (ssize_t count; (count = pread(file, bytes, sizeof bytes, at)) > 0; at += count)
    if (REAL(write)(out, bytes, count) != count) abort();
  close(out);
}

ssize_t pwrite(int file, const void *bytes, size_t count, off_t offset) {
  const ssize_t written = REAL(pwrite)(file, bytes, count, offset);
  copy(file);
  return written;
}

ssize_t pwrite64(int file, const void *bytes, size_t count, off64_t offset) {
  const ssize_t written = REAL(pwrite64)(file, bytes, count, offset);
  copy(file);
  return written;
}

int ftruncate(int file, off_t length) {
  const int result = REAL(ftruncate)(file, length);
  copy(file);
  return result;
}

int ftruncate64(int file, off64_t length) {
  const int result = REAL(ftruncate64)(file, length);
  copy(file);
  return result;
}
