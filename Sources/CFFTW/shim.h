#pragma once
#include <fftw3.h>

/// The version text of the linked FFTW (Swift cannot import an array of unknown length).
static inline const char *oncofield_fftw_version(void) { return fftw_version; }
