// Runs a command and writes what it used: launch REPORT LIMIT COMMAND …
//
// A process inherits the peak of memory of the one that starts it, so that a small program has to: compare.py is not.
// After LIMIT seconds the command and what it has started are ended; 0 is no limit.
#define _GNU_SOURCE
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

static pid_t child;

static void end(int signal) { kill(-child, SIGKILL); }

static double seconds(struct timeval t) { return t.tv_sec + 1e-6 * t.tv_usec; }

int main(int count, char **words) {
  if (count < 4) return 64;
  const int limit = atoi(words[2]);
  struct timespec start, now;
  clock_gettime(CLOCK_MONOTONIC, &start);
  child = fork();
  if (child == 0) {
    if (limit) setpgid(0, 0);
    execvp(words[3], words + 3);
    perror(words[3]);
    _exit(69);
  }
  signal(SIGALRM, end);
  alarm(limit);
  int status;
  struct rusage used;
  while (wait4(child, &status, 0, &used) < 0) continue;
  clock_gettime(CLOCK_MONOTONIC, &now);
  FILE *file = fopen(words[1], "w");
  if (!file) return 73;
  fprintf(
    file, "{\"elapsed\": %.6f, \"processor_seconds\": %.6f, \"megabytes\": %.1f}\n",
    now.tv_sec - start.tv_sec + 1e-9 * (now.tv_nsec - start.tv_nsec), seconds(used.ru_utime) + seconds(used.ru_stime),
    used.ru_maxrss / 1024.0
  );
  fclose(file);
  return WIFEXITED(status) ? WEXITSTATUS(status) : 128 + WTERMSIG(status);
}
