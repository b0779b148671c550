#pragma once
// Functions of the compiler that have no header.

#include <stddef.h>
#include <stdint.h>

/// Of libFuzzer (https://llvm.org/docs/LibFuzzer.html#using-libfuzzer-as-a-library): calls a function with
/// input after input, guided by which code each runs through. There only with -sanitize=fuzzer.
int LLVMFuzzerRunDriver(int *argument_count, char ***arguments, int (*read)(const uint8_t *bytes, size_t count));

/// Of the compiler's run-time library (https://clang.llvm.org/docs/SourceBasedCodeCoverage.html): adds what this process ran
/// through to a file. There only with -profile-generate.
int __llvm_profile_write_file(void);
