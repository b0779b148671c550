#pragma once
// One portable binary with the widest vectors of the machine it runs on: every function marked
// MULTIVERSIONED is compiled for SSE2, AVX2 and AVX-512 and chosen when the program is loaded.
// FP_CONTRACT OFF forbids fused multiply-adds, so that all three give the same bits.
// Helpers called by such a function must be `static inline` (clang inlines them into each version).
#pragma STDC FP_CONTRACT OFF
#if defined(__x86_64__) && defined(__linux__)
#define MULTIVERSIONED __attribute__((target_clones("default", "arch=x86-64-v3", "arch=x86-64-v4")))
#else
#define MULTIVERSIONED
#endif
