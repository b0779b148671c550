#define _GNU_SOURCE
#include "include/CProcess.h"

#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <unistd.h>

/// Lets the process have so much more memory than it has now.
static void limit_memory(size_t more) {
  unsigned long pages = 0;
  FILE *status = fopen("/proc/self/statm", "r");
  if (!status) return;
  const int count = fscanf(status, "%lu", &pages);
  fclose(status);
  if (count != 1) return;
  const rlim_t bytes = (rlim_t)pages * (rlim_t)sysconf(_SC_PAGESIZE) + more;
  const struct rlimit limit = {bytes, bytes};
  setrlimit(RLIMIT_AS, &limit);
}

int process_rehearse(void (*body)(void *, int), void *context, unsigned seconds, size_t bytes, char *answer,
                     size_t *length) {
  const size_t capacity = *length;
  *length = 0;
  // Whoever started this program may have had its children forgotten.
  signal(SIGCHLD, SIG_DFL);
  int ends[2];
  if (pipe(ends) != 0) return -1;
  const pid_t child = fork();
  if (child < 0) {
    close(ends[0]), close(ends[1]);
    return -1;
  }
  if (child == 0) {
    const int usual[] = {SIGINT, SIGTERM, SIGUSR1, SIGSEGV, SIGBUS, SIGFPE, SIGILL, SIGABRT, SIGTRAP, SIGALRM};
    for (size_t i = 0; i < sizeof usual / sizeof *usual; i++) signal(usual[i], SIG_DFL);
    signal(SIGPIPE, SIG_IGN);
    const struct rlimit none = {0, 0};
    setrlimit(RLIMIT_CORE, &none);
    limit_memory(bytes);
    const int silent = open("/dev/null", O_WRONLY);
    if (silent >= 0) dup2(silent, STDERR_FILENO), dup2(silent, STDOUT_FILENO);
    close(ends[0]);
    alarm(seconds);
    body(context, ends[1]);
    _exit(0);
  }
  close(ends[1]);
  while (*length < capacity) {
    const ssize_t count = read(ends[0], answer + *length, capacity - *length);
    if (count < 0 && errno == EINTR) continue;
    if (count <= 0) break;
    *length += (size_t)count;
  }
  close(ends[0]);
  int status = 0;
  while (waitpid(child, &status, 0) < 0)
    if (errno != EINTR) return -1;
  if (WIFSIGNALED(status)) return WTERMSIG(status);
  return WIFEXITED(status) && WEXITSTATUS(status) == 0 ? 0 : SIGABRT;
}
