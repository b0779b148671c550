#define _GNU_SOURCE
#include "include/CProcess.h"

#include <fcntl.h>

// Not posix_fallocate, which writes where a file system knows no better.
int process_reserve_space(int file, size_t bytes) { return fallocate(file, 0, 0, (off_t)bytes); }
