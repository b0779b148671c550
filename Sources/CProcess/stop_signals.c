#define _POSIX_C_SOURCE 200809L
#include "include/CProcess.h"

#include <signal.h>
#include <stddef.h>
#include <unistd.h>

static volatile sig_atomic_t stop_request = 0;
static volatile sig_atomic_t is_over = 0;

static void request_stop(int signal_number) {
  if (is_over) return;
  if (stop_request) {
    static const char message[] =
        "\nEnded at once, without another checkpoint; resume goes on from the last one, if there is one.\n";
    const ssize_t written = write(STDERR_FILENO, message, sizeof message - 1);
    (void)written;
    _exit(128 + signal_number);
  }
  stop_request = signal_number;
}

void process_end_stop_signals(void) { is_over = 1; }

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
