#define _POSIX_C_SOURCE 200809L
#include "include/CProcess.h"

#include <signal.h>
#include <stddef.h>
#include <unistd.h>

static volatile sig_atomic_t stop_request = 0;

static void request_stop(int signal_number) {
  if (stop_request) _exit(75);
  stop_request = signal_number;
}

void process_install_stop_signals(void) {
  struct sigaction action = {.sa_handler = request_stop, .sa_flags = SA_RESTART};
  sigemptyset(&action.sa_mask);
  const int stopping[] = {SIGINT, SIGTERM, SIGUSR1};
  for (size_t i = 0; i < sizeof stopping / sizeof *stopping; i++) sigaction(stopping[i], &action, NULL);
  action.sa_handler = SIG_IGN;
  sigaction(SIGPIPE, &action, NULL);
  sigaction(SIGXFSZ, &action, NULL);
}

int process_stop_request(void) { return stop_request; }
