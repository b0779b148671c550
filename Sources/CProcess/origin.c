#include "include/CProcess.h"

#ifndef ONCOFIELD_COMMIT
#define ONCOFIELD_COMMIT "unknown"
#endif

const char *process_commit(void) { return ONCOFIELD_COMMIT; }

const char *process_compiler(void) { return __VERSION__; }
