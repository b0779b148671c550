#pragma once
#include <stddef.h>

// The process as a whole: signals that ask it to stop, and where its program comes from.

/// Makes SIGINT, SIGTERM and SIGUSR1 ask for an orderly stop, and SIGPIPE and SIGXFSZ harmless.
/// The handler does nothing but take a note; a second request ends the process at once, with a word on standard error and
/// 128 plus the number of the signal as exit code, which leaves every file at its final name whole.
void process_install_stop_signals(void);

/// From now on requests to stop are ignored: all is written, and the process is about to end.
void process_end_stop_signals(void);

/// The signal that asked for a stop, or 0.
int process_stop_request(void);

/// Reserves so many bytes of disk space for a file, without writing them; 0 on success, not 0 where the file system does not support it.
int process_reserve_space(int file, size_t bytes);

/// Does something in a copy of the process, which is dropped afterwards: to see whether it would crash, and what comes out.
///
/// `body` writes its answer to the file that it is given. The copy prints nothing, has `bytes` more memory than the process now,
/// and ends after `seconds`. At most `*length` bytes of the answer come back; `*length` becomes their number.
///
/// Returns 0 if it came to its end, -1 if there can be no copy; otherwise the signal that ended it.
int process_rehearse(void (*body)(void *context, int answer), void *context, unsigned seconds, size_t bytes, char *answer,
                     size_t *length);

/// The commit that the program was built from, as far as the package manager knew it; "unknown" otherwise.
const char *process_commit(void);

/// The C compiler, which comes with the Swift compiler.
const char *process_compiler(void);
