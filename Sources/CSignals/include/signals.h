#pragma once

/// Makes SIGINT, SIGTERM and SIGUSR1 ask for an orderly stop, and SIGPIPE and SIGXFSZ harmless.
/// The handler does nothing but count; a second request ends the process at once with exit code 75,
/// which leaves every file at its final name whole.
void signals_install(void);

/// The signal that asked for a stop, or 0.
int signals_stop_request(void);
