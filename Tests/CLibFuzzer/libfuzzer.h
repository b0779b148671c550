#pragma once

#include <stddef.h>
#include <stdint.h>

/// Of libFuzzer (https://llvm.org/docs/LibFuzzer.html#using-libfuzzer-as-a-library), which has no header: calls a function with
/// input after input, guided by which code each runs through. There only with -sanitize=fuzzer.
int LLVMFuzzerRunDriver(int *argument_count, char ***arguments, int (*read)(const uint8_t *bytes, size_t count));
