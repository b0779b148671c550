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

int process_rehearse(void (*body)(void *), void *context, unsigned seconds, size_t bytes) {
  const pid_t child = fork();
  if (child < 0) return 0;
  if (child == 0) {
    const int usual[] = {SIGINT, SIGTERM, SIGUSR1, SIGSEGV, SIGBUS, SIGFPE, SIGILL, SIGABRT, SIGTRAP, SIGALRM, SIGPIPE};
    for (size_t i = 0; i < sizeof usual / sizeof *usual; i++) signal(usual[i], SIG_DFL);
    const struct rlimit none = {0, 0};
    setrlimit(RLIMIT_CORE, &none);
    limit_memory(bytes);
    const int silent = open("/dev/null", O_WRONLY);
    if (silent >= 0) dup2(silent, STDERR_FILENO), dup2(silent, STDOUT_FILENO);
    alarm(seconds);
    body(context);
    _exit(0);
  }
  int status = 0;
  while (waitpid(child, &status, 0) < 0)
    if (errno != EINTR) return 0;
  if (WIFSIGNALED(status)) return WTERMSIG(status);
  return WIFEXITED(status) && WEXITSTATUS(status) == 0 ? 0 : SIGABRT;
}
